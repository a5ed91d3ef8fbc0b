"""What a territory reported, month after month, and how many sites it had: all that `indicators` count from.

Three queries read a `Record` and what goes with it; everything after is arithmetic, without a database.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from django.db.models import Case, Count, Max, Sum, When

from sites.freshness import kept_until_a_site_changes
from sites.models import Site
from sites.querysets import ITINERANT
from stats.models import MonthlyActivity, MonthlyByDemarche, MonthlyByPartner, MonthlyTotal
from stats.months import count_months, last_day_of, month_of, months_between, months_later
from stats.territory import FRANCE, Territory, sites_of


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a territory. A count is None where nothing was reported, or where it is hidden (`hidden`).

    `reporting` are the sites that reported their démarches, out of `expected`.
    """

    month: date
    expected: int = 0
    reporting: int = 0
    requests: int | None = None
    completed: int | None = None
    completed_of: int | None = None
    respondents: int | None = None
    very_satisfied: int | None = None
    hidden: bool = False

    @property
    def missing(self):
        """How many sites were expected and said nothing."""
        return max(self.expected - self.reporting, 0)


@dataclass(frozen=True, slots=True)
class Lives:
    """`count` sites of one sort, labelled and closed the same days. Without a date, it was always there."""

    is_antenne: bool
    travels: bool
    labelled_on: date | None
    closed_on: date | None
    count: int

    def are_in_service(self, day):
        return self.are_labelled(day) and (self.closed_on is None or self.closed_on > day)

    def are_labelled(self, day):
        return self.labelled_on is None or self.labelled_on <= day

    def expected_during(self, first, last):
        """(first month, last month) of a period for which they are to report: in service on a day of each."""
        starts = max(month_of(self.labelled_on), first) if self.labelled_on else first
        ends = min(month_of(self.closed_on - timedelta(days=1)), last) if self.closed_on else last
        return starts, ends

    def are_expected(self, month):
        starts, ends = self.expected_during(month, month)
        return starts <= ends


@dataclass(frozen=True)
class Record:
    """All that is known of a territory: its sites' lives, and its months from the launch to the last one of all."""

    territory: Territory
    lives: tuple[Lives, ...]
    months: dict[date, Month] = field(repr=False)

    def during(self, first, last):
        """The `Month`s from `first` to `last`, one for each, even those of which nothing was told."""
        return [self.months.get(month) or Month(month, self._expected(month)) for month in months_between(first, last)]

    def _expected(self, month):
        return sum(lives.count for lives in self.lives if lives.are_expected(month))

    def in_service(self, day):
        """The `Lives` of the sites in service on a day."""
        return [lives for lives in self.lives if lives.are_in_service(day)]


def last_month_reported():
    """The last month of which any site said something, or None."""
    return MonthlyTotal.objects.of(FRANCE).aggregate(last=Max("month"))["last"]


def record_of(territory, audience):
    return records_of([territory], audience)[territory.key]


def records_of(territories, audience):
    """{key: Record}. One query for all their months, and one each for the lives of their sites."""
    told = defaultdict(list)
    rows = MonthlyTotal.objects.filter(territory__in=[territory.key for territory in territories])
    for row in rows.seen_by(audience).order_by("month"):
        told[row["territory"]].append(row)
    return {territory.key: _record(territory, told[territory.key]) for territory in territories}


def _record(territory, rows):
    lives = tuple(_lives_of(sites_of(territory)))
    expected = _expected_each_month(lives, rows[0]["month"], rows[-1]["month"]) if rows else {}
    return Record(territory, lives, {row["month"]: _month(row, expected[row["month"]]) for row in rows})


def _expected_each_month(lives, first, last):
    """{month: how many sites are expected to report for it}, in one pass: a page counts 75 months."""
    comes: Counter = Counter()
    for one in lives:
        starts, ends = one.expected_during(first, last)
        if starts <= ends:
            comes[starts] += one.count
            comes[months_later(ends, 1)] -= one.count
    every = months_between(first, last)
    return dict(zip(every, accumulate(comes[month] for month in every), strict=True))


def _lives_of(sites):
    columns = ("kind", "format", "labelled_on", "closed_on")
    for kind, format_, labelled_on, closed_on, count in (
        sites.order_by().values_list(*columns).annotate(count=Count("pk"))
    ):
        yield Lives(kind == Site.Kind.ANTENNE, format_ in ITINERANT, labelled_on, closed_on, count)


def _month(row, expected):
    """A row of `MonthlyTotal.seen_by`. Where no démarche was reported, the zeros of the sums are no figures."""
    reported, answered = row["reporting"], row["seen_respondents"] != 0
    return Month(
        month=row["month"],
        expected=expected,
        reporting=reported,
        requests=row["seen_requests"] if reported else None,
        completed=row["seen_completed"] if reported else None,
        completed_of=row["seen_completed_of"] if reported else None,
        respondents=row["seen_respondents"] if answered else None,
        very_satisfied=row["seen_very_satisfied"] if answered else None,
        hidden=bool(reported) and row["seen_requests"] is None,
    )


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole: a partner's requests, or those of a démarche or of a theme."""

    code: str
    label: str
    requests: int


def by_partner(territory, audience, first, last):
    """The `Share`s of the partners in the requests of a period, the greatest first.

    They are made of the monthly figures that the audience may see. A site's are for agents: [] for the public.
    """
    rows = _summed(MonthlyByPartner, territory, audience, first, last, "partner", "partner__name")
    return _greatest_first(Share(code, name, requests) for code, name, requests in rows)


def by_demarche(territory, audience, first, last):
    """The `Share`s of the themes (Impôts, Retraite…), and of the démarches of no theme, the greatest first."""
    requests: dict[str, int] = defaultdict(int)
    for theme, name, number in _summed(
        MonthlyByDemarche, territory, audience, first, last, "demarche__theme", "demarche__name"
    ):
        if name:  # not those whose démarche is not known
            requests[theme or name] += number
    return _greatest_first(Share(label, label, number) for label, number in requests.items())


def _greatest_first(shares):
    return sorted(shares, key=lambda share: (-share.requests, share.label))


def _summed(model, territory, audience, first, last, *columns):
    """(values of the columns…, requests) over a period."""
    if territory.level == "site":
        if not audience.sees_small_numbers:
            return []
        rows = MonthlyActivity.objects.filter(site__external_id=territory.code, month__range=(first, last))
    else:
        rows = model.objects.of(territory).during(first, last).seen_by(audience)
    return rows.order_by().values_list(*columns).annotate(requests=Sum("requests"))


@dataclass(frozen=True, slots=True)
class Part:
    """One of the territories, or sites, that make a territory, over a period: its figures, told or hidden.

    `requests` is the sum of the months that are shown, None when none is; `hidden` is how many are not.
    `reported` are site-months: a site that reported three months counts three times.
    """

    territory: Territory
    requests: int | None = None
    hidden: int = 0
    reported: int = 0
    expected: int = 0


def parts_during(parts, audience, first, last):
    """A `Part` for each of some territories of one level, in their order. `expected` is left to whom needs it."""
    rows = MonthlyTotal.objects.filter(territory__in=[part.key for part in parts]).during(first, last)
    told = {row["territory"]: row for row in rows.summed_by_territory(audience)}
    return [
        Part(part, *(told[part.key][name] for name in ("seen_requests", "hidden", "reported")))
        if part.key in told
        else Part(part)
        for part in parts
    ]


def expected_by_departement(territory, first, last):
    """{code: how many reports are expected of its sites over a period, one a month each}.

    Kept until a site changes: PostgreSQL reads all the communes to know the département of each site.
    """
    key = f"expected-{territory.key}-{first:%Y-%m}-{last:%Y-%m}"
    return kept_until_a_site_changes(key, lambda: _expected_by_departement(territory, first, last))


def _expected_by_departement(territory, first, last):
    # Sites that neither came nor left during the period are told apart by their département alone.
    sites = sites_of(territory).annotate(
        came=Case(When(labelled_on__gt=first, then="labelled_on")),
        left=Case(When(closed_on__lte=last_day_of(last), then="closed_on")),
    )
    columns = ("commune__departement", "came", "left")
    expected: dict[str, int] = defaultdict(int)
    for code, came, left, count in sites.order_by().values_list(*columns).annotate(count=Count("pk")):
        lives = Lives(False, False, came, left, count)
        expected[code] += count * count_months(*lives.expected_during(first, last))
    return expected
