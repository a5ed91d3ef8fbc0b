"""What the national list proposes where the prefecture holds its own value, told in French, and decided."""

from dataclasses import dataclass
from datetime import time

from django.utils import timezone

from franceservices.territories.drive import metres_between
from franceservices.territories.models import Commune
from sites.models import ListProposal, Site
from sites.records import wording
from sites.staff.week_in_brief import hours_in_brief, in_brief
from sites.written_hours import WEEKDAYS, in_french
from sites.written_numbers import distance_in_french

OF_LISTS = range(1, 7)  # lists say nothing of Sundays
# A list says the commune apart from its postal code, and the hours of a week as one.
LABELS = wording.LABELS | {"commune": "Commune", "postal_code": "Code postal", "hours": "Horaires"}


def waiting(site):
    """The `ListProposal`s of a site that nobody has decided."""
    return site.list_proposals.waiting()


def dismiss(proposal, user):
    """Keep the prefecture's value: the list does not propose the same thing again."""
    ListProposal.objects.waiting().filter(pk=proposal.pk).update(dismissed_at=timezone.now(), dismissed_by=user)


def decide(site, fields, user):
    """What was proposed for these fields was decided by whoever has just put them right."""
    waiting(site).filter(field__in=fields).update(dismissed_at=timezone.now(), dismissed_by=user)


def with_value(record, proposal):
    """The record where a proposal is taken: what the form then shows, to be saved or not."""
    value, field = proposal.value, proposal.field
    insee, postal_code = record["commune"]
    match field:
        case "hours":
            days: dict[str, list] = {f"hours.{weekday}": [] for weekday in OF_LISTS} | {
                f"hours.{weekday}": [[opens, closes, "all", "open", None, None] for opens, closes in spans]
                for weekday, spans in value.items()
            }
            return record | days
        case "commune":
            return record | {"commune": [value, postal_code]}
        case "postal_code":
            return record | {"commune": [insee, value]}
    return record | {field: value}


@dataclass(frozen=True)
class Told:
    """A proposal in French: what the list says, what the page says, as lines of text."""

    proposal: ListProposal
    label: str
    theirs: list
    ours: list


def told(proposals, now):
    """The `Told` of some proposals, whose site comes `with_commune().with_hours()`. One query, for communes."""
    insee = [proposal.value for proposal in proposals if proposal.field == "commune"]
    communes = dict(Commune.objects.filter(insee__in=insee).values_list("insee", "name")) if insee else {}
    return [
        Told(
            proposal,
            LABELS.get(proposal.field, proposal.field),
            _theirs(proposal, communes),
            _ours(proposal.site, proposal.field, now),
        )
        for proposal in proposals
    ]


def _theirs(proposal, communes):
    value, site = proposal.value, proposal.site
    match proposal.field:
        case "commune":
            return [f"{communes.get(value, 'commune inconnue')} ({value})"]
        case "appointment":
            return [Site.Appointment(value).label]
        case "location":
            longitude, latitude = value
            metres = metres_between(longitude, latitude, site.location.x, site.location.y)
            return [f"Un point à {distance_in_french(metres)} du vôtre"]
        case "hours":
            return hours_in_french(value)
    return str(value).splitlines()


def hours_in_french(value):
    """{"1": [["09:00", "12:00"], …], …} as 'lun. : 9 h - 12 h', a line for days that are alike."""
    return in_brief(
        (WEEKDAYS[int(weekday) - 1], [in_french([tuple(time.fromisoformat(at) for at in span)]) for span in spans])
        for weekday, spans in sorted(value.items())
    )


def _ours(site, field, now):
    match field:
        case "commune":
            return [f"{site.commune.name} ({site.commune_id})"]
        case "appointment":
            return [site.get_appointment_display()]
        case "location":
            return ["Le point de la fiche"]
        case "hours":
            return hours_in_brief(site, now) or ["Non communiqués"]
    return str(getattr(site, field)).splitlines() or ["Rien"]
