"""Fictitious activity of the demonstration sites, from January 2020 to March 2023.

Calibrated on the press release of the prefecture of Occitanie of 25 May 2023: 1 982 080 démarches since launch at
1 April 2023, 80 % of them completed in one visit, 93 % of users very satisfied, and which démarches come first. All the
rest is invented. Always the same figures for the same sites, in whatever order they come. Pure: sites in, rows out.
"""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import exp
from typing import NamedTuple

from stats.months import LAUNCH, month_of, months_between

SEED = "France services"
LAST_MONTH = date(2023, 3, 1)
OCCITANIE = "76"
REQUESTS = 1_982_080  # of Occitanie; the other régions follow, site for site
ANSWERS = 37_500  # of Occitanie: the release does not say how many
COMPLETED = {True: Fraction(80, 100), False: Fraction(79, 100)}  # in Occitanie or not
VERY_SATISFIED = {True: Fraction(93, 100), False: Fraction(92, 100)}

# (theme, partner, share in %), in the order of the release. A site names three of the five in a month, on average:
# naming all of them would change no total, and would only make more rows.
MAIN = (
    ("Impôts", "dgfip", 20),
    ("Retraite", "assurance-retraite", 17),
    ("Immatriculation", "ants", 14),
    ("Titre d'identité et de voyage", "ants", 12),
    ("Aides sociales", "caf", 10),
)
NAMED = 0.6
# (partner, weight): one of them a month has the rest.
OTHERS = (("assurance-maladie", 9), ("france-travail", 7), ("msa", 5), ("point-justice", 4), ("la-poste", 2))
SHARE_OF_OTHERS = 27
BY_PARTNER_ONLY = 0.07  # of sites do not say which démarche
NOT_REPORTED = 0.04  # of site-months
COMPLETION_UNKNOWN = 0.05  # of rows
SURVEYED = 0.33  # of site-months
FINEST = 1000  # weights are counted in thousandths

# What the calendar does to all, and to some themes besides: 12 factors, from January.
YEAR = (1.05, 1.0, 1.05, 1.0, 1.1, 1.05, 0.85, 0.6, 1.1, 1.1, 1.0, 0.8)
YEAR_OF = {
    "Impôts": (0.7, 0.7, 0.8, 1.5, 2.4, 1.7, 0.8, 0.8, 1.2, 1.2, 0.8, 0.6),
    "Titre d'identité et de voyage": (1.0, 1.1, 1.2, 1.3, 1.2, 1.1, 0.9, 0.8, 0.8, 0.8, 0.8, 0.7),
    "Aides sociales": (1.2, 1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 1.2, 1.3, 1.1, 0.9, 0.9),
}
# The lockdowns of the epidemic.
CLOSED_DOORS = {
    date(2020, 3, 1): 0.5,
    date(2020, 4, 1): 0.12,
    date(2020, 5, 1): 0.4,
    date(2020, 11, 1): 0.65,
    date(2020, 12, 1): 0.85,
    date(2021, 4, 1): 0.8,
}


@dataclass(frozen=True)
class Reporter:
    """A demonstration site. `region` and `departement` are codes, `population` that of its commune."""

    external_id: str
    region: str
    departement: str
    population: int
    labelled_on: date
    is_antenne: bool = False
    travels: bool = False


class Procedure(NamedTuple):
    """A démarche, as `Demarche` has it. Those of no partner are reported by nobody."""

    slug: str
    partner: str | None
    theme: str


class Line(NamedTuple):
    """A row of `MonthlyActivity`; the site by its identifier."""

    site: str
    month: date
    partner: str
    demarche: str | None
    requests: int
    completed: int | None


class Answers(NamedTuple):
    """A row of `MonthlySatisfaction`."""

    site: str
    month: date
    respondents: int
    very_satisfied: int


class Draft(NamedTuple):
    """A row before calibration: its weight among the others, and the rate of success, None when unknown."""

    site: str
    month: date
    partner: str
    demarche: str | None
    weight: int
    rate: int | None


def figures(sites, procedures):
    """([`Line`], [`Answers`]) of `Reporter`s, some of which are in Occitanie; by site and month.

    At most six lines a site and month, four on average.
    """
    subjects = _subjects(procedures)
    drafts: dict[bool, list] = {True: [], False: []}
    surveys: dict[bool, list] = {True: [], False: []}
    for site in sorted(sites, key=lambda site: site.external_id):
        ours = site.region == OCCITANIE
        _tell(site, subjects, drafts[ours], surveys[ours])
    requests, answers = _by_ratio(REQUESTS, drafts), _by_ratio(ANSWERS, surveys)
    lines = [line for ours in drafts for line in _lines(drafts[ours], requests[ours], COMPLETED[ours])]
    opinions = [one for ours in surveys for one in _answers(surveys[ours], answers[ours], VERY_SATISFIED[ours])]
    return lines, opinions


def _subjects(procedures):
    """{theme or partner: [slugs]}, those of a theme under it, the others under their partner."""
    subjects = defaultdict(list)
    for one in sorted(procedures):
        if one.partner:
            subjects[one.theme or one.partner].append(one.slug)
    return subjects


def _by_ratio(total, drafts):
    """{in Occitanie: `total`, elsewhere: what its weight makes of it, a round number}."""
    ours, others = (sum(draft.weight for draft in drafts[key]) for key in (True, False))
    return {True: total, False: total * others // ours // 100 * 100}


# --- What a site does ------------------------------------------------------------------------------


def _tell(site, subjects, drafts, surveys):
    """Add the drafts of a site's months, and of what people thought of it."""
    chance = random.Random(f"{SEED} {site.external_id}")  # noqa: S311 (the same figures each time is the aim)
    size = _size(site) * chance.uniform(0.7, 1.4)
    names_demarches = chance.random() >= BY_PARTNER_ONLY
    kindness, success = chance.randint(-3, 3), chance.randint(-6, 6)
    first = max(month_of(site.labelled_on), LAUNCH)
    for age, month in enumerate(months_between(first, LAST_MONTH)):
        if chance.random() < NOT_REPORTED:
            continue
        activity = size * _growth(age) * YEAR[month.month - 1] * CLOSED_DOORS.get(month, 1) * chance.uniform(0.85, 1.15)
        for partner, demarche, weight in _mix(month, subjects, chance, names_demarches):
            rate = None if chance.random() < COMPLETION_UNKNOWN else 80 + success + chance.randint(-6, 6)
            drafts.append(Draft(site.external_id, month, partner, demarche, round(activity * weight * FINEST), rate))
        if chance.random() < SURVEYED:
            answers = round(activity * chance.uniform(0.5, 1.5) * FINEST)
            surveys.append(Draft(site.external_id, month, "", None, answers, 93 + kindness + chance.randint(-2, 2)))


def _size(site):
    """How busy a site is, beside another: its commune, its département, what kind of site it is."""
    kind = 0.4 if site.is_antenne else 0.6 if site.travels else 1
    habits = random.Random(f"{SEED} {site.departement}").uniform(0.75, 1.3)  # noqa: S311
    return kind * habits * (1 + min(site.population, 60_000) / 3_000) ** 0.35


def _growth(age):
    """A site is known little by little: a third of its activity at first, nearly all of it after a year."""
    return (1 - 0.65 * exp(-age / 5)) * (1 + 0.006 * age)


def _mix(month, subjects, chance, names_demarches):
    """(partner, démarche or None, weight) of a month: some of the main themes, and one other partner."""
    alone: dict[str, float] = defaultdict(float)
    for theme, partner, share in MAIN:
        if chance.random() >= NAMED:
            continue
        weight = share / NAMED * _season(theme, month) * chance.uniform(0.75, 1.25)
        if names_demarches:
            yield partner, _one_of(subjects[theme], chance), weight
        else:
            alone[partner] += weight
    for partner, weight in alone.items():
        yield partner, None, weight
    partner = chance.choices(*zip(*OTHERS, strict=True))[0]
    demarche = _one_of(subjects[partner], chance) if names_demarches else None
    yield partner, demarche, SHARE_OF_OTHERS * chance.uniform(0.75, 1.25)


def _season(theme, month):
    return YEAR_OF[theme][month.month - 1] if theme in YEAR_OF else 1


def _one_of(slugs, chance):
    """The first of a list comes most often."""
    return min(chance.choice(slugs), chance.choice(slugs)) if slugs else None


# --- Calibration -----------------------------------------------------------------------------------


def _lines(drafts, total, share):
    """[`Line`] of `total` requests, of which exactly `share` are completed, where that is known."""
    requests = _counts(drafts, total)
    known = [number for number, draft in enumerate(drafts) if draft.rate is not None]
    _make_divisible(requests, known, share.denominator)
    completed: list[int | None] = [None] * len(drafts)
    shared = _shared(
        sum(requests[number] for number in known) * share, [requests[number] * drafts[number].rate for number in known]
    )
    for number, count in zip(known, shared, strict=True):
        completed[number] = count
    return [Line(*draft[:4], *counts) for draft, *counts in zip(drafts, requests, completed, strict=True)]


def _make_divisible(requests, known, divisor):
    """Move a few requests from a row whose completion is known to one where it is not."""
    extra = sum(requests[number] for number in known) % divisor
    if extra:
        told = set(known)
        giver = next(number for number in known if requests[number] > extra)
        taker = next(number for number in range(len(requests)) if number not in told)
        requests[giver] -= extra
        requests[taker] += extra


def _answers(surveys, total, share):
    """[`Answers`] of `total` people, of whom exactly `share` are very satisfied."""
    respondents = _counts(surveys, total)
    weights = [count * draft.rate for count, draft in zip(respondents, surveys, strict=True)]
    satisfied = _shared(total * share, weights)
    return [
        Answers(draft.site, draft.month, *counts)
        for draft, *counts in zip(surveys, respondents, satisfied, strict=True)
    ]


def _counts(drafts, total):
    """`total` shared out by weight, at least one each."""
    return [1 + count for count in _shared(total - len(drafts), [draft.weight for draft in drafts])]


def _shared(total, weights):
    """Whole numbers, in proportion of `weights`, whose sum is exactly `total`; none is rounded by one or more."""
    whole, reached, given, shares = sum(weights), 0, 0, []
    for weight in weights:
        reached += weight
        until = int(total) * reached // whole
        shares.append(until - given)
        given = until
    return shares
