"""What a person types becomes a place: `find` and, while typing, `suggest` and `suggest_addresses`.

The gazetteer answers first, in at most two queries; a call leaves for the State's geocoder only for what
it does not know.
"""

from dataclasses import dataclass

from django.contrib.gis.geos import Point

from . import gazetteer, geocoder, names
from .extents import in_france
from .meaning import commune_inside, is_outshone, meant
from .names import normalise

__all__ = ["Place", "PlaceError", "find", "known", "normalise", "suggest", "suggest_addresses"]

TYPING_SLIP = 0.86  # likeness from which a name is a known one, mistyped
WORTH_SUGGESTING = 0.6
SUGGESTIONS = 6


@dataclass(frozen=True)
class Place:
    """A point (WGS 84, x = longitude) with the words that show it. See `find` for `kind`, `code` and `notice`.

    `centre` is the name of the commune whose point a département or a région has, '' for other kinds.
    """

    kind: str
    label: str
    point: Point
    code: str = ""
    detail: str = ""
    notice: str = ""
    centre: str = ""


class PlaceError(Exception):
    """What was typed did not become one place."""


class NothingTyped(PlaceError):
    """There is nothing to read in the text: ask for a place."""


class SeveralPlaces(PlaceError):
    """The text names several places and nothing is wrong with it: let the visitor choose among `choices`."""

    def __init__(self, choices):
        super().__init__(f"{len(choices)} places")
        self.choices = choices


class NoSuchPlace(PlaceError):
    """No place is called so: ask to rephrase, "vouliez-vous dire" `suggestions` when there are any."""

    def __init__(self, suggestions=()):
        super().__init__("no such place")
        self.suggestions = list(suggestions)


class OutsideFrance(NoSuchPlace):
    """The position is nowhere in French territory: nobody is wrong, whoever is abroad can only type a place.

    `suggestions` holds the position the other way round when that one is in France.
    """


class GeocoderUnavailable(PlaceError):
    """The geocoder did not answer and the text names no commune: nothing is wrong with it, ask for a commune."""


def find(text):
    """The `Place` that `text` names.

    `kind` is commune (arrondissements and former communes too), departement, region, address or position;
    `code` the INSEE, département or région code, or ''. `notice` is '' or says that the commune of the text
    stands for its address: geocoder_unavailable, address_not_found. The point of a département or a région
    is that of its most populous commune, named by `centre`. Raises a `PlaceError`.
    """
    return _find(text, unknown_to_gazetteer)


def known(text):
    """The `Place` that the gazetteer knows by `text`, without asking anyone else; None when it knows none.

    Raises a `PlaceError` when there is nothing to read, or when several places are called so.
    """
    return _find(text, lambda *_: None)


def _find(text, otherwise):
    text, too_long = names.cleaned(text), len(text) > names.MAX_LENGTH
    if not any(c.isalnum() for c in text):
        raise NothingTyped
    if too_long:
        raise NoSuchPlace
    coordinates = names.coordinates(text)
    if coordinates:
        return position(*coordinates)
    found = names.words(text)
    if not found:
        raise NoSuchPlace
    found, too_many = found[-names.MAX_WORDS :], len(found) > names.MAX_WORDS  # an address ends with its commune
    readings = gazetteer.readings(found)
    rows = [] if too_many else meant(text, found, readings)
    if rows:
        return one_of(rows)
    return otherwise(text, found, readings)


def position(latitude, longitude):
    """A place for a position that the visitor gave, degrees.

    Raises `OutsideFrance`. Two numbers the wrong way round are suggested back.
    """
    if in_france(latitude, longitude):
        return Place("position", f"{round(latitude, 5)}, {round(longitude, 5)}", Point(longitude, latitude, srid=4326))
    raise OutsideFrance([position(longitude, latitude)] if in_france(longitude, latitude) else [])


def place_of(row, notice=""):
    """The `Place` of a row of the gazetteer."""
    return Place(row.kind, row.label, row.location, row.code, row.detail, notice, row.centre)


def one_of(rows, notice=""):
    """The only place, or a choice, largest population first."""
    rows = sorted(rows, key=lambda row: (-row.population, row.code))
    if len(rows) == 1:
        return place_of(rows[0], notice)
    raise SeveralPlaces([place_of(row, notice) for row in rows])


def unknown_to_gazetteer(text, found, readings):
    """A street address goes to the geocoder, a mistyped name to the suggestions; the rest to whichever knows."""
    inside = commune_inside(found, readings)
    if names.looks_like_address(found):
        return address(text, found, inside)
    if all(word.isdigit() for word in found):
        raise NoSuchPlace([place_of(row) for row in gazetteer.departements_of(found[0])])
    name = " ".join(names.without_article([word for word in found if not word.isdigit()]))
    near = gazetteer.resembling(name)
    same = [row for likeness, row in near if likeness == 1 and not any(word.isdigit() for word in found)]
    if same:  # 'villeneuvedascq'
        return one_of([row for row in same if not is_outshone(row, same)])
    best = near[0][0] if near else 0
    if best < TYPING_SLIP and len(found) > 1:
        return address(text, found, inside, near)
    raise NoSuchPlace(suggestions_from(near))


def suggestions_from(near):
    """At most SUGGESTIONS places from `gazetteer.resembling`, those that are far less like the text left out."""
    best = near[0][0] if near else 0
    places: dict[tuple, Place] = {}
    for likeness, row in near:
        if likeness >= max(WORTH_SUGGESTING, best - 0.15) and not any(c.isdigit() for c in row.search_name):
            places.setdefault((row.kind, row.code), place_of(row))
    return list(places.values())[:SUGGESTIONS]


def address(text, found, inside, near=()):
    """The place of a street address, or the commune `inside` the text when the geocoder can't tell."""
    try:
        addresses = where_typed(geocoder.search(text), names.postal_code_in(found) if inside else "")
    except geocoder.AddressNotFound:
        if inside:
            return one_of(inside, notice="address_not_found")
        raise NoSuchPlace(suggestions_from(near)) from None
    except geocoder.GeocoderUnavailable:
        if inside:
            return one_of(inside, notice="geocoder_unavailable")
        raise GeocoderUnavailable from None
    choices = [place_at(one) for one in as_good_as_first(addresses)]
    if len(choices) > 1 and not inside:
        raise SeveralPlaces(choices)
    return choices[0]


def where_typed(addresses, postal_code):
    """The addresses in the département of the postal code, all when there is none; a mere commune is no address.

    Raises `geocoder.AddressNotFound` when nothing is left.
    """
    kept = [one for one in addresses if one.kind != "municipality" and one.postcode.startswith(postal_code[:2])]
    if not kept:
        raise geocoder.AddressNotFound
    return kept


def as_good_as_first(addresses):
    """The first address and those of other communes that the service finds as good: one rue de la Paix a town."""
    best = addresses[0]
    kept = {town_of(best): best}
    for other in addresses[1:]:
        if best.score - other.score < 0.05:
            kept.setdefault(town_of(other), other)
    return list(kept.values())


def town_of(one):
    """What tells the commune of an address from others, even when the service gives no code."""
    return one.citycode or (one.postcode, one.city or one.label)


def place_at(one):
    """The `Place` of an address of the geocoder."""
    return Place(
        kind="address",
        label=one.label,
        point=Point(one.longitude, one.latitude, srid=4326),
        detail=one.context,
    )


def suggest(text, limit=8):
    """At most `limit` places whose name begins like `text`, else resembles it, the most populous first."""
    found = names.words(names.cleaned(text))
    if not found or len(text) > names.MAX_LENGTH or len(found) > names.MAX_WORDS:
        return []
    name = " ".join(names.without_article(found))
    hidden = {span for _, _, span in names.spans(found)} if len(found) > 1 else ()
    rows = gazetteer.beginning_with(name, 6 * limit, or_named=hidden)
    rows = [row for row in rows if row.search_name.startswith(name)] or [row for row in rows if fits(row, found)]
    if not rows and len(name) > 3 and not names.looks_like_address(found):
        rows = [row for likeness, row in gazetteer.resembling(name) if likeness >= WORTH_SUGGESTING]
    places: dict[tuple, Place] = {}
    for row in rows:
        if not is_outshone(row, rows):
            places.setdefault((row.kind, row.code, row.label), place_of(row))
    return list(places.values())[:limit]


def fits(row, found):
    """Whether the words are the row's name and qualifiers of it: 'saint denis 93'."""
    return any(
        name == row.search_name and names.says(found[:start] + found[end:], row.qualifiers)
        for start, end, name in names.spans(found)
    )


def suggest_addresses(text, limit=5):
    """At most `limit` street addresses that begin like `text`; [] when it is no address, or on any failure."""
    text, too_long = names.cleaned(text), len(text) > names.MAX_LENGTH
    if too_long or not names.looks_like_address(names.words(text)):
        return []
    try:
        return [place_at(one) for one in geocoder.search(text, limit=limit, autocomplete=True)]
    except geocoder.GeocodingError:
        return []
