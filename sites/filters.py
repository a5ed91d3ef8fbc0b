"""Which sites a visitor wants: when they receive people, how, of which kind, with which partner."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple
from urllib.parse import urlencode

from django import forms
from django.core.cache import cache
from django.http import QueryDict
from django.utils.functional import cached_property

from sites.asked import catalogue_of_demarches
from sites.models import Partner
from sites.written_hours import WEEKDAYS, hour_in_french

MOMENTS = {"soir": "Après 18 h", "midi": "Entre 12 h et 14 h"}
APPOINTMENTS = {"sans": "Sans rendez-vous", "avec": "Avec rendez-vous possible"}
KINDS = {"fixe": "Sites fixes", "antenne": "Antennes", "bus": "Bus et sites itinérants"}
DAYS = {day: day.capitalize() for day in WEEKDAYS}
HOURS = [time(hour, minute) for hour in range(7, 21) for minute in (0, 30)]
WORDS: dict[str, dict] = {
    "ouvert": {True: "Ouvert maintenant"},
    "jour": DAYS,
    "creneau": MOMENTS,
    "rdv": APPOINTMENTS,
    "type": KINDS,
}
OFFERED = (  # what is asked most, one link away
    ("ouvert", "1", "Ouvert maintenant"),
    ("jour", "samedi", "Samedi"),
    ("creneau", "soir", "Après 18 h"),
    ("creneau", "midi", "Entre 12 h et 14 h"),
    ("rdv", "sans", "Sans rendez-vous"),
)

NOW, LATER = ("ouvert",), ("jour", "heure", "creneau")
NOT_WITH = {"ouvert": LATER} | dict.fromkeys(LATER, NOW)  # one comes now, or later


@dataclass(frozen=True)
class Filters:
    """What is wanted of sites at the aware datetime `now`. Nothing is, by default.

    `weekday` is an ISO one; `at` a time of the wanted day, or of any day; `moment`, `appointment` and `kind` are keys
    of MOMENTS, APPOINTMENTS and KINDS; `partner` is a local `Partner`'s code.
    """

    now: datetime | None = None
    open_now: bool = False
    weekday: int | None = None
    at: time | None = None
    moment: str = ""
    appointment: str = ""
    kind: str = ""
    partner: str = ""

    @property
    def is_dated(self):
        """Whether it matters when sites receive people."""
        return bool(self.open_now or self.weekday or self.at or self.moment)

    def sites(self, sites):
        """Those of a `SiteQuerySet` that are wanted."""
        if self.kind:
            sites = sites.of_kind(self.kind)
        if self.partner:
            sites = sites.with_partner(self.partner)
        if self.appointment == "sans":
            sites = sites.without_appointment()
        elif self.appointment == "avec":
            sites = sites.with_appointment()
        return sites.receiving(self.slots) if self.is_dated else sites

    def slots(self, slots):
        """Those of a `SlotQuerySet` that are wanted."""
        if self.open_now:
            slots = slots.open_at(self.now)
        if self.weekday or self.at or self.moment:
            slots = slots.taking_place(self.now, self.weekday, self.at)
        if self.at:
            slots = slots.at_time(self.at)
        if self.moment:
            slots = slots.in_the_evening() if self.moment == "soir" else slots.at_lunch()
        return slots.without_appointment() if self.appointment == "sans" else slots


ANY = Filters()


class Tag(NamedTuple):
    """A link that adds a filter, or takes away one that is on: its words, the query it leads to, the fields it has."""

    label: str
    query: str
    names: tuple[str, ...]


class FilterForm(forms.Form):
    """The filters of an address. One that it does not understand filters nothing out, and is in `errors`."""

    ouvert = forms.BooleanField(label="Ouvert maintenant", required=False)
    jour = forms.ChoiceField(label="Jour", required=False, choices=DAYS.items())
    heure = forms.TimeField(label="Heure", required=False, input_formats=["%H:%M"])
    creneau = forms.ChoiceField(label="Moment de la journée", required=False, choices=MOMENTS.items())
    rdv = forms.ChoiceField(label="Rendez-vous", required=False, choices=APPOINTMENTS.items())
    type = forms.ChoiceField(label="Type de lieu", required=False, choices=KINDS.items())
    service = forms.CharField(label="Partenaire", required=False, max_length=30)
    demarche = forms.CharField(label="Démarche", required=False, max_length=60)

    def clean_service(self):
        code = self.cleaned_data["service"]
        if code and code not in self.partners:
            raise forms.ValidationError("Ce partenaire n'est pas connu.")
        return self.partners[code] if code else None

    def clean_demarche(self):
        slug = self.cleaned_data["demarche"]
        known = catalogue_of_demarches().by_slug if slug else {}
        if slug and slug not in known:
            raise forms.ValidationError("Cette démarche n'est pas connue.")
        return known.get(slug)

    @property
    def comes_for(self):
        """The `Demarche` that one comes for, or None. It is no filter: every site helps with it."""
        return self._understood.get("demarche")

    @cached_property
    def partners(self):
        """All partners by code, asked of the database every minute."""
        return cache.get_or_set("partners", lambda: {partner.code: partner for partner in Partner.objects.all()}, 60)

    @cached_property
    def values(self):
        """{name: what it says} of the filters that are on, in the order of the fields."""
        return {name: value for name, value in self._understood.items() if value and name != "demarche"}

    @cached_property
    def _understood(self):
        self.full_clean()
        return self.cleaned_data

    def wanted(self, now, without=()):
        """The `Filters` of this address at the aware datetime `now`, `without` some of them (names)."""
        on = {name: value for name, value in self.values.items() if name not in without}
        partner = on.get("service")
        return Filters(
            now=now,
            open_now=on.get("ouvert", False),
            weekday=list(DAYS).index(on["jour"]) + 1 if "jour" in on else None,
            at=on.get("heure"),
            moment=on.get("creneau", ""),
            appointment=on.get("rdv", ""),
            kind=on.get("type", ""),
            # Every site helps with the national partners: only the others are in some sites and not in the rest.
            partner=partner.code if partner and not partner.is_national else "",
        )

    @property
    def chosen(self):
        """The `Tag`s of the filters that are on: following one takes it away."""
        return [Tag(self._words(names), self._query(names), names) for names in self._groups()]

    @property
    def partner_everywhere(self):
        """The `Partner` wanted, when it leaves no site out: a national one. Else None."""
        partner = self.values.get("service")
        return partner if partner and partner.is_national else None

    @property
    def none(self):
        """The `Tag` that takes all filters away."""
        names = tuple(name for name in self.fields if name != "demarche")
        return Tag("", self._query(names), names)

    @property
    def offered(self):
        """The `Tag`s of the common filters that are off: following one adds it."""
        return [
            Tag(words, self._query([name, *NOT_WITH.get(name, ())], {name: value}), (name,))
            for name, value, words in OFFERED
            if str(self.data.get(name, "")) != value
        ]

    @property
    def selects(self):
        """Each field but `ouvert` as (name, label, [(value, words, whether it is chosen)])."""
        asked = self.values.get("heure")
        hours = sorted({*HOURS, asked} if asked else HOURS)
        choices = {
            "jour": [("", "Tous les jours"), *DAYS.items()],
            "heure": [("", "À toute heure"), *((f"{at:%H:%M}", hour_in_french(at)) for at in hours)],
            "creneau": [("", "Toute la journée"), *MOMENTS.items()],
            "rdv": [("", "Avec ou sans"), *APPOINTMENTS.items()],
            "type": [("", "Tous"), *KINDS.items()],
            "service": [("", "Tous"), *((partner.code, partner.name) for partner in self.partners.values())],
        }
        for name, options in choices.items():
            chosen = self.data.get(name, "") if name in self.values else ""
            yield name, self.fields[name].label, [(value, words, value == chosen) for value, words in options]

    @property
    def hidden(self):
        """[(name, value)] of the rest of the address, which a form that shows these filters must keep."""
        shown = {*self.fields, "page"} - {"demarche"}
        return [(name, value) for name, value in self.data.items() if name not in shown and value]

    @property
    def kept(self):
        """[(name, value)] of these filters and of the démarche, as the search of another place must keep them."""
        return [(name, self.data[name]) for name in (*self.values, *(["demarche"] if self.comes_for else []))]

    @property
    def query(self):
        """These alone, as the end of an address: '?ouvert=1', or ''."""
        return f"?{urlencode(self.kept)}" if self.kept else ""

    @property
    def without_demarche(self):
        """This address, for no démarche in particular, as a query."""
        return self._query(["demarche"])

    def _groups(self):
        """Names of the filters that are on; the day and the hour are one."""
        together = [("jour", "heure")] if "heure" in self.values else [("jour",)]
        groups: list[tuple[str, ...]] = [("ouvert",), *together, ("creneau",), ("rdv",), ("type",), ("service",)]
        return [names for names in groups if any(name in self.values for name in names)]

    def _words(self, names):
        on = self.values
        if "heure" in names:
            day = DAYS[on["jour"]] + " à" if "jour" in on else "À"
            return f"{day} {hour_in_french(on['heure'])}"
        (name,) = names
        return WORDS[name][on[name]] if name in WORDS else str(on[name])

    def _query(self, without, added=None):
        """The query of this address, first page, `without` some filters and with others `added`."""
        query = QueryDict(mutable=True)
        query.update(self.data.dict() if hasattr(self.data, "dict") else self.data)
        for name in (*without, "page"):
            query.pop(name, None)
        query.update(added or {})
        return "?" + query.urlencode()
