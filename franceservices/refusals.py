"""A French page where Django would answer with an empty one. The others are templates that Django finds by name."""

from django.http import HttpResponse
from django.template.loader import render_to_string


def method_not_allowed_page(get_response):
    """Middleware: a person who ends up here (a form sent to a page that is only read) is shown a way on."""

    def middleware(request):
        response = get_response(request)
        if response.status_code != 405 or response.streaming or not request.accepts("text/html"):
            return response
        return HttpResponse(render_to_string("405.html"), status=405, headers={"Allow": response.headers["Allow"]})

    return middleware
