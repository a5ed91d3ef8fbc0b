"""The weekly message to an agent: what is to check, what others changed, what citizens told."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone

from franceservices.accounts.models import User
from sites.models import Closure, ErrorReport, ReminderSent, Site, SitePartner, Stop, WeeklySlot
from sites.staff import to_check

NAMED = 8
BLANK_LINES = re.compile(r"\n{3,}")
LOOKS_BACK = timedelta(days=7)
SUBJECT = "France services : les fiches de vos sites cette semaine"


@dataclass
class Summary:
    """What there is to say, as `Lines`; `reports` is None when nobody told of an error that still waits."""

    to_check: list["Lines"]
    changed: list["Lines"]
    reports: "Lines | None"

    def __bool__(self):
        return bool(self.to_check or self.changed or self.reports)


@dataclass(frozen=True)
class Lines:
    """`title`, how many there are, the names of the first, how many `others`, and where to see them ('': nowhere)."""

    title: str
    count: int
    names: list
    link: str = ""

    @property
    def others(self):
        return self.count - len(self.names)


def summary_for(user, territories, today):
    """The `Summary` of the seven days before a date."""
    now = timezone.make_aware(datetime.combine(today, time()))
    sites = Site.objects.within_territories(territories)
    return Summary(
        to_check=list(_to_check(sites, now)),
        changed=list(_changed(user, territories, now - LOOKS_BACK)),
        reports=_reports(sites),
    )


def send(user, summary, today):
    """Send the message, once in a week: whether it was. Raises `OSError` when the mail server refuses.

    No transaction waits for that server: the week is marked before, and given back when it refuses.
    """
    mark, is_first = ReminderSent.objects.get_or_create(user=user, monday=_monday_of(today))
    if not is_first:
        return False
    try:
        send_mail(SUBJECT, text_of(user, summary), None, [user.email])
    except BaseException:
        mark.delete()
        raise
    return True


def was_sent(user, today):
    return ReminderSent.objects.filter(user=user, monday=_monday_of(today)).exists()


def _monday_of(day):
    return day - timedelta(days=day.weekday())


def text_of(user, summary):
    context = {"user": user, "summary": summary, "portal": settings.PORTAL_URL}
    text = render_to_string("staff/reminders/message.txt", context)
    return BLANK_LINES.sub("\n\n", text).rstrip() + "\n"


def _to_check(sites, now):
    for rule, count in to_check.counts(sites, now):
        if count and rule.code != "signales":  # reports have a part of their own
            names = sites.filter(rule.condition(now)).by_commune().values_list("name", flat=True)[:NAMED]
            yield Lines(rule.label, count, list(names), f"{settings.PORTAL_URL}/gestion/?verifier={rule.code}")


def _reports(sites):
    """The `Lines` of the reports that wait, the oldest first; None when there is none."""
    waiting = ErrorReport.objects.filter(site__in=sites, status=ErrorReport.Status.NEW).order_by("reported_at", "pk")
    told = [f"{report.site} : {report.get_subject_display()}" for report in waiting.select_related("site")[:NAMED]]
    return Lines("En attente", waiting.count(), told, f"{settings.PORTAL_URL}/gestion/signalements/") if told else None


def _changed(user, territories, since):
    """A `Lines` for each person or list that changed something of these sites since an aware datetime."""
    by_whom = defaultdict(set)
    for site, whom, day in _changes(territories, since):
        if whom.get("user") != user.pk:
            by_whom[_key(whom), day].add(site)
    named = _names(by_whom)
    users = User.objects.in_bulk({key for (key, _day) in by_whom if isinstance(key, int)})
    for (key, day), sites in sorted(by_whom.items(), key=lambda item: item[0][1]):
        whom = users.get(key, "Quelqu'un") if isinstance(key, int) else key
        title = f"{whom}, le {day:%d/%m/%Y}"
        names = sorted(named[site] for site in sites if site in named)  # demonstration sites may be gone
        if names:
            yield Lines(title, len(names), names[:NAMED])


def _key(context):
    if "import_batch" in context:
        return "Annulation d'une liste nationale" if context.get("source") == "undo" else "Liste nationale"
    return context.get("user") or "Le portail"


def _names(by_whom):
    pks = set().union(*by_whom.values()) if by_whom else set()
    return dict(Site.objects.filter(pk__in=pks).values_list("pk", "name"))


def _changes(territories, since):
    """(site pk, context of the change, local date) from the history of sites and of what belongs to them."""
    for model in (Site, WeeklySlot, Closure, Stop, SitePartner):
        events = model._meta.get_field("events").related_model._default_manager.filter(pgh_created_at__gte=since)
        site = "pgh_obj" if model is Site else "site"
        events = territories.restrict(events, f"{site}__commune__departement")
        if model is Site:
            events = events.exclude(_is_a_stamp())
        rows = events.values_list(f"{site}_id", "pgh_context__metadata", "pgh_created_at").distinct()
        for pk, context, at in rows:
            yield pk, context or {}, timezone.localdate(at)


def _is_a_stamp():
    """ "Toujours exact" changes nothing that the page says: it stamps a check, and leaves `updated_at`."""
    minute = timedelta(minutes=1)
    at = F("pgh_created_at")
    return Q(verified_at__gte=at - minute, verified_at__lte=at + minute) & Q(updated_at__lt=at - minute)
