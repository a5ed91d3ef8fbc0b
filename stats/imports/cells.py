"""What the cells of a file of figures say: months, whole numbers, partners, démarches. Pure: no Django.

A file of a million rows holds few different texts: `Cache` reads each of them once.
"""

import re
from datetime import date, timedelta

from sites.imports.cells.issues import CellError
from sites.imports.files import tables
from sites.imports.files.text import on_one_line
from stats.months import NAMES, month_of, without_accents

MAX_NUMBER = 100_000_000  # no site helps so many people in a month; and the column's type holds it
NUMBER = re.compile(r"(-?)(\d{1,3}(?: \d{3})+|\d+)(?:[.,](\d+))?", re.ASCII)
SPACES = re.compile(r"\s+")
YEARS = range(2000, 2100)

YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ]0?0:00(?::00)?)?", re.ASCII)
MONTH_FIRST = re.compile(r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})(?: 0?0:00(?::00)?)?", re.ASCII)
IN_LETTERS = re.compile(r"(?:1(?:er)? )?([a-z]+)[ .\-/]*(\d{4}|\d{2})", re.ASCII)
SERIAL = re.compile(r"(\d{5})(?:[.,]0+)?", re.ASCII)
MONTH_NAMES = {
    without_accents(name)[:length]: number
    for number, name in enumerate(NAMES, start=1)
    for length in range(3, len(name) + 1)
    if without_accents(name)[:length] != "jui"  # juin or juillet
}

# What people call the national partners, reduced as `tables.plain` does; beside their own code and name.
ALSO_CALLED = {
    "caf": (
        *("allocations_familiales", "cnaf", "caisse_d_allocations_familiales"),
        "caisse_nationale_d_allocations_familiales",
    ),
    "ants": (
        *("france_titres", "france_titre", "interieur", "ministere_de_l_interieur"),
        "agence_nationale_des_titres_securises",
    ),
    "assurance-maladie": ("cpam", "cnam", "cgss", "ameli", "caisse_primaire_d_assurance_maladie", "sante"),
    "assurance-retraite": ("carsat", "cnav", "retraite", "caisse_nationale_d_assurance_vieillesse"),
    "dgfip": (
        *("finances_publiques", "impots", "impot", "les_impots", "service_des_impots", "ddfip", "drfip"),
        *("tresor_public", "direction_generale_des_finances_publiques"),
    ),
    "la-poste": ("poste", "laposte", "groupe_la_poste"),
    "msa": ("mutualite_sociale_agricole", "ccmsa"),
    "point-justice": ("justice", "points_justice", "pointjustice", "ministere_de_la_justice", "cdad", "pad"),
    "france-travail": ("pole_emploi", "poleemploi", "francetravail", "anpe", "pe"),
}


class Cache(dict):
    """What `read` makes of each text, read once; None where it raises `CellError`."""

    def __init__(self, read):
        super().__init__()
        self.read = read

    def __missing__(self, text):
        try:
            value = self.read(text)
        except CellError:
            value = None
        self[text] = value
        return value


def plain(text):
    """As `tables.plain` does, the apostrophe of typographers included."""
    return tables.plain(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def quoted(text):
    return f"« {on_one_line(text, 60)} »"


# --- Months -------------------------------------------------------------------------------------------------


def read_month(text):
    """The month (a date, its first day) of '2024-01', '01/2024', 'janvier 2024', 'janv. 24', or of any day of it.

    Days are written as '2024-01-31', '31/01/2024' or a spreadsheet's number, counted from 1900: counted from
    1904, a month of 2019 that is there by mistake would be one of 2023. Raises `CellError`, code 'required' or 'month'.
    """
    written = SPACES.sub(" ", text).strip()
    if not written:
        raise CellError("required", "Le mois manque : écrivez-le comme 2024-01.")
    try:
        day = _day_of(written)
    except ValueError:  # no such month, or day
        day = None
    if day is None or day.year not in YEARS:
        raise CellError("month", "Ce mois ne se lit pas : écrivez-le comme 2024-01, 01/2024 ou janvier 2024.")
    return month_of(day)


def _day_of(written):
    if found := YEAR_FIRST.fullmatch(written):
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    if found := MONTH_FIRST.fullmatch(written):
        return date(int(found[3]), int(found[2]), int(found[1] or 1))
    if found := SERIAL.fullmatch(written):
        return date(1899, 12, 30) + timedelta(days=int(found[1]))
    if found := IN_LETTERS.fullmatch(without_accents(written).lower()):
        number = MONTH_NAMES.get(found[1])
        return number and date(int(found[2]) + (2000 if len(found[2]) == 2 else 0), number, 1)
    return None


# --- Numbers ------------------------------------------------------------------------------------------------


def read_number(text):
    """A whole number that is not negative, '1 234' or '12,0' included; None for a blank cell, which is not zero.

    Raises `CellError`, code 'number', 'negative', 'fraction' or 'too_big'.
    """
    written = SPACES.sub(" ", text).strip().replace("\N{MINUS SIGN}", "-")
    if not written:
        return None
    found = NUMBER.fullmatch(written)
    if not found:
        raise CellError("number", "Ce n'est pas un nombre : écrivez un nombre entier, ou laissez la cellule vide.")
    minus, whole, decimals = found.groups()
    if decimals and decimals.strip("0"):
        raise CellError("fraction", "Un nombre entier est attendu : ni virgule, ni point.")
    digits = whole.replace(" ", "").lstrip("0")
    if minus and digits:
        raise CellError("negative", "Un nombre ne peut pas être négatif.")
    if len(digits) > len(str(MAX_NUMBER)) or (number := int(digits or "0")) > MAX_NUMBER:
        raise CellError("too_big", "Ce nombre est trop grand pour un site et un mois.")
    return number


# --- Partners and démarches ---------------------------------------------------------------------------------


class Partners:
    """The partners' codes, found by what people call them. `partners` is [(code, name), …]."""

    def __init__(self, partners):
        self.names = dict(partners)
        self.codes = {alias: code for code, aliases in ALSO_CALLED.items() if code in self.names for alias in aliases}
        self.codes |= {plain(text): code for code, name in partners for text in (code, name)}

    def find(self, text):
        """The code of a partner, or None. Accents, capitals and punctuation do not count."""
        return self.codes.get(plain(text))

    def read(self, text):
        """The same; raises `CellError`, code 'required' or 'partner'."""
        code = self.find(text)
        if code:
            return code
        if not text.strip():
            raise CellError("required", "Le partenaire manque.")
        raise CellError("partner", f"Ce partenaire n'est pas connu. Partenaires : {', '.join(self.names.values())}.")


class Demarches:
    """The démarches' slugs, found by slug, name or keyword; made of [(slug, name, partner or None, keywords), …]."""

    def __init__(self, demarches):
        self.names = {slug: name for slug, name, _, _ in demarches}
        self.partners = {slug: partner for slug, _, partner, _ in demarches}
        self.by_name = {plain(text): slug for slug, name, _, _ in demarches for text in (name, slug)}
        self.by_keyword: dict[str, set[str]] = {}
        for slug, _, _, keywords in demarches:
            for keyword in keywords:
                self.by_keyword.setdefault(plain(keyword), set()).add(slug)

    def read(self, text, partner):
        """The slug of a démarche of a partner (a code), None for a blank cell.

        A keyword that several démarches share means the partner's, if it has but one. A démarche of no partner may be
        reported for any. Raises `CellError`, code 'demarche' or 'other_partner'.
        """
        name = plain(text)
        if not text.strip():
            return None
        slugs = {self.by_name[name]} if name in self.by_name else self.by_keyword.get(name, set())
        fitting = [slug for slug in sorted(slugs) if self.partners[slug] in (partner, None)]
        if len(fitting) == 1:
            return fitting[0]
        if not slugs:
            raise CellError(
                "demarche", "Cette démarche n'est pas connue : écrivez son nom, ou laissez la cellule vide."
            )
        told = " ou ".join(quoted(self.names[slug]) for slug in sorted(slugs))
        if fitting:
            raise CellError("demarche", f"Ce mot désigne plusieurs démarches : écrivez {told}.")
        raise CellError("other_partner", f"{told} ne dépend pas de ce partenaire : corrigez l'un ou l'autre.")
