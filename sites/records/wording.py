"""The keys and values of a site's record, in French: the one vocabulary of the form, the history and the proposals."""

from dataclasses import dataclass, field
from datetime import date, time

from franceservices.territories.models import Commune
from sites.models import Partner, Site, SitePartner
from sites.opening_hours import slots_from_rows, spans_in_french
from sites.records.record import stop_of
from sites.written_hours import WEEKDAYS, day_in_french, hour_in_french

NOTHING = "rien"
LABELS = {
    "name": "Nom",
    "kind": "Type",
    "format": "Format",
    "network": "Réseau",
    "status": "État",
    "labelled_on": "Labellisé le",
    "closed_on": "Fermé le",
    "parent": "Site principal",
    "commune": "Commune et code postal",
    "location": "Position sur la carte",
    "phone": "Téléphone",
    "email": "Adresse électronique",
    "website": "Site internet",
    "appointment": "Rendez-vous",
    "note": "Précisions",
    "address": "Adresse",
    "address_extra": "Complément d'adresse",
}
CHOICES = {"kind": Site.Kind, "format": Site.Format, "status": Site.Status, "appointment": Site.Appointment}


@dataclass(frozen=True)
class Names:
    """The names of what records hold the keys of."""

    sites: dict[int, str] = field(default_factory=dict)
    communes: dict[str, str] = field(default_factory=dict)
    partners: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, values):
        """Those that [(key, value)] need. At most three queries."""
        sites, communes = set(), set()
        for key, value in values:
            match key.partition(".")[0], value:
                case _, None:
                    continue
                case "parent", pk:
                    sites.add(pk)
                case "closures", [_, _, pk]:
                    sites.add(pk)
                case "commune", [insee, _]:
                    communes.add(insee)
                case "stops", [_, _, _, insee, *_]:
                    communes.add(insee)
        sites.discard(None)
        return cls(
            dict(Site.objects.filter(pk__in=sites).values_list("pk", "name")) if sites else {},
            dict(Commune.objects.filter(pk__in=communes).values_list("pk", "name")) if communes else {},
            dict(Partner.objects.values_list("pk", "name"))
            if any(key.startswith("partners.") for key, _ in values)
            else {},
        )


def label(key, names):
    """'Téléphone', 'Horaires du lundi', 'Fermeture du 24 décembre 2026', 'Partenaire : La Poste'…"""
    kind, _, which = key.partition(".")
    if kind == "hours":
        return f"Horaires du {WEEKDAYS[int(which) - 1]}"
    if kind == "closures":
        return f"Fermeture du {day_in_french(date.fromisoformat(which))}"
    if kind == "partners":
        return f"Partenaire : {names.partners.get(which, which)}"
    if kind == "stops":
        weekday, opens, *_ = stop_of(key)
        return f"Passage du {WEEKDAYS[weekday - 1]} à {hour_in_french(time.fromisoformat(opens))}"
    return LABELS[key]


def in_french(key, value, names):
    """A value of a record as people write it; 'rien' when there is none."""
    kind = key.partition(".")[0]
    if value in (None, "") or (kind != "hours" and not value):
        return NOTHING
    return WRITERS.get(kind, _text)(key, value, names)


def _text(key, value, names):
    if key in CHOICES:
        return str(dict(CHOICES[key].choices).get(value, value))
    return day_in_french(date.fromisoformat(value)) if key in ("labelled_on", "closed_on") else value


def _hours(key, value, names):
    weekday = int(key.partition(".")[2])
    return ", ".join(spans_in_french(slots_from_rows([weekday, *slot] for slot in value))) or "Fermé"


def _closure(key, value, names):
    ends, reason, replacement = value
    until = f"jusqu'au {day_in_french(date.fromisoformat(ends))}" if ends else "jusqu'à nouvel ordre"
    instead = f" ; à la place : {names.sites.get(replacement, 'un autre site')}" if replacement else ""
    return f"{until}{f' : {reason}' if reason else ''}{instead}"


def _partner(key, value, names):
    mode, note = value
    return f"{SitePartner.Mode(mode).label}{f' : {note}' if note else ''}"


def _stop(key, value, names):
    weekday, opens, weeks, valid_from = stop_of(key)
    closes, mode, valid_until, insee, place, *_ = value
    slot = slots_from_rows([[weekday, opens, closes, weeks, mode, valid_from, valid_until]])
    return f"{', '.join(spans_in_french(slot))} : {place}, {names.communes.get(insee, insee)}"


def _commune(key, value, names):
    insee, postal_code = value
    return f"{postal_code} {names.communes.get(insee, insee)}"


def _location(key, value, names):
    longitude, latitude = value
    return f"{latitude:.5f}, {longitude:.5f}"


def _parent(key, value, names):
    return names.sites.get(value, "un autre site")


WRITERS = {
    "hours": _hours,
    "closures": _closure,
    "partners": _partner,
    "stops": _stop,
    "commune": _commune,
    "location": _location,
    "parent": _parent,
}
