"""Whether a page kept by a browser or a proxy still says what the directory says."""

from django.apps import apps
from django.db.models import Value
from django.utils import timezone

HISTORIES = ("SiteEvent", "WeeklySlotEvent", "ClosureEvent", "StopEvent", "SitePartnerEvent")


def version_now(request, **address):
    """An ETag that changes with the sites, all that says when they receive people, and each minute. One query.

    The history has a row for each change, even those made by COPY or SQL. The minute is there because pages say
    "ouvert" or "fermé": what a browser keeps is wrong for at most a minute more than its `max-age`.
    """
    latest, *others = [
        apps.get_model("sites", name).objects.annotate(of=Value(name)).order_by("-pk").values_list("of", "pk")[:1]
        for name in HISTORIES
    ]
    changes = "-".join(str(number) for _, number in sorted(latest.union(*others, all=True)))
    return f'"{changes}-{timezone.now():%Y%m%d%H%M}"'
