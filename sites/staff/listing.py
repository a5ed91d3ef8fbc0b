"""The table of one's sites: what is asked of it by the address, and what each row tells."""

from dataclasses import dataclass, field
from datetime import datetime

from django import forms
from django.db.models import F, Q

from franceservices.territories.names import words
from sites.filters import KINDS
from sites.models import Site
from sites.staff import to_check
from sites.staff.week_in_brief import hours_in_brief
from sites.written_hours import closed_days_in_french

STATUSES = {"en-service": "En service", "fermes": "Fermés", "retires": "Retirés"}
STATUS_OF = {"en-service": Site.Status.ACTIVE, "fermes": Site.Status.CLOSED, "retires": Site.Status.WITHDRAWN}
SORTS = {  # tri= in the address: (what the choice says, the order)
    "nom": ("Nom", ("slug", "pk")),
    "commune": ("Commune", ("commune__slug", "slug", "pk")),
    "verifie": ("Vérifié il y a longtemps", (F("verified_at").asc(nulls_first=True), "commune__slug", "pk")),
    "-signalements": ("Erreurs signalées", ("-waiting_reports", "commune__slug", "pk")),
    "-nom": ("Nom, de Z à A", ("-slug", "pk")),
    "-commune": ("Commune, de Z à A", ("-commune__slug", "slug", "pk")),
    "-verifie": ("Vérifié récemment", (F("verified_at").desc(nulls_last=True), "commune__slug", "pk")),
    "signalements": ("Sans erreur signalée d'abord", ("waiting_reports", "commune__slug", "pk")),
}
USUAL_SORT = "commune"
SORT_WORDS = {code: words for code, (words, _order) in SORTS.items()}
TO_CHECK = {rule.code: rule.label for rule in to_check.RULES}
NO_HOURS, NO_PASSAGE = "non communiqués", "aucun passage"


class ListForm(forms.Form):
    """The filters and the order of an address. One that it does not understand filters nothing out.

    `departements` is {code: name} of those that there are sites in.
    """

    q = forms.CharField(label="Nom ou commune", required=False, max_length=100)
    verifier = forms.ChoiceField(label="À vérifier", required=False, choices=TO_CHECK.items())
    type = forms.ChoiceField(label="Type", required=False, choices=KINDS.items())
    etat = forms.ChoiceField(label="État", required=False, choices=STATUSES.items())
    departement = forms.CharField(label="Département", required=False)
    tri = forms.ChoiceField(label="Trier par", required=False, choices=SORT_WORDS.items())

    def __init__(self, data, departements):
        super().__init__(data)
        self.departements = departements
        self.full_clean()

    def clean_departement(self):
        code = self.cleaned_data["departement"]
        return code if code in self.departements else ""

    def value(self, name):
        return self.cleaned_data.get(name, "")

    @property
    def rule(self):
        """The `Rule` of which only the sites are wanted, or None."""
        return to_check.BY_CODE.get(self.value("verifier"))

    @property
    def filters_something(self):
        return any(self.value(name) for name in self.fields if name != "tri")

    @property
    def sort(self):
        return self.value("tri") or USUAL_SORT

    @property
    def selects(self):
        """(name, label, [(value, words, whether it is chosen)]) of each choice that there is to make."""
        choices = {
            "verifier": {"": "Tous les sites", **TO_CHECK},
            "type": {"": "Tous", **KINDS},
            "etat": {"": "Tous", **STATUSES},
            "departement": {"": "Tous", **self.departements},
            "tri": SORT_WORDS,
        }
        for name, options in choices.items():
            if name == "departement" and len(self.departements) < 2:
                continue
            chosen = self.sort if name == "tri" else self.value(name)
            yield name, self.fields[name].label, [(value, words, value == chosen) for value, words in options.items()]

    def wanted(self, sites, now):
        """Those of a `SiteQuerySet` that are asked for, in the order asked for, flagged (see `to_check.flagged`)."""
        if self.value("q"):
            sites = _searched(sites, self.value("q"))
        if self.rule:
            sites = sites.filter(self.rule.condition(now))
        if self.value("type"):
            sites = sites.of_kind(self.value("type"))
        if self.value("etat"):
            sites = sites.filter(status=STATUS_OF[self.value("etat")])
        if self.value("departement"):
            sites = sites.in_departement(self.value("departement"))
        _words, order = SORTS[self.sort]
        return to_check.flagged(sites, now).order_by(*order)


def _searched(sites, text):
    """By the words of their name and commune; a number is an identifier or the beginning of a postal code."""
    if any(character.isdigit() for character in text) and text.isalnum():
        return sites.filter(Q(external_id__iexact=text) | Q(postal_code__startswith=text))
    found = words(text)
    return sites.named(found, last_is_whole=False) if found else sites


@dataclass
class Column:
    """A heading of the table that sorts it: `sorted` is what aria-sort says, `by` the sort that a click asks for."""

    label: str
    by: str
    sorted: str


def columns(form, *wanted):
    """The `Column`s of (sort code, label), as the address of a form has them."""
    for code, label in wanted:
        name = code.lstrip("-")
        sorted_ = {name: "ascending", f"-{name}": "descending"}.get(form.sort, "")
        opposite = form.sort == code
        other = name if code.startswith("-") else f"-{name}"
        yield Column(label, other if opposite else code, sorted_)


@dataclass
class Row:
    """A site of the table at an aware datetime: `hours` are lines of text, `closed` the exceptional closure or ''."""

    site: Site
    now: datetime
    can_edit: bool = False
    rules: list = field(init=False)
    hours: list = field(init=False)
    closed: str = field(init=False)

    def __post_init__(self):
        self.rules = to_check.rules_of(self.site)
        self.hours = hours_in_brief(self.site, self.now) or [NO_PASSAGE if self.site.is_itinerant else NO_HOURS]
        today = self.now.astimezone(self.site.schedule.timezone).date()
        closure = self.site.schedule.closure_on(today)
        self.closed = closed_days_in_french(closure.starts, closure.ends, today) if closure else ""


def rows(sites, now, editable=()):
    """The `Row`s of some sites (see `for_rows`); `editable` are the départements one edits."""
    return [Row(site, now, site.commune.departement_id in editable) for site in sites]


def for_rows(sites):
    """Adds to a `SiteQuerySet` what rows show."""
    return sites.with_commune().select_related("verified_by").with_hours().defer("location", "commune__location")
