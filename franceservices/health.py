"""Is the process alive, and can it serve? For load balancers and supervisors."""

from django.db import Error, connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


def health_checks(get_response):
    """Middleware: probes call us by our IP address and over plain http, so they come before hosts and https matter."""

    def middleware(request):
        view = VIEWS.get(request.path_info)
        return view(request) if view else get_response(request)

    return middleware


@never_cache
@require_safe
def live(request):
    """The process answers. No I/O, so that a slow database never gets a healthy process killed."""
    return plain("vivant")


@never_cache
@require_safe
def ready(request):
    """The database answers and holds the territories: pages can be served."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM territories_commune)")
            (has_territories,) = cursor.fetchone()
    except Error:
        return plain("base de données injoignable", status=503)
    if not has_territories:
        return plain("territoires non chargés", status=503)
    return plain("prêt")


def plain(sentence, status=200):
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")


VIEWS = {"/healthz/live": live, "/healthz/ready": ready}
