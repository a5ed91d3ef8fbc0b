"""Is the process alive, and can it serve? For load balancers and supervisors."""

from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache


@never_cache
def live(request):
    """The process answers. No I/O, so that a slow database never gets a healthy process killed."""
    return HttpResponse("vivant\n", content_type="text/plain; charset=utf-8")


@never_cache
def ready(request):
    """The database answers and holds the territories: pages can be served."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM territories_commune)")
            (has_territories,) = cursor.fetchone()
    except DatabaseError:
        return HttpResponse("base de données injoignable\n", status=503, content_type="text/plain; charset=utf-8")
    if not has_territories:
        return HttpResponse("territoires non chargés\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("prêt\n", content_type="text/plain; charset=utf-8")
