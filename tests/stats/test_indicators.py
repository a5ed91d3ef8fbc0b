"""What each figure counts. Without a database: a record is written down."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from stats import indicators, written
from stats.models import TerritoryAccess
from stats.months import months_between
from stats.series import Lives, Month, Record
from stats.territory import Territory

AT = date(2023, 4, 1)
MARCH, FEBRUARY = date(2023, 3, 1), date(2023, 2, 1)
LAUNCH = date(2020, 1, 1)


def fixed(count, labelled=LAUNCH, closed=None, *, antenne=False, travels=False):
    return Lives(antenne, travels, labelled, closed, count)


def record(*lives, population=1_000_000, **counts):
    """The same counts each month from the launch to March 2023, unless `months` are given."""
    told = counts.pop("months", None) or {
        month: Month(month, **{"expected": 10, "reporting": 9, "requests": 100} | counts)
        for month in months_between(LAUNCH, MARCH)
    }
    return Record(Territory("region", "76", "Occitanie", "occitanie", "france", population), tuple(lives), told)


def test_sites_are_the_principal_ones_in_service_that_day():
    of = record(
        fixed(5),
        fixed(2, labelled=None),
        fixed(3, labelled=AT),
        fixed(7, labelled=date(2023, 4, 2)),
        fixed(11, closed=AT),
        fixed(13, closed=date(2023, 4, 2)),
        fixed(17, antenne=True),
        fixed(19, travels=True),
    )

    assert indicators.sites(of, AT).value == 5 + 2 + 3 + 13 + 19
    assert indicators.sites_with_antennes(of, AT).value == 5 + 2 + 3 + 13 + 17 + 19
    assert indicators.rounds(of, AT).value == 19


def test_sites_labelled_and_closed_are_those_of_the_period():
    of = record(
        fixed(2, labelled=FEBRUARY),
        fixed(3, labelled=date(2023, 3, 31)),
        fixed(5, labelled=AT),
        fixed(7, closed=date(2023, 2, 28)),
        fixed(11, closed=date(2023, 1, 31)),
    )

    assert indicators.sites_labelled(of, FEBRUARY, MARCH).value == 5
    assert indicators.sites_closed(of, FEBRUARY, MARCH).value == 7


def test_the_subsidy_is_35_000_euros_for_each_principal_site():
    figure = indicators.subsidy(record(fixed(313), fixed(12, antenne=True)), AT)

    assert (figure.value, figure.text, figure.plain) == (10_955_000, "10\u00a0955\u00a0000\u00a0€", "10955000")


def test_requests_are_summed_over_the_month_the_year_and_since_the_launch():
    of = record()

    assert indicators.requests_in_month(of, MARCH).value == 100
    assert indicators.requests_over_12_months(of, MARCH).value == 1_200
    assert indicators.requests_since_launch(of, MARCH).value == 3_900
    assert indicators.requests_per_1000(of, MARCH).value == 1.2


def test_a_month_of_which_nothing_was_reported_is_not_zero():
    of = record(months={FEBRUARY: Month(FEBRUARY, expected=10, reporting=9, requests=40)})

    assert indicators.requests_in_month(of, MARCH).value is None
    assert indicators.requests_in_month(of, MARCH).text == "inconnu"
    assert indicators.requests_since_launch(of, MARCH).value == 40


def test_a_total_says_who_reported_out_of_whom():
    figure = indicators.requests_in_month(record(), MARCH)

    assert figure.reporting_in_french == "9 sites ont déclaré sur 10"
    assert indicators.requests_over_12_months(record(), MARCH).reporting_in_french == "108 déclarations reçues sur 120"


def test_months_that_may_not_be_seen_are_left_out_and_told():
    months = {month: Month(month, 10, 9, 100) for month in months_between(LAUNCH, FEBRUARY)}
    of = record(months=months | {MARCH: Month(MARCH, 10, 9, None, hidden=True)})

    year = indicators.requests_over_12_months(of, MARCH)

    assert (year.value, year.hidden, year.text) == (1_100, 1, "au moins 1\u00a0100")
    assert indicators.requests_in_month(of, MARCH).text == "non communiqué"
    assert indicators.requests_in_month(of, MARCH).plain == ""
    assert indicators.change_on_a_year(of, MARCH).value is None


def test_the_share_completed_is_that_of_the_requests_of_which_it_is_known():
    of = record(completed=48, completed_of=60)

    figure = indicators.completed_share(of, LAUNCH, MARCH)

    assert (figure.value, figure.text, figure.plain) == (0.8, "80\u00a0%", "0.8")


def test_the_share_very_satisfied_comes_with_the_number_of_answers():
    of = record(respondents=200, very_satisfied=186)

    figure = indicators.very_satisfied_share(of, MARCH, MARCH)

    assert (figure.value, figure.answers, figure.answers_in_french) == (0.93, 200, "200 réponses")


def test_without_answers_there_is_no_share():
    assert indicators.very_satisfied_share(record(), LAUNCH, MARCH).value is None
    assert indicators.completed_share(record(), LAUNCH, MARCH).value is None


def test_the_reporting_share_is_that_of_the_reports_expected():
    assert indicators.reporting_share(record(), MARCH, MARCH).value == 0.9
    assert indicators.reporting_share(record(expected=0, reporting=0, requests=None), MARCH, MARCH).value is None


def test_the_change_is_that_of_twelve_months_against_the_twelve_before():
    months = {
        month: Month(month, 10, 9, 100 if month < date(2022, 4, 1) else 150) for month in months_between(LAUNCH, MARCH)
    }

    figure = indicators.change_on_a_year(record(months=months), MARCH)

    assert (figure.value, figure.text) == (0.5, "+50,0\u00a0%")
    assert indicators.change_on_a_year(record(), date(2021, 6, 1)).value is None  # there were not 24 months yet
    months[date(2021, 9, 1)] = Month(date(2021, 9, 1), 10)  # of which nothing was reported
    assert indicators.change_on_a_year(record(months=months), MARCH).value is None


def test_the_words_after_a_number_agree_with_it():
    """As the French count: 0 and 1 are singular."""
    figure = indicators.sites_closed(record(), LAUNCH, MARCH)

    assert (figure.value, figure.words) == (0, "site fermé")
    assert replace(figure, value=1).words == "site fermé"
    assert replace(figure, value=2).words == "sites fermés"


def test_the_mean_is_told_from_the_twelfth_month_on():
    of = record()

    assert indicators.mean_over_12_months(of, date(2020, 11, 1)) is None
    assert indicators.mean_over_12_months(of, date(2020, 12, 1)) == 100


@pytest.mark.parametrize(
    ("reporting", "today", "provisional"),
    [
        (9, date(2023, 6, 1), False),
        (9, date(2023, 5, 31), True),  # two months have not gone by
        (8, date(2024, 1, 1), True),  # too few reported
    ],
)
def test_a_month_is_provisional_when_it_is_recent_or_too_few_reported(reporting, today, provisional):
    assert indicators.is_provisional(Month(MARCH, 10, reporting, 100), today) is provisional


@pytest.mark.parametrize(
    ("labelled", "closed", "expected"),
    [
        (date(2023, 3, 31), None, True),
        (date(2023, 4, 1), None, False),
        (None, date(2023, 3, 2), True),
        (None, date(2023, 3, 1), False),
    ],
)
def test_a_report_is_expected_of_a_site_in_service_on_a_day_of_the_month(labelled, closed, expected):
    assert fixed(1, labelled, closed).are_expected(MARCH) is expected


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.8, "80 %"),
        (0.996, "plus de 99 %"),
        (1, "100 %"),
        (0, "0 %"),
        (0.001, "moins de 1 %"),
        (0.0049, "moins de 1 %"),
    ],
)
def test_a_share_never_reads_as_all_or_nothing_when_it_is_not(share, text):
    assert written.share(share).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("within", "plain"), [(1000, "1"), (997, "0.99"), (806, "0.81"), (800, "0.8"), (3, "0.01"), (0, "0")]
)
def test_machines_read_no_more_than_people_do(within, plain):
    access = TerritoryAccess(population=1000, within_30_min=within, computed_at=datetime(2023, 4, 1, tzinfo=UTC))

    assert indicators.population_within_30_min_share(access).plain == plain
