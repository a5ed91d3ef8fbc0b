"""A French page where Django would answer with an empty one. The others are templates that Django finds by name."""

import re

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string

IS_SIZE = re.compile("[0-9]{1,18}")


def method_not_allowed_page(get_response):
    """Middleware: a person who ends up here (a form sent to a page that is only read) is shown a way on."""

    def middleware(request):
        response = get_response(request)
        if response.status_code != 405 or response.streaming or not request.accepts("text/html"):
            return response
        return HttpResponse(render_to_string("405.html"), status=405, headers={"Allow": response.headers["Allow"]})

    return middleware


def too_big_page(get_response):
    """Middleware: a body of more than MAX_REQUEST_BYTES is refused by what its header says, before a byte is read.

    Otherwise Django would write all of an upload to the disk before a form could say that it is too big.
    """

    def middleware(request):
        size = request.META.get("CONTENT_LENGTH") or "0"
        if not IS_SIZE.fullmatch(size):
            return HttpResponse(render_to_string("400.html"), status=400)
        if int(size) > settings.MAX_REQUEST_BYTES:
            return HttpResponse(render_to_string("413.html"), status=413)
        return get_response(request)

    return middleware
