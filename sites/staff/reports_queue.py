"""What citizens told of one's sites: in which order it is dealt with, how it is decided, and what they are told."""

import logging
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, Prefetch
from django.template.loader import render_to_string
from django.utils import timezone

from sites.models import ErrorReport, Site
from sites.staff.hours_typed import read_whole
from sites.staff.week_in_brief import hours_in_brief

logger = logging.getLogger(__name__)

STATUS_OF = {
    "a-traiter": ErrorReport.Status.NEW,
    "corriges": ErrorReport.Status.ACCEPTED,
    "refuses": ErrorReport.Status.REJECTED,
}
STATUSES = {"a-traiter": "À traiter", "corriges": "Corrigés", "refuses": "Refusés"}
REASONS = (
    "La fiche est juste : nous l'avons vérifié auprès du lieu.",
    "Le message ne dit pas ce qu'il faut corriger.",
    "Ce n'est pas une erreur de la fiche : pour votre question, appelez directement le lieu.",
    "Cette erreur avait déjà été signalée, et elle est corrigée.",
)
SUBJECT = "Votre signalement sur une France services"


class AlreadyHandled(Exception):
    """Someone decided before: `report` says who, when and what."""

    def __init__(self, report):
        super().__init__(f"Ce signalement a déjà été traité par {report.handled_by or 'quelqu’un'}.")
        self.report = report


def queue(reports):
    """The reports, those that wait first, the oldest of them before; then the others, the last handled first."""
    order = (F("handled_at").desc(nulls_first=True), "reported_at", "pk")
    sites = Site.objects.with_commune().with_hours().defer("location")
    return reports.select_related("handled_by").prefetch_related(Prefetch("site", sites)).order_by(*order)


def report_for(sites, pk):
    """The waiting report of that number (a text of the address) on one of `sites`, or None.

    For the page that edits a site: `?signalement=12`.
    """
    number = read_whole(pk)
    waiting = ErrorReport.objects.filter(pk=number, site__in=sites, status=ErrorReport.Status.NEW)
    return waiting.first() if number else None


def accept(report, user):
    """The record says now what it should: thank whoever told. Raises `AlreadyHandled`."""
    _decide(report, user, ErrorReport.Status.ACCEPTED, "staff/reports/accepted.txt")


def reject(report, user, reason):
    """The record stays as it is, and why. Raises `AlreadyHandled`."""
    _decide(report, user, ErrorReport.Status.REJECTED, "staff/reports/rejected.txt", reason)


def _decide(report, user, status, letter, reason=""):
    with transaction.atomic():
        report = (
            ErrorReport.objects.select_for_update(of=("self",)).select_related("site", "handled_by").get(pk=report.pk)
        )
        if report.status != ErrorReport.Status.NEW:
            raise AlreadyHandled(report)
        if report.email:
            transaction.on_commit(partial(_write_to, report.email, letter, report, reason), robust=True)
        ErrorReport.objects.filter(pk=report.pk).update(
            status=status,
            handled_by=user,
            handled_at=timezone.now(),
            rejection_reason=reason,
            email="",  # what reports.py promises: an address is forgotten once it has served
        )


def _write_to(address, letter, report, reason):
    """The decision stands, whatever becomes of the letter."""
    link = settings.PORTAL_URL + report.site.get_absolute_url()
    text = render_to_string(letter, {"report": report, "site": report.site, "reason": reason, "link": link})
    try:
        send_mail(SUBJECT, text, None, [address])
    except OSError as error:  # smtplib's errors are too; their text may hold the address
        logger.warning("letter on report %s not sent: %s", report.pk, type(error).__name__)


def said_today(report, now):
    """What the page says now of what the report is about, in lines of text."""
    site, subject = report.site, ErrorReport.Subject
    match report.subject:
        case subject.HOURS:
            return hours_in_brief(site, now) or ["Horaires non communiqués"]
        case subject.PLACE:
            return [
                line for line in (site.address, site.address_extra, f"{site.postal_code} {site.commune.name}") if line
            ]
        case subject.CONTACT:
            return [site.phone or "Pas de téléphone", site.email or "Pas d'adresse électronique"]
        case subject.CLOSED:
            return [site.get_status_display()]
    return []
