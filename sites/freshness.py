"""Whether what a browser, a proxy or this process keeps still says what the directory says."""

from functools import cache

from django.apps import apps
from django.core.cache import cache as kept
from django.db import connection
from django.db.models import Value
from django.utils import timezone

HISTORIES = ("SiteEvent", "WeeklySlotEvent", "ClosureEvent", "StopEvent", "SitePartnerEvent")
KEPT_S = 300


def version_now(request, **address):
    """An ETag that changes with the sites, all that says when they receive people, and each minute. One query.

    The history has a row for each change, even those made by COPY or SQL. The minute is there because pages say
    "ouvert" or "fermé": what a browser keeps is wrong for at most a minute more than its `max-age`.
    """
    with connection.cursor() as cursor:
        cursor.execute(*_latest_changes())
        changes = "-".join(str(number) for _, number in sorted(cursor.fetchall()))
    return f'"{changes}-{timezone.now():%Y%m%d%H%M}"'


@cache
def _latest_changes():
    """The SQL of the last number of each history: written once, since the ORM takes a millisecond."""
    latest, *others = [
        apps.get_model("sites", name).objects.annotate(of=Value(name)).order_by("-pk").values_list("of", "pk")[:1]
        for name in HISTORIES
    ]
    return latest.union(*others, all=True).query.sql_with_params()


def kept_until_a_site_changes(key, make):
    """What `make` works out from the sites alone, once for each change of them. One query, and those of `make`.

    The history has a row for each change, even those made by SQL. Two transactions may end in the other order than
    their rows: what is kept is forgotten after `KEPT_S`.
    """
    latest = apps.get_model("sites", "SiteEvent").objects.order_by("-pk").values_list("pk", flat=True).first()
    return kept.get_or_set(f"{key}-{latest}", make, KEPT_S)
