"""Which rows of the gazetteer a text means, when it names one or several of them. Calls nobody."""

import math

from . import gazetteer, names

SAME_PLACE_KM = 5  # between communes of a postal code: closer than this, no choice is worth a page
NEIGHBOURS_KM = 10
FAMOUS = 5000  # inhabitants from which a commune is meant rather than a former one of the same name


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
    rows = [row for row in rows if not is_outshone(row, rows)]
    return rows + better_known(found, rows)


def is_outshone(row, rows):
    """Whether another row of the same name is surely meant instead.

    Paris the commune before the département around it, La Réunion the département before the région, Massy of
    50,000 inhabitants before a former commune.
    """
    namesakes = [other for other in rows if other.search_name == row.search_name and other is not row]
    if row.kind == "region":
        return any(other.kind == "departement" and other.location == row.location for other in namesakes)
    if row.kind == "departement":
        return any(other.kind == "commune" and other.location == row.location for other in namesakes)
    return row.is_former and any(not other.is_former and other.population >= FAMOUS for other in namesakes)


def better_known(found, rows):
    """The big towns whose longer name begins with the small commune's that was typed: Aix-en-Provence for Aix."""
    if len(rows) != 1 or rows[0].kind != "commune" or rows[0].population >= FAMOUS:
        return []
    if rows[0].search_name != " ".join(names.without_article(found)):
        return []
    longer = gazetteer.beginning_with(f"{rows[0].search_name} ", 3)
    return [row for row in longer if row.population >= max(4 * FAMOUS, 20 * rows[0].population)]


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
    """The most populous of the communes of a postal code, alone when the choice would change little.

    Half of the postal codes have several communes, up to 46. A choice is offered when one lies further than
    SAME_PLACE_KM from the largest, or than NEIGHBOURS_KM if at least half of the inhabitants live there.
    """
    largest = max(rows, key=lambda row: (row.population, row.code))
    most_live_there = 2 * largest.population >= sum(row.population for row in rows)
    within_km = NEIGHBOURS_KM if most_live_there else SAME_PLACE_KM
    if all(km_between(largest.location, row.location) <= within_km for row in rows):
        return [largest]
    return rows


def km_between(a, b):
    """Kilometres as the crow flies, to 1 %: enough to tell near from far."""
    return 111.2 * math.hypot(a.y - b.y, (a.x - b.x) * math.cos(math.radians((a.y + b.y) / 2)))


def commune_inside(found, readings):
    """The rows of the postal code, else of the commune, that part of the text gives away: [] when there is none.

    An address ends with its commune: what stands last wins, then the longest name.
    """
    code = names.postal_code_in(found)
    named = [r for r in readings if r.row.kind == "commune" and r.row.spelling != "postal_code"]
    coded = [r.row for r in readings if r.row.spelling == "postal_code" and r.row.search_name == code]
    if coded:
        both = [r.row for r in named if code in r.row.qualifiers and not r.row.is_former]
        return both[:1] or [max(coded, key=lambda row: row.population)]
    named = [r for r in named if is_last(found, r) or is_plain(found, r)]
    if not named:
        return []

    def rank(reading):
        return is_last(found, reading), reading.end - reading.start, reading.end

    best = max(map(rank, named))
    rows = list({r.row.code: r.row for r in named if rank(r) == best}.values())
    return [row for row in rows if not is_outshone(row, rows)]


def is_last(found, reading):
    """Whether nothing but numbers and idle words follow."""
    return all(word.isdigit() or word in names.IDLE_WORDS for word in found[reading.end :])


def is_plain(found, reading):
    """Whether the words are the whole name, article included, and no street's: 'tour' of Eiffel is not La Tour."""
    typed = found[reading.start : reading.end]
    name = names.words(reading.row.label.split("(")[0])
    return typed == name and names.STREET_WORDS.isdisjoint(typed)
