"""Buttons of the record's form that change what is typed, and write nothing: a line more, a day like another.

What was typed comes in as a mutable QueryDict. The page's script adds and copies lines without asking for a page.
"""

from franceservices.territories import geocoder
from sites.staff.record_forms import how_many

SLOT_FIELDS = ("opens", "closes", "weeks", "by_appointment", "valid_from", "valid_until")


class NoAddress(Exception):
    """The address cannot be placed; the message, in French, says why."""


def add_line(typed, prefix, weekday=None):
    """One empty line more in a formset."""
    total = how_many(typed, prefix)
    typed[f"{prefix}-TOTAL_FORMS"] = str(total + 1)
    if weekday:
        typed[f"{prefix}-{total}-weekday"] = str(weekday)


def copy_day(typed, source, targets):
    """Each day of `targets` (ISO weekdays) gets the lines of the day `source`."""
    lines = _lines(typed)
    model = [line for day, line in lines if day == source]
    kept = [(day, line) for day, line in lines if day not in targets]
    _write(typed, sorted(kept + [(day, line) for day in targets for line in model], key=lambda one: one[0]))


def place_on_address(typed):
    """Put the point where the address is. Raises `NoAddress`."""
    text = " ".join(typed.get(name, "").strip() for name in ("address", "postal_code"))
    text = f"{text} {typed.get('commune', '').partition('(')[0]}".strip()
    if not typed.get("address", "").strip():
        raise NoAddress("Écrivez d'abord le numéro et la rue.")
    try:
        found = geocoder.search(text, limit=1)
    except geocoder.AddressNotFound:
        found = []
    except geocoder.GeocoderUnavailable as error:
        raise NoAddress(
            "La recherche d'adresses ne répond pas pour le moment : déplacez le point, ou écrivez ses coordonnées."
        ) from error
    if not found:
        raise NoAddress("Cette adresse n'est pas connue : déplacez le point, ou écrivez ses coordonnées.")
    typed["latitude"], typed["longitude"] = f"{found[0].latitude:.6f}", f"{found[0].longitude:.6f}"
    return found[0].label


def _lines(typed):
    """[(ISO weekday, {field: typed})] of the week's slots."""
    lines = []
    for number in range(how_many(typed, "hours")):
        day = typed.get(f"hours-{number}-weekday", "")
        if day in tuple("1234567"):
            lines.append((int(day), {name: typed.get(f"hours-{number}-{name}", "") for name in SLOT_FIELDS}))
    return lines


def _write(typed, lines):
    typed["hours-TOTAL_FORMS"] = str(len(lines))
    for number, (day, line) in enumerate(lines):
        typed[f"hours-{number}-weekday"] = str(day)
        for name, value in line.items():
            typed[f"hours-{number}-{name}"] = value
