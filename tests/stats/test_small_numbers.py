"""No small count can be told from what is published: for each, another world publishes the very same."""

import random
from collections import Counter
from itertools import product

import pytest

from stats.small_numbers import TOTAL, Month, hidden_counts, hidden_shares, hidden_totals

THRESHOLD = 5
DEMARCHES = [("caf", "rsa"), ("caf", "apl"), ("ants", "carte-grise"), ("ants", "passeport"), ("msa", None)]


def tree(chance):
    """{territory: parent}: régions of one or more départements, and a collectivity of no région."""
    parents = {"france": ""}
    for region in range(chance.choice([1, 2, 3])):
        parents[f"region-{region}"] = "france"
        for departement in range(chance.choice([1, 1, 2, 3])):
            parents[f"departement-{region}{departement}"] = f"region-{region}"
    parents["departement-975"] = "france"
    for departement in [one for one in parents if one.startswith("departement-")]:
        for site in range(chance.choice([1, 1, 2, 3, 4])):
            parents[f"site-{departement[12:]}{site}"] = departement
    return parents


def chain(parents, territory):
    found = []
    while territory:
        found.append(territory)
        territory = parents[territory]
    return found


def atoms_of(parents, chance, values):
    sites = [one for one in parents if one.startswith("site-")]
    return {(site, column): chance.choice(values) for site in sites for column in DEMARCHES if chance.random() < 0.8}


def counted(parents, atoms):
    """What is told, or hidden, of some atoms ({(site, (partner, démarche)): requests}): a row is there if they are."""
    counts = Counter()
    for (site, column), count in atoms.items():
        for territory in chain(parents, site):
            for of in [TOTAL] if territory == site else [TOTAL, column[:1], column]:
                counts[territory, of] += count
    return counts


def other_worlds(parents, atoms):
    """Atoms near the true ones: one démarche that goes from a site, or a column, to another, and maybe one back."""
    sites = sorted({site for site, _ in atoms})
    for one, column in sorted(atoms, key=str):
        for sign in (1, -1):
            yield {(one, column): sign}
            for other in DEMARCHES:
                if other != column:
                    yield {(one, column): sign, (one, other): -sign}
            for there in sites:
                if there != one:
                    yield {(one, column): sign, (there, column): -sign}
                    for other in DEMARCHES:
                        if other != column:
                            move = {(one, column): sign, (there, column): -sign}
                            yield move | {(one, other): -sign, (there, other): sign}


def unknown_cells(parents, atoms, hidden):
    """The cells that take another value in a world that publishes the same, every hidden count being at least 1."""
    counts = counted(parents, atoms)
    unknown = set()
    for move in other_worlds(parents, atoms):
        if any(atoms.get(atom, 0) + change < 0 for atom, change in move.items()):
            continue
        changes = counted(parents, move)
        changed = {cell: change for cell, change in changes.items() if change}
        if all(cell in hidden and counts[cell] + change >= 1 for cell, change in changed.items()):
            unknown |= set(changed)
    return unknown


def small_cells(counts):
    return {cell for cell, count in counts.items() if 0 < count < THRESHOLD}


MANY_SMALL, SOME_SMALL = [0, 1, 2, 3, 4, 6, 9, 30], [0, 2, 8, 20, 35, 60, 150]


@pytest.mark.parametrize(("seed", "values"), [*product(range(40), [MANY_SMALL, SOME_SMALL])])
def test_each_small_count_has_another_value_in_a_world_that_publishes_the_same(seed, values):
    chance = random.Random(f"{seed}{values}")
    parents = tree(chance)
    atoms = atoms_of(parents, chance, values)
    counts = counted(parents, atoms)

    hidden = hidden_counts(Month(parents, dict(counts)), THRESHOLD)

    small = small_cells(counts)
    assert small <= hidden
    assert small <= unknown_cells(parents, atoms, hidden)


def test_hiding_the_small_ones_only_would_tell_them():
    """The attack finds what a naïve rule leaves open: it can fail."""
    parents = {"france": "", "region-1": "france", "departement-1": "region-1"}
    parents |= {"site-1": "departement-1", "site-2": "departement-1"}
    atoms = {("site-1", DEMARCHES[0]): 3, ("site-2", DEMARCHES[0]): 50}

    assert ("site-1", TOTAL) not in unknown_cells(parents, atoms, {("site-1", TOTAL)})
    assert ("site-1", TOTAL) in unknown_cells(parents, atoms, {("site-1", TOTAL), ("site-2", TOTAL)})


# --- Which others are hidden -----------------------------------------------------------------------


def hidden_sites(*totals, secret=b"", published=()):
    """Which sites of a département with these totals are hidden, by their rank."""
    parents = {"france": "", "region-1": "france", "departement-1": "region-1"}
    parents |= {f"site-{rank}": "departement-1" for rank in range(len(totals))}
    counts = {(f"site-{rank}", TOTAL): total for rank, total in enumerate(totals)}
    for territory in ("departement-1", "region-1", "france"):
        counts |= {(territory, column): sum(totals) for column in [TOTAL, ("caf",), ("caf", "rsa")]}
    hidden = hidden_counts(Month(parents, counts, secret, frozenset(published)), THRESHOLD)
    return {int(territory[5:]) for territory, _ in hidden if territory.startswith("site-")}


def test_who_replays_the_choice_on_every_split_is_not_told_which_is_true():
    """6 and 4 are hidden, 6 and 30 are told: that the least were hidden would leave 4 alone possible."""
    possible = {
        split
        for split in [(6, 4), (7, 3), (8, 2), (9, 1)]
        for number in range(100)
        if hidden_sites(split[0], 6, split[1], 30, secret=b"%d" % number) == {0, 2}
    }

    assert possible == {(6, 4), (7, 3), (8, 2), (9, 1)}


def test_the_choice_is_the_same_at_each_settling():
    assert len({tuple(hidden_sites(6, 6, 4, 30, secret=b"x")) for _ in range(5)}) == 1


def test_what_a_publication_tells_is_not_hidden_for_another():
    assert hidden_sites(3, 6, 90) == {0, 1}
    assert hidden_sites(3, 6, 90, published=["site-1"]) == {0, 2}
    assert hidden_sites(3, 6, published=["site-1"]) == {0, 1}  # better than nothing


# --- Totals and shares -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_each_small_number_of_answers_has_another_value_too(seed):
    chance = random.Random(seed)
    parents = tree(chance)
    sites = {one: chance.choice([0, 1, 2, 3, 4, 7, 20]) for one in parents if one.startswith("site-")}
    counts = Counter()
    for site, answers in sites.items():
        for territory in chain(parents, site):
            counts[territory] += answers

    hidden = hidden_totals(parents, dict(counts), THRESHOLD)

    for territory, count in counts.items():
        if 0 < count < THRESHOLD:
            assert territory in hidden
            assert any(territory in changed for changed in _moves(parents, sites, counts, hidden)), territory


def _moves(parents, sites, counts, hidden):
    """What changes, when one answer goes from a site to another, or comes or goes: if nothing that is told does."""
    for one, there in product(sites, [None, *sites]):
        for sign in (1, -1):
            changes = Counter(dict.fromkeys(chain(parents, one), sign))
            changes.subtract(dict.fromkeys(chain(parents, there), sign) if there else {})
            changed = {territory: change for territory, change in changes.items() if change}
            moved = {one: sign} | ({there: -sign} if there else {})
            if (
                one != there
                and all(sites[site] + change >= 0 for site, change in moved.items())
                and all(
                    territory in hidden and counts[territory] + change >= 1 for territory, change in changed.items()
                )
            ):
                yield changed


@pytest.mark.parametrize("seed", range(60))
def test_each_share_of_few_has_another_value_while_the_numbers_of_answers_are_told(seed):
    chance = random.Random(seed)
    parents = tree(chance)
    sites = {}
    for one in parents:
        if one.startswith("site-"):
            sites[one] = chance.choice([(0, 0), (3, 20), (9, 9), (2, 40), (12, 0), (1, 1), (4, 0), (60, 25)])
    parts = {}
    for site, (did, did_not) in sites.items():
        for territory in chain(parents, site):
            before = parts.get(territory, (0, 0))
            parts[territory] = (before[0] + did, before[1] + did_not)

    hidden = hidden_shares(parents, parts, THRESHOLD)

    for territory, part in parts.items():
        if 0 < part[0] < THRESHOLD:
            assert territory in hidden
            assert any(
                territory in set(chain(parents, one)) ^ set(chain(parents, there) if there else ())
                for one, there in _swaps(parents, sites, hidden)
            ), territory


def _swaps(parents, sites, hidden):
    """Pairs of sites where one who did might not have, and the other way round there, without a share told changing."""
    for one, there in product(sites, [None, *sites]):
        apart = set(chain(parents, one)) ^ set(chain(parents, there) if there else ())
        can = sum(sites[one]) and (
            there is None or (sites[one][0] and sites[there][1]) or (sites[one][1] and sites[there][0])
        )
        if one != there and can and apart <= hidden:
            yield one, there
