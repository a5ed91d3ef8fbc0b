"""What a list changes, line by line: counted, filtered, and told in French."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django import forms
from django.db.models import Case, Count, Q, When

from franceservices.territories.models import Departement
from sites.imports.cells.issues import ERROR
from sites.imports.held import CHOICES, chosen, fields_of, undecided
from sites.models import ImportRow
from sites.records import wording
from sites.staff.telling import lines, names_of

Action = ImportRow.Action
EFFECTS = {
    Action.CREATE.value: "Nouveaux sites",
    Action.UPDATE.value: "Modifications",
    Action.REOPEN.value: "Réouvertures",
    Action.CLOSE.value: "Fermetures",
    Action.ERROR.value: "Lignes en erreur",
    Action.ABSENT.value: "Absents de la liste",
    Action.UNCHANGED.value: "Sans changement",
}
MEANINGS = {
    Action.CREATE.value: "Ces sites ne sont pas encore dans l'annuaire : ils y entreront.",
    Action.UPDATE.value: "La liste dit autre chose que l'annuaire : ce qu'elle dit remplacera ce qu'il dit.",
    Action.REOPEN.value: "Ces sites sont fermés dans l'annuaire, et la liste les nomme : ils rouvriront.",
    Action.CLOSE.value: "Ces sites sont en service, et cette liste complète ne les nomme pas : ils seront fermés.",
    Action.ERROR.value: "Ces lignes ne peuvent pas être lues comme il faut : elles ne changeront rien.",
    Action.ABSENT.value: "La liste n'est pas complète : ces sites, qu'elle ne nomme pas, ne changeront pas.",
    Action.UNCHANGED.value: "L'annuaire dit déjà ce que dit la liste.",
}
LABELS = wording.LABELS | {"hours": "Horaires"}
# What a list can change of a site that there was.
FIELDS = (
    *("name", "status", "hours", "phone", "email", "address", "address_extra", "commune", "location"),
    *("appointment", "note", "kind", "format", "network", "labelled_on"),
)
HOURS = [f"hours.{weekday}" for weekday in range(1, 8)]
ORDER = {key: rank for rank, key in enumerate(FIELDS)}
UNKNOWN = "inconnu"
# Lines that do nothing come last.
DO_NOTHING = (Action.UNCHANGED, Action.ABSENT)
# "Séclin" is found by "seclin", and the other way round.
ALIKE = ("aàâäáã", "cç", "eéèêë", "iîïíì", "nñ", "oôöóòõ", "uûüúù", "yÿ", " '’-")


@dataclass(frozen=True)
class Counts:
    """How many lines have each effect: {département or `UNKNOWN`: {effect: lines}}; `names` of départements."""

    lines: dict[str, dict[str, int]]
    names: dict[str, str]

    @classmethod
    def of(cls, batch):
        """Two queries."""
        found = batch.rows.order_by().values_list("departement_id", "action").annotate(lines=Count("*"))
        by_departement: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for code, effect, count in found:
            by_departement[code or UNKNOWN][effect] = count
        names = dict(Departement.objects.filter(pk__in=by_departement).values_list("pk", "name"))
        return cls(dict(sorted(by_departement.items())), names)

    @property
    def effects(self):
        """Those that some line has, in order."""
        return [effect for effect in EFFECTS if self.total(effect)]

    @property
    def departements(self):
        """{code: 'Aveyron (12)'}."""
        return {code: f"{self.names[code]} ({code})" for code in self.lines if code != UNKNOWN} | (
            {UNKNOWN: "Département inconnu"} if UNKNOWN in self.lines else {}
        )

    def total(self, effect="", departement=""):
        """Lines of an effect, or of all, in a département, or in all."""
        wanted = [self.lines.get(departement, {})] if departement else self.lines.values()
        return sum(some.get(effect, 0) if effect else sum(some.values()) for some in wanted)

    @property
    def table(self):
        """[(code, name, [(effect, lines)], lines in all)], a row for each département."""
        return [
            (code, name, [(effect, self.total(effect, code)) for effect in self.effects], self.total("", code))
            for code, name in self.departements.items()
        ]

    @property
    def totals(self):
        return [(effect, self.total(effect)) for effect in self.effects]


class Filters(forms.Form):
    """The filters of an address. One that it does not understand filters nothing out."""

    departement = forms.CharField(label="Département", required=False)

    def __init__(self, data, departements):
        super().__init__(data)
        self.departements = departements
        self.full_clean()

    def clean_departement(self):
        code = self.cleaned_data["departement"]
        return code if code in self.departements else ""

    def value(self, name):
        return self.cleaned_data.get(name) or ""

    @property
    def filters_something(self):
        return any(self.value(name) for name in self.fields)

    def choices(self):
        """{name: {value: words}} of what is chosen among values."""
        return {"departement": {"": "Tous"} | self.departements}

    @property
    def selects(self):
        """(name, label, [(value, words, whether it is chosen)]) of each choice that there is to make."""
        for name, options in self.choices().items():
            yield (
                name,
                self.fields[name].label,
                [(value, words, value == self.value(name)) for value, words in options.items()],
            )

    def wanted(self, batch):
        """The rows or remarks of a list that are asked for."""
        raise NotImplementedError

    def in_departement(self, rows):
        code = self.value("departement")
        return rows.filter(departement=None if code == UNKNOWN else code) if code else rows


class RowFilters(Filters):
    """`ligne` is one physical line: other pages lead to it."""

    q = forms.CharField(label="Nom ou identifiant", required=False, max_length=100)
    effet = forms.ChoiceField(label="Effet", required=False, choices=EFFECTS.items())
    champ = forms.ChoiceField(label="Ce qui change", required=False, choices=[(name, name) for name in FIELDS])
    ligne = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    field_order = ("q", "departement", "champ", "effet", "ligne")

    def choices(self):
        return super().choices() | {"champ": {"": "Tout"} | {name: LABELS[name] for name in FIELDS}}

    @property
    def effect(self):
        return self.value("effet")

    def wanted(self, batch):
        """The lines of a list that are asked for: those that change something first, in the order of the file."""
        rows = self.in_departement(batch.rows.all())
        if self.effect:
            rows = rows.filter(action=self.effect)
        if self.value("ligne"):
            rows = rows.filter(line=self.value("ligne"))
        if text := self.value("q"):
            rows = rows.filter(Q(external_id__iexact=text) | Q(name__iregex=_pattern(text)))
        if name := self.value("champ"):
            keys = HOURS if name == "hours" else [name]
            rows = rows.filter(before__has_any_keys=keys)
        if self.effect:
            return rows.order_by("pk")
        return rows.order_by(Case(When(action__in=DO_NOTHING, then=1), default=0), "pk")


def _pattern(text):
    """A regular expression for a text, whatever its case, accents and hyphens: faster than names folded in SQL."""
    return "".join(_pattern_of(character) for character in " ".join(text.lower().split()))


def _pattern_of(character):
    alike = next((letters for letters in ALIKE if character in letters), "")
    return f"[{''.join(dict.fromkeys(alike.upper() + alike))}]" if alike else re.escape(character)


# --- Told in French --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A value that the prefecture holds and the list contests: `lines` go from the prefecture's to the list's."""

    name: str
    label: str
    lines: list
    is_taken: bool


@dataclass(frozen=True)
class ToldRow:
    """A line of a list: `lines` are the values that change (`telling.Line`), `choices` what the prefecture holds."""

    row: ImportRow
    place: str
    departement: str
    lines: list = field(default_factory=list)
    choices: list = field(default_factory=list)
    issues: list = field(default_factory=list)


def told(batch, rows, departements):
    """The `ToldRow`s of some rows of a list; `departements` are {code: name}. At most three queries."""
    rows = list(rows)
    contested = {
        row.pk: [(name, *chosen(row.held, fields_of(name, row.held))) for name in _choices(row)] for row in rows
    }
    compared = [(row.before, row.after, _keys(row.before, row.after)) for row in rows]
    compared += [(before, after, [*after]) for found in contested.values() for _name, before, after in found]
    names, errors = names_of(*compared), _errors(batch, rows)
    return [
        ToldRow(
            row=row,
            place=place(batch, row.line),
            departement=departements.get(row.departement_id or UNKNOWN, ""),
            lines=lines(row.before, row.after, _keys(row.before, row.after), names),
            choices=[
                Choice(name, LABELS[name], lines(before, after, _keys(before, after), names), _is_taken(row, name))
                for name, before, after in contested[row.pk]
            ],
            issues=errors.get(row.line, []) if row.action == Action.ERROR else [],
        )
        for row in rows
    ]


def place(batch, line):
    """'ligne 12', or 'feuille « Sites », ligne 12'; a site that the list lacks has no line."""
    if line is None:
        return "absent de la liste"
    return f"feuille « {batch.sheet} », ligne {line}" if batch.sheet else f"ligne {line}"


def _choices(row):
    return undecided(row.held) if row.action != Action.ERROR else []


def _is_taken(row, choice):
    return not {*CHOICES[choice]}.isdisjoint(row.taken)


def _keys(before, after):
    """In the order in which people read a record."""
    return sorted({*before, *after}, key=lambda key: (ORDER.get(key.partition(".")[0], len(ORDER)), key))


def _errors(batch, rows):
    """{line: [`ImportIssue`]} of the lines in error."""
    wanted = [row.line for row in rows if row.action == Action.ERROR]
    found = defaultdict(list)
    if wanted:
        for issue in batch.issues.filter(severity=ERROR, line__in=wanted):
            found[issue.line].append(issue)
    return found
