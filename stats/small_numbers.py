"""Which counts of a month to hide, so that no small one is told nor can be worked out from those that are. Pure.

A count is small from 1 to the threshold less one. Hiding it is not enough: the other parts of a total that is told
would give it by subtraction. So, for each small count, a *swap* is found: other counts that would have led to the very
same published ones, and to another value of that one. Everything that the swap changes is hidden; what is told is
then the same in both worlds, whatever is added or subtracted, and the small count stays unknown. Hiding more never
undoes it.

Swaps move one démarche between two territories A and B (`_apart`: only those that contain one of the two change), and
between two columns j and k (only the columns that contain one of the two change):

    A: one less in j, one more in k        B: one more in j, one less in k

or between A and B alone. They keep every hidden count positive, since a hidden count is known not to be nothing.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from itertools import islice

TOTAL = ()
ALONE = ("", "")  # the only column, where counts have none
FEW = 6
FRANCE = "france"


class Chances(dict):
    """{cell: a number from 1 to 3}, drawn from a secret and not from what the cell counts."""

    def __init__(self, secret):
        super().__init__()
        self.secret = secret

    def __missing__(self, cell):
        drawn = blake2b(repr(cell).encode(), key=self.secret, digest_size=4).digest()
        self[cell] = chance = 1 + int.from_bytes(drawn) / 2**31
        return chance


@dataclass
class Month:
    """The requests of a month.

    `parents` is {territory's key: its parent's}, up to 'france', whose parent is ''. `counts` is {(territory, column):
    requests}: the column is () for all of them, (partner,) or (partner, démarche). Sites have the first only.

    `published` are the territories of which the total is told elsewhere for good: hiding it here would be no use.
    `secret` makes the choice of what else to hide one that nobody can work out again: knowing that the least was hidden
    would tell much of what it was.
    """

    parents: dict[str, str]
    counts: dict[tuple[str, tuple], int]
    secret: bytes = b""
    published: frozenset = frozenset()
    hidden: set = field(default_factory=set)
    safe: set = field(default_factory=set)  # the cells that a swap changes

    def __post_init__(self):
        self.children, self.columns = defaultdict(list), defaultdict(list)
        for territory, parent in self.parents.items():
            self.children[parent].append(territory)
        for territory, column in self.counts:
            self.columns[territory].append(column)

        self.chains: dict[str, list[str]] = {"": []}
        for territory in self.parents:
            self.chain(territory)

    @cached_property
    def chances(self):
        return Chances(self.secret)

    def chain(self, territory):
        """A territory and those that contain it, the smallest first."""
        if territory not in self.chains:
            self.chains[territory] = [territory, *self.chain(self.parents[territory])]
        return self.chains[territory]

    def departements_of(self, territory):
        """The départements in a territory, itself if it is one."""
        if territory.startswith("departement-"):
            return [territory]
        return [found for child in self.children[territory] for found in self.departements_of(child)]


def hidden_counts(month, threshold):
    """The cells to hide: a set of keys of `month.counts`."""
    small = [cell for cell, count in month.counts.items() if 0 < count < threshold]
    month.hidden |= set(small)
    depth = {territory: len(month.chain(territory)) for territory in month.parents}
    # From France down to sites, and from totals to démarches: what protects the one often protects the other.
    for cell in sorted(small, key=lambda cell: (depth[cell[0]], len(cell[1]), cell)):
        if cell not in month.safe:
            _protect(month, cell, threshold)
    return month.hidden


def _protect(month, cell, threshold):
    territory, column = cell
    if territory.startswith("site-"):
        swaps = _between_sites(month, territory, threshold)
    elif column == TOTAL:
        swaps = _between_departements(month, territory)
    else:
        swaps = _between_columns(month, cell)
    best = min(((_cost(month, cells), sorted(cells)) for cells in swaps), default=None)
    if best is None:
        _hide_all_around(month, territory)
        return
    month.hidden.update(best[1])
    month.safe.update(best[1])


def _cost(month, cells):
    """(how many of these cells a publication tells anyway, what hiding them takes away from readers)."""
    new = [cell for cell in cells if cell not in month.hidden]
    told_elsewhere = sum(column == TOTAL and territory in month.published for territory, column in cells)
    return told_elsewhere, sum((month.counts[cell] + 1) * month.chances[cell] for cell in new)


def _apart(month, one, other):
    """The territories that contain one of the two only."""
    return set(month.chain(one)) ^ set(month.chain(other))


def _all_told(month, cells):
    """Whether each cell counts something: nothing can be hidden of a row that is not there."""
    return all(month.counts.get(cell) for cell in cells)


# --- Swaps -----------------------------------------------------------------------------------------


def _between_sites(month, site, threshold):
    """A démarche less here, one more in another site of the département: only these two totals change."""
    count, departement = month.counts[site, TOTAL], month.parents[site]
    alone = True
    for other in month.children[departement]:
        if other != site and count + month.counts.get((other, TOTAL), 0) >= threshold and month.counts[other, TOTAL]:
            alone = False
            yield {(site, TOTAL), (other, TOTAL)}
    if alone:
        yield from _between_departements(month, departement, {(site, TOTAL)})


def _between_departements(month, territory, also=frozenset()):
    """A démarche less here, one more in another département: totals, a partner and a démarche of both change.

    It takes place in sites of the two: those of a small total are small themselves. Elsewhere any may gain one; when
    there is only one to give here, it comes from elsewhere, from a site that is not known: all of theirs change.
    """
    for here in month.departements_of(territory):
        for column in _demarches(month, here):
            for there in _elsewhere(month, territory, here):
                columns = (TOTAL, column[:1], column)
                cells = {(one, of) for one in _apart(month, here, there) for of in columns}
                theirs = [(site, TOTAL) for site in month.children[there] if month.counts.get((site, TOTAL))]
                if not theirs or not _all_told(month, cells):
                    continue
                ours = {(site, TOTAL) for site in month.children[here] if month.counts.get((site, TOTAL))}
                gives = all(month.counts[here, of] > 1 for of in columns) and all(month.counts[one] > 1 for one in ours)
                if gives:
                    theirs = [min(theirs, key=lambda one: _hiding(month, one))]
                elif not (
                    all(month.counts[there, of] > 1 for of in columns) and all(month.counts[o] > 1 for o in theirs)
                ):
                    continue
                yield cells | ours | set(theirs) | also


def _between_columns(month, cell):
    """A démarche told as another here, the other way round elsewhere: totals stay, and a partner common to both."""
    few = list(_column_swaps(month, cell, few=True))
    return few or _column_swaps(month, cell, few=False)


def _column_swaps(month, cell, few):
    """`few` looks at the likeliest to be cheap only: there may be a hundred thousand of them."""
    territory, column = cell
    for here in month.departements_of(territory):
        for one in _demarches(month, here):
            if one[: len(column)] != column:
                continue
            others = [
                other for other in _demarches(month, here) if other != one and (len(column) == 2 or other[0] != one[0])
            ]
            for other in _cheapest(month, here, one, others, few):
                columns = {one, other} if one[0] == other[0] else {one, other, one[:1], other[:1]}
                places = ((_hiding(month, (there, one)), there) for there in _elsewhere(month, territory, here))
                for _, there in sorted(places)[: FEW if few else None]:
                    cells = {(place, of) for place in _apart(month, here, there) for of in columns}
                    if _all_told(month, cells) and (
                        _can_move(month, here, one, there, other) or _can_move(month, here, other, there, one)
                    ):
                        yield cells
                both = (*_whole(one), *_whole(other))
                if (territory == FRANCE or not few) and all(month.counts[here, of] > 1 for of in both):
                    yield {(place, of) for place in month.chain(here) for of in columns}


def _cheapest(month, here, one, others, few):
    """Those of the same partner first, since its total then stays; those that are hidden already, then small ones."""
    others.sort(key=lambda other: (other[0] != one[0], _hiding(month, (here, other)), other))
    return others[: FEW if few else None]


def _hiding(month, cell):
    return 0 if cell in month.hidden else (month.counts.get(cell) or 10**9) * month.chances[cell]


def _whole(column):
    return (column[:1], column)


def _can_move(month, here, column, there, other):
    """Whether one may leave `column` here, and `other` there, both staying positive at each level of columns."""
    return all(month.counts[here, of] > 1 for of in _whole(column)) and all(
        month.counts[there, of] > 1 for of in _whole(other)
    )


def _demarches(month, territory):
    return [column for column in month.columns[territory] if len(column) == 2 and month.counts[territory, column]]


def _elsewhere(month, territory, here):
    """Départements to swap with: of the same région where the territory is a département that has neighbours there."""
    parent = month.parents[here]
    if territory == here and parent != FRANCE:
        near = [one for one in month.children[parent] if one != here]
        if near:
            yield from near
    inside = set(month.departements_of(territory))
    if territory != FRANCE:
        yield from (one for one in month.departements_of(FRANCE) if one not in inside and month.parents[one] != parent)


def _hide_all_around(month, territory):
    """Nothing else protects it: everything of the territory, of what contains it and of its sites is hidden."""
    for here in month.departements_of(territory) if not territory.startswith("site-") else [month.parents[territory]]:
        for place in [*month.chain(here), *month.children[here]]:
            month.hidden.update((place, column) for column in month.columns[place] if month.counts[place, column])


# --- Counts without columns, and shares ------------------------------------------------------------


def hidden_totals(parents, counts, threshold, secret=b"", published=frozenset()):
    """The territories whose count is to be hidden, where it is told by territory only: {territory: count}.

    `secret` and `published`: as in a `Month`.
    """
    cells = {
        (territory, column): count
        for territory, count in counts.items()
        for column in ([TOTAL] if territory.startswith("site-") else [TOTAL, ALONE[:1], ALONE])
    }
    month = Month(parents, cells, secret, published)
    return {territory for territory, column in hidden_counts(month, threshold) if column == TOTAL}


def hidden_shares(parents, parts, threshold, secret=b""):
    """The territories whose share is to be hidden. `parts` are {territory: (those who did, those who did not)}.

    A share is hidden where those who did are few. (Those who did not are counted nowhere; and hiding the months where
    they are few would hide the best ones, and make the shares of a year worse than they are.) How many there are in all
    may be told: so, for each, someone who did here did not, and the other way round elsewhere.
    """
    tree = Month(parents, {}, secret)
    parts = {territory: part for territory, part in parts.items() if sum(part)}
    small = [territory for territory, (did, _) in parts.items() if 0 < did < threshold]
    hidden, safe = set(small), set()
    for territory in sorted(small, key=lambda one: (len(tree.chain(one)), one)):
        if territory in safe:
            continue
        best = min(_share_swaps(tree, parts, territory, hidden), default=None)
        changed = best[1] if best else _all_around(tree, parts, territory)
        hidden.update(changed)
        safe.update(changed)
    return hidden


def _share_swaps(tree, parts, territory, hidden):
    """(what it costs, the territories whose share changes) of each swap of a site of the territory with another."""
    if territory.startswith("site-"):
        departement = tree.parents[territory]
        near = _few_told(tree, parts, departement, hidden)
        far = (
            other
            for there in _elsewhere(tree, departement, departement)
            for other in _few_told(tree, parts, there, hidden)
        )
        groups = [[(territory, other) for other in near if other != territory], ((territory, other) for other in far)]
    else:
        groups = [
            (
                (one, other)
                for here in tree.departements_of(territory)
                for there in islice(_elsewhere(tree, territory, here), FEW)
                for one in _few_told(tree, parts, here, hidden)
                for other in _few_told(tree, parts, there, hidden)
            )
        ]
    for pairs in groups:
        found = [_apart(tree, one, other) for one, other in pairs if _can_swap(parts[one], parts[other])]
        if found:
            return [(sum(_weight(tree, parts, one) for one in cells - hidden), sorted(cells)) for cells in found]
    return []


def _few_told(tree, parts, departement, hidden):
    """The few sites of a département that cost the least to hide."""
    told = [one for one in tree.children[departement] if one in parts]
    return sorted(told, key=lambda one: (one not in hidden, _weight(tree, parts, one)))[:FEW]


def _weight(tree, parts, one):
    return sum(parts[one]) * tree.chances[one]


def _can_swap(part, other):
    """Whether one who did is in the one, and one who did not in the other."""
    return bool((part[0] and other[1]) or (part[1] and other[0]))


def _all_around(tree, parts, territory):
    return {one for one in [*tree.chain(territory), *tree.children[territory]] if one in parts}
