"""Questions asked of the gazetteer, each in one query. Choosing among the answers belongs to `places`."""

import difflib

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q

from . import names
from .models import PlaceName

FEW = 60  # rows looked at when the name is not known exactly


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
    by_name = {}
    for row in rows:
        by_name.setdefault(row.search_name, []).append(row)
    return [
        Reading(row, found[: names.MAX_WORDS], start, end)
        for start, end, name in places
        for row in by_name.get(name, ())
    ]


def resembling(name, also=()):
    """Names spelt nearly like `name`, the likeliest first, as [(likeness from 0 to 1, row)]. One query.

    Rows named exactly as one of `also` come too.
    """
    rows = (
        PlaceName.objects.annotate(similarity=TrigramSimilarity("search_name", name))
        .filter(Q(search_name__trigram_similar=name, spelling="name") | Q(search_name__in=list(also)))
        .order_by("-similarity", "-population", "pk")[:FEW]
    )
    ranked = [(likeness(name, row.search_name), row) for row in rows]
    return sorted(ranked, key=lambda pair: (-pair[0] - fame(pair[1]), pair[1].pk))


def beginning_with(prefix, limit):
    """Rows whose name begins with `prefix`, the most populous first. One query."""
    return list(PlaceName.objects.filter(search_name__startswith=prefix).order_by("-population", "pk")[: 4 * limit])


def likeness(typed, name):
    """How alike two normalised names are, from 0 to 1. Blanks don't count."""
    return difflib.SequenceMatcher(None, typed.replace(" ", ""), name.replace(" ", ""), autojunk=False).ratio()


def fame(row):
    """What a populous place gains over an unknown one spelt as nearly: at most 0.07."""
    return len(str(row.population)) / 100
