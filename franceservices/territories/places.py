"""What a person types becomes a place: `find` and, while typing, `suggest` and `suggest_addresses`.

The gazetteer answers first, in at most two queries; a call leaves for the State's geocoder only for what
it does not know.
"""

from dataclasses import dataclass, replace

from django.contrib.gis.geos import Point

from . import gazetteer, geocoder, names
from .extents import in_france
from .names import normalise

__all__ = ["Place", "PlaceError", "find", "normalise", "suggest", "suggest_addresses"]

SAME_PLACE_KM = 5  # the communes of a postal code that lie closer than this need no choice
FAMOUS = 5000  # inhabitants from which a commune is meant rather than a former one of the same name
TYPING_SLIP = 0.86  # likeness from which a name is a known one, mistyped
WORTH_SUGGESTING = 0.6
SUGGESTIONS = 6


@dataclass(frozen=True)
class Place:
    """A point (WGS 84, x = longitude) with the words that show it. See `find` for `kind`, `code` and `notice`."""

    kind: str
    label: str
    point: Point
    code: str = ""
    detail: str = ""
    notice: str = ""


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


class GeocoderUnavailable(PlaceError):
    """The geocoder did not answer and the text names no commune: nothing is wrong with it, ask for a commune."""


def find(text):
    """The `Place` that `text` names.

    `kind` is commune (arrondissements and former communes too), departement, region, address or position;
    `code` the INSEE, département or région code, or ''. `notice` is '' or says that the commune of the text
    stands for its address: geocoder_unavailable, address_not_found. The point of a département or a région
    is that of its most populous commune. Raises a `PlaceError`.
    """
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
    readings = gazetteer.readings(found)
    known = meant(text, found, readings)
    if known:
        return one_of(known)
    return unknown_to_gazetteer(text, found, readings)


def position(latitude, longitude):
    """A place for a position that the visitor gave. Two numbers the wrong way round are suggested back."""
    if in_france(latitude, longitude):
        return Place("position", f"{latitude:g}, {longitude:g}", Point(longitude, latitude, srid=4326))
    raise NoSuchPlace([position(longitude, latitude)] if in_france(longitude, latitude) else [])


def place_of(row, notice=""):
    """The `Place` of a row of the gazetteer."""
    return Place(row.kind, row.label, row.location, row.code, row.detail, notice)


def one_of(rows, notice=""):
    """The only place, or a choice, largest population first."""
    rows = sorted(rows, key=lambda row: (-row.population, row.code))
    if len(rows) == 1:
        return place_of(rows[0], notice)
    raise SeveralPlaces([place_of(row, notice) for row in rows])


def meant(text, found, readings):
    """The rows that the whole text names, [] when there is none."""
    whole = {(r.row.kind, r.row.code, r.row.label): r.row for r in readings if r.whole}
    if not whole:
        return beside_postal_code(found, readings)
    exact = [row for row in whole.values() if names.label_form(row.label) == names.label_form(text)]
    if exact:
        return exact
    rows = list(whole.values())
    if all(row.spelling == "postal_code" for row in rows):
        return largest_if_close(rows)
    return [row for row in rows if not is_outshone(row, rows)]


def is_outshone(row, rows):
    """Whether another row of the same name is surely meant instead.

    Paris the commune before the département, La Réunion the département before the région, Massy of 50,000
    inhabitants before a former commune.
    """
    namesakes = [other for other in rows if other.search_name == row.search_name and other is not row]
    if row.kind == "region":
        return any(other.kind == "departement" for other in namesakes)
    if row.kind == "departement":
        return any(other.kind == "commune" and row.code.lower() in other.qualifiers for other in namesakes)
    return row.is_former and any(not other.is_former and other.population >= FAMOUS for other in namesakes)


def beside_postal_code(found, readings):
    """The rows for a commune typed with a postal code that is not its own: the namesake in that département
    when the code is unknown (a CEDEX), else it and the communes of the code."""
    code = names.postal_code_in(found)
    if not code:
        return []
    rest = [word for word in found if word != code]
    named = [r.row for r in readings if r.rest == [code] and r.row.spelling != "postal_code"]
    departements = {"2a", "2b"} if code[:2] == "20" else {code[:2], code[:3]}
    named = [row for row in named if departements & {q.lower() for q in row.qualifiers}]
    coded = [r.row for r in readings if r.row.spelling == "postal_code" and r.row.search_name == code]
    if not rest or not named:
        return []
    return list({row.code: row for row in [*named, *coded]}.values())


def largest_if_close(rows):
    """The most populous of the communes of a postal code, alone when the others are within SAME_PLACE_KM.

    Postal codes cover up to 46 communes: a choice helps only when the nearest sites may differ.
    """
    largest = max(rows, key=lambda row: (row.population, row.code))
    if all(km_between(largest.location, row.location) <= SAME_PLACE_KM for row in rows):
        return [largest]
    return rows


def km_between(a, b):
    """Kilometres as the crow flies, to 1 %: enough to tell near from far."""
    from math import cos, hypot, radians

    return 111.2 * hypot(a.y - b.y, (a.x - b.x) * cos(radians((a.y + b.y) / 2)))


def unknown_to_gazetteer(text, found, readings):
    """A street address goes to the geocoder, a mistyped name to the suggestions; the rest to whichever knows."""
    inside = commune_inside(found, readings)
    if names.looks_like_address(found):
        return address(text, found, inside)
    name = " ".join(names.without_article([word for word in found if not word.isdigit()] or found))
    resembling = gazetteer.resembling(name)
    best = resembling[0][0] if resembling else 0
    if best < TYPING_SLIP and len(found) > 1 and (inside or best < WORTH_SUGGESTING):
        return address(text, found, inside, resembling)
    raise NoSuchPlace(suggestions_from(resembling))


def suggestions_from(resembling):
    places = {}
    for likeness, row in resembling:
        if likeness >= WORTH_SUGGESTING or not places:
            places.setdefault((row.kind, row.code), place_of(row))
    return list(places.values())[:SUGGESTIONS]


def commune_inside(found, readings):
    """The rows of the postal code, else of the name, that part of the text gives away: [] when there is none.

    An address ends with its commune: what stands last wins, then the longest name.
    """
    code = names.postal_code_in(found)
    named = [
        r
        for r in readings
        if r.row.kind == "commune"
        and r.row.spelling == "name"
        and (r.end == len(found) or not names.STREET_WORDS.intersection(found[r.start : r.end]))
    ]
    if code:
        coded = [r.row for r in readings if r.row.search_name == code]
        both = [r.row for r in named if code in r.row.qualifiers and not r.row.is_former]
        if both or coded:
            return both[:1] or [max(coded, key=lambda row: row.population)]
    if not named:
        return []

    def rank(reading):
        last = all(word.isdigit() or word in names.IDLE_WORDS for word in found[reading.end :])
        return last, reading.end - reading.start, reading.end

    best = max(map(rank, named))
    rows = list({r.row.code: r.row for r in named if rank(r) == best}.values())
    return [row for row in rows if not is_outshone(row, rows)]


def address(text, found, inside, resembling=()):
    """The place of a street address, or the commune `inside` the text when the geocoder can't tell."""
    try:
        addresses = geocoder.search(text)
    except geocoder.AddressNotFound:
        if inside:
            return one_of(inside, notice="address_not_found")
        raise NoSuchPlace(suggestions_from(resembling)) from None
    except geocoder.GeocoderUnavailable:
        if inside:
            return one_of(inside, notice="geocoder_unavailable")
        raise GeocoderUnavailable from None
    choices = [place_at(one) for one in as_good_as_first(addresses)]
    if len(choices) > 1 and not inside:
        raise SeveralPlaces(choices)
    return choices[0]


def as_good_as_first(addresses):
    """The first address and those of other communes that the service finds as good: one rue de la Paix a town."""
    best = addresses[0]
    kept = {best.citycode: best}
    for other in addresses[1:]:
        if best.score - other.score < 0.05:
            kept.setdefault(other.citycode, other)
    return list(kept.values())


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
    if not found or len(text) > names.MAX_LENGTH:
        return []
    name = " ".join(names.without_article(found))
    rows = gazetteer.beginning_with(name, limit)
    if not rows and len(name) > 3:
        spans = {span for _, _, span in names.spans(found)}
        near = gazetteer.resembling(name, also=spans)
        rows = [row for _, row in near if fits(row, found)]
        rows += [row for likeness, row in near if likeness >= WORTH_SUGGESTING]
    places = {}
    for row in rows:
        places.setdefault((row.kind, row.code), place_of(row))
    return list(places.values())[:limit]


def fits(row, found):
    """Whether the words are the row's name and qualifiers of it."""
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


def nearby(place, notice):
    """The place again, with a notice."""
    return replace(place, notice=notice)
