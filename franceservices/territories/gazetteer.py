"""Questions asked of the gazetteer, each in one query. Choosing among the answers belongs to `places`."""

import difflib

from django.contrib.postgres.search import TrigramDistance
from django.db.models import BooleanField, ExpressionWrapper, Q

from . import names
from .models import PlaceName

FEW = 40  # rows looked at when the name is not known exactly
# Characters from which a text is no name, however mistyped. The longest of the names (Saint-Remy-en-Bouzemont-
# Saint-Genest-et-Isson: 8 words) has 45. Counting words would refuse it, or let through six long ones.
LONGEST_NAME = 50


class Reading:
    """One row that the text may mean: `start`-`end` are the words that named it, `whole` whether the rest fits."""

    def __init__(self, row, found, start, end):
        self.row, self.start, self.end = row, start, end
        self.rest = found[:start] + found[end:]
        self.whole = names.says(self.rest, row.qualifiers)


def readings(found):
    """Every place whose name is hidden among the words, as `Reading`s. One query."""
    places = names.spans(found)
    rows = PlaceName.objects.filter(search_name__in={name for _, _, name in places})
    by_name: dict[str, list[PlaceName]] = {}
    for row in rows:
        by_name.setdefault(row.search_name, []).append(row)
    return [Reading(row, found, start, end) for start, end, name in places for row in by_name.get(name, ())]


def resembling(name):
    """Names spelt nearly like `name`, the likeliest first, as [(likeness from 0 to 1, row)]. One query.

    None, and no query, for what is longer than LONGEST_NAME: the comparison costs more with each word.
    """
    if len(name) > LONGEST_NAME:
        return []
    rows = PlaceName.objects.filter(spelling="name").order_by(TrigramDistance("search_name", name))[:FEW]
    ranked = [(likeness(name, row.search_name), row) for row in rows]
    return sorted(ranked, key=lambda pair: (-pair[0] - fame(pair[1]), pair[1].pk))


def beginning_with(prefix, limit, or_named=()):
    """At most `limit` rows whose name begins with `prefix`: those that it names whole, then the most populous.

    Then come those named exactly as one of `or_named`.
    """
    begins = Q(search_name__startswith=prefix)
    rows = PlaceName.objects.filter(begins | Q(search_name__in=or_named) if or_named else begins)
    rows = rows.annotate(exact=true_when(Q(search_name=prefix)), begins=true_when(begins))
    return list(rows.order_by("-exact", "-begins", "-population", "kind", "pk")[:limit])


def true_when(condition):
    return ExpressionWrapper(condition, output_field=BooleanField())


def departements_of(digits):
    """The département whose number begins an unknown postal code, as a list of at most one. One query."""
    numbers = [digits[:3]] if digits[:2] in ("97", "98") else [digits[:2]]
    rows = PlaceName.objects.filter(search_name__in=numbers, kind="departement")
    return list(rows) if len(digits) == 5 else []


def likeness(typed, name):
    """How alike two normalised names are, from 0 to 1: blanks don't count, nor does what follows a whole word."""
    if name.startswith(f"{typed} "):
        return 0.9
    matcher = difflib.SequenceMatcher(None, typed.replace(" ", ""), name.replace(" ", ""), autojunk=False)
    return matcher.ratio()


def fame(row):
    """What a populous place gains over an unknown one spelt as nearly: at most 0.07."""
    return len(str(row.population)) / 100
