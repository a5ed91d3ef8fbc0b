"""How one cell of the official list becomes a value of a site, and how a wrong one is explained in French.

Each widget's `clean` gets the cell's tidied text, never empty, and `warn(code, message)`; it raises `CellError`.
What needs two cells at once is in `checks`.
"""

import math
import re
from datetime import date, timedelta
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from import_export.widgets import Widget

from sites.imports.cells.issues import CellError
from sites.imports.files.tables import plain
from sites.written_hours import UnreadableHours, format_day, parse_day

WHOLE_WITH_DECIMALS = re.compile(r"(\d+)[.,]0+")
BETWEEN_EMAILS = re.compile(r"\s+-\s+|\s*[,;/]\s*|\s+(?:ou|et)\s+|\s+")
LABELLED = re.compile(r"(?:espace labellise )?(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")
FIRST_LABELS = date(2020, 1, 1)
# A spreadsheet counts days, from one of two dates: the Mac's made labels look four years older than the programme.
SERIAL_DATE = re.compile(r"(\d{5})(?:[.,]0+)?")
EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
SEPARATORS = re.compile(r"[\s.\-/]|\(0\)")
SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
AS_TEXT = "mettez la colonne au format texte dans le tableur."


class TextWidget(Widget):
    def __init__(self, max_length=None):
        super().__init__()
        self.max_length = max_length

    def clean(self, value, row=None, **kwargs):
        if self.max_length and len(value) > self.max_length:
            raise CellError(
                "too_long", f"Le texte compte {len(value)} caractères, {self.max_length} au plus : raccourcissez-le."
            )
        return value


class IdWidget(Widget):
    """The national identifier. A spreadsheet turns 12 into 12.0."""

    def clean(self, value, row=None, *, warn, **kwargs):
        whole = WHOLE_WITH_DECIMALS.fullmatch(value)
        if whole:
            value = whole[1]
            warn("id_repaired", f"Lu comme « {value} » : {AS_TEXT}")
        if not re.fullmatch(r"[0-9A-Za-z]{1,20}", value):
            raise CellError("id", "Attendu : 1 à 20 chiffres ou lettres sans accent, sans espace ni signe.")
        return value


def full_code(text, length):
    """A code with the zero that a spreadsheet takes from its head, without the '.0' that it adds at its end."""
    whole = WHOLE_WITH_DECIMALS.fullmatch(text)
    code = (whole[1] if whole else text).upper()
    return code.zfill(length) if code.isdigit() and len(code) == length - 1 else code


class CodeWidget(Widget):
    """A code of fixed length whose leading zero a spreadsheet may have lost."""

    def __init__(self, length):
        super().__init__()
        self.length = length

    def clean(self, value, row=None, *, warn, **kwargs):
        code = full_code(value, self.length)
        if code != value.upper():
            warn("zeros_restored", f"Lu comme « {code} » : {AS_TEXT}")
        return code


class CommuneWidget(CodeWidget):
    """INSEE code to the code that the site gets: former communes become today's, arrondissements stay."""

    def __init__(self):
        super().__init__(length=5)

    def clean(self, value, row=None, *, warn, **kwargs):
        communes = kwargs["communes"]
        code = super().clean(value, row, warn=warn)
        commune = communes.get(code)
        if commune is None:
            raise CellError(
                "commune",
                "Aucune commune ne porte ce code INSEE : vérifiez-le (5 caractères ; le code postal n'en est pas un).",
            )
        if commune.is_former:
            today = communes[commune.replaced_by]
            warn(
                "commune_replaced",
                f"{commune.name} fait aujourd'hui partie d'une autre commune, {today.name} ({today.insee}), à laquelle "
                "le site est rattaché. Mettez le code à jour dans la liste.",
            )
            return today.insee
        return code


class PostalCodeWidget(CodeWidget):
    def __init__(self):
        super().__init__(length=5)

    def clean(self, value, row=None, *, warn, **kwargs):
        code = super().clean(value.replace(" ", ""), row, warn=warn)
        if not re.fullmatch(r"[0-9]{5}", code):
            raise CellError("postal_code", "Attendu : 5 chiffres, comme 12000.")
        return code


class ChoiceWidget(Widget):
    """One of the list's own words, given as {word of the list: value of the site}."""

    def __init__(self, choices):
        super().__init__()
        self.choices = choices
        self.by_plain_name = {plain(word): value for word, value in choices.items()}

    def clean(self, value, row=None, **kwargs):
        try:
            return self.by_plain_name[plain(value)]
        except KeyError:
            raise CellError("choice", f"Valeurs acceptées : {', '.join(self.choices)}.") from None


class CoordinateWidget(Widget):
    """Degrees, WGS 84."""

    def clean(self, value, row=None, *, warn, **kwargs):
        if "," in value:
            value = value.replace(",", ".")
            warn("decimal_comma", f"Lu comme {value}.")
        try:
            degrees = float(value.replace("_", "?"))
        except ValueError:
            degrees = math.nan
        if not math.isfinite(degrees) or abs(degrees) > 180:
            raise CellError("coordinates", "Attendu : un nombre de degrés, comme 44.3526.")
        return round(degrees, 6)  # 0.1 m, as everywhere else


class DayWidget(Widget):
    """A day's hours as ((opens, closes), ...); () when the cell only holds fillers."""

    def clean(self, value, row=None, *, warn, **kwargs):
        try:
            slots, as_understood = _understand_day(value)
        except UnreadableHours as error:
            raise CellError(
                "hours", f"Créneau illisible : « {error.slot} ». Attendu : 09:00 - 12:00 / 14:00 - 17:00."
            ) from error
        if as_understood != value:
            reading = f"Lu comme « {as_understood} »" if as_understood else "Lu comme une absence d'ouverture"
            warn(
                "hours_simplified",
                f"{reading} : créneaux vides ôtés, créneaux qui se touchent ou se recouvrent réunis. À vérifier "
                "auprès du site.",
            )
        return slots


@lru_cache(maxsize=10_000)
def _understand_day(text):
    slots = parse_day(text)
    return slots, format_day(slots)


class PhoneWidget(Widget):
    """A French number, written '05 65 00 00 00'; a short one as it is.

    A spreadsheet takes its zero, or writes it as 5,36E+08.
    """

    def clean(self, value, row=None, *, warn, aside, **kwargs):
        scientific = SCIENTIFIC.fullmatch(value)
        if scientific and not _all_digits_of(scientific):
            warn("phone", "Le tableur en a fait un nombre arrondi, qui est ignoré : écrivez à nouveau le numéro.")
            return None
        whole = WHOLE_WITH_DECIMALS.fullmatch(value)
        digits = _all_digits_of(scientific) if scientific else whole[1] if whole else SEPARATORS.sub("", value)
        digits = re.sub(r"^(?:\+|00)?(33|590|594|596|262|508|687|689|681)(?=[1-9]\d{8}$)", "0", digits)
        if re.fullmatch(r"[1-9]\d{8}", digits):
            digits = f"0{digits}"
            warn("zeros_restored", f"Lu comme « {_in_pairs(digits)} » : {AS_TEXT}")
        if re.fullmatch(r"0[1-9]\d{8}", digits):
            return _in_pairs(digits)
        if re.fullmatch(r"3\d{3}|1\d{1,5}", digits):
            return digits
        warn("phone", "Attendu : 10 chiffres, comme 05 65 00 00 00. Le texte est gardé dans les précisions du site.")
        aside(f"Téléphone indiqué : {value}")
        return None


def _in_pairs(digits):
    return " ".join(digits[index : index + 2] for index in range(0, 10, 2))


def _all_digits_of(scientific):
    """The whole number that a match of `SCIENTIFIC` writes in full; '' when it was rounded."""
    first, others, exponent = scientific.groups(default="")
    return first + others if len(others) == int(exponent) else ""


class EmailWidget(Widget):
    """The first address; the others are kept in the note."""

    def clean(self, value, row=None, *, warn, aside, **kwargs):
        if not any(character.isalnum() for character in value):
            warn("email", "La cellule ne contient aucune adresse : elle est lue comme vide.")
            return None
        first, *others = [part for part in BETWEEN_EMAILS.split(value) if part]
        if not all(_is_email(part) for part in (first, *others)):
            warn("email", "Attendu : une adresse comme accueil@exemple.fr. Le texte est gardé dans les précisions.")
            aside(f"Adresse électronique indiquée : {value}")
            return None
        if others:
            warn("several_emails", f"{first} devient l'adresse du site ; le reste est gardé dans ses précisions.")
            aside(f"{'Autres adresses' if others[1:] else 'Autre adresse'} : {', '.join(others)}")
        return first


@lru_cache(maxsize=10_000)
def _is_email(text):
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


class LabelWidget(Widget):
    """'Espace labellisé 01/01/2020' as a date; a spreadsheet may have made a number of it."""

    def clean(self, value, row=None, *, warn, **kwargs):
        serial = SERIAL_DATE.fullmatch(value)
        labelled_on = _day_of(int(serial[1])) if serial else _written_day(value)
        if not FIRST_LABELS <= labelled_on < date(2100, 1, 1):
            raise CellError(
                "labelled_on", "Attendu : Espace labellisé JJ/MM/AAAA, à partir du 01/01/2020 (premiers labels)."
            )
        if serial:
            warn(
                "date_serial",
                f"Lu comme le {labelled_on:%d/%m/%Y} : vérifiez cette date, et écrivez-la JJ/MM/AAAA.",
            )
        return labelled_on


def _day_of(serial):
    """The day that a spreadsheet counts, from 1900, or from 1904 when that would be before the first labels."""
    since_1900 = EPOCH_1900 + timedelta(days=serial)
    return since_1900 if since_1900 >= FIRST_LABELS else EPOCH_1904 + timedelta(days=serial)


def _written_day(text):
    """The date of 'Espace labellisé 01/01/2020'; the first of all dates when it is none."""
    found = LABELLED.fullmatch(text.lower().replace("é", "e"))
    try:
        return date(*(int(found[part]) for part in ("year", "month", "day"))) if found else date.min
    except ValueError:
        return date.min
