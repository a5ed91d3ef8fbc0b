"""What makes a site one to check: the rules behind the dashboard's tiles, the badges of its table and the reminders."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from sites.models import ErrorReport, ListProposal, Site, Stop, WeeklySlot
from sites.querysets import ITINERANT

CHECK_LASTS = timedelta(days=183)
IN_SERVICE = Q(status=Site.Status.ACTIVE)


@dataclass(frozen=True)
class Rule:
    """`condition(now)` is a `Q` on sites; `code` is what addresses say; the others are for people.

    `label` says it beside a number of sites, `badge` in a site's row, `why` in a sentence.
    """

    code: str
    label: str
    badge: str
    why: str
    condition: Callable[[datetime], Q]

    @property
    def flag(self):
        """The attribute that `flagged` gives each site."""
        return f"is_{self.code.replace('-', '_')}"


def without_hours(now):
    """No weekly hours that last; for a round, no stop: its hours alone do not say where it is met."""
    lasting = Q(valid_until=None) | Q(valid_until__gte=timezone.localdate(now))
    slots, stops = (Exists(model.objects.filter(lasting, site=OuterRef("pk"))) for model in (WeeklySlot, Stop))
    goes_round = Q(format__in=ITINERANT)
    return IN_SERVICE & (goes_round & ~stops | ~goes_round & ~slots)


def without_principal(now):
    return IN_SERVICE & Q(kind=Site.Kind.ANTENNE, parent=None)


def not_checked_lately(now):
    """Nobody of the prefecture said within six months that the record is right: a list's word is not a check."""
    return IN_SERVICE & (Q(verified_at=None) | Q(verified_at__lt=now - CHECK_LASTS))


def reported(now):
    return Q(Exists(ErrorReport.objects.filter(site=OuterRef("pk"), status=ErrorReport.Status.NEW)))


def proposed(now):
    return Q(Exists(ListProposal.objects.waiting().filter(site=OuterRef("pk"))))


RULES = (
    Rule("signales", "Erreur signalée", "Signalé", "Un citoyen a écrit que la fiche est fausse.", reported),
    Rule("sans-horaires", "Sans horaires", "Sans horaires", "Le public ne sait pas quand venir.", without_hours),
    Rule(
        "antennes-seules",
        "Antenne sans site principal",
        "Sans site principal",
        "On ne sait pas de quel site elle dépend.",
        without_principal,
    ),
    Rule(
        "proposes",
        "Liste nationale différente",
        "Liste différente",
        "La liste nationale dit autre chose que vous.",
        proposed,
    ),
    Rule(
        "anciens", "Pas vérifié depuis 6 mois", "À revoir", "Dites si la fiche est toujours exacte.", not_checked_lately
    ),
)
BY_CODE = {rule.code: rule for rule in RULES}


def counts(sites, now):
    """[(rule, how many of the sites)]. One query."""
    found = sites.aggregate(**{rule.flag: Count("pk", filter=rule.condition(now)) for rule in RULES})
    return [(rule, found[rule.flag]) for rule in RULES]


def flagged(sites, now):
    """The sites, each with what each rule says of it (see `Rule.flag`), and `.waiting_reports`, how many."""
    flags = {rule.flag: ExpressionWrapper(rule.condition(now), BooleanField()) for rule in RULES}
    return sites.annotate(**flags, waiting_reports=waiting_reports())


def waiting_reports():
    """How many error reports of a site wait, as an expression."""
    waiting = ErrorReport.objects.filter(site=OuterRef("pk"), status=ErrorReport.Status.NEW)
    how_many = waiting.order_by().values("site").annotate(how_many=Count("pk")).values("how_many")
    return Coalesce(Subquery(how_many, output_field=IntegerField()), 0)


def rules_of(site):
    """The rules that make a site of `flagged` one to check."""
    return [rule for rule in RULES if getattr(site, rule.flag)]
