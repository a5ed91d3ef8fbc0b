"""When a round passes: its recurrences, its holidays and closures, and how it is said."""

from datetime import UTC, date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from sites.opening_hours import Closure, Schedule, Slot
from sites.passages import PlannedStop, at_commune, by_week, coming, state, stops_from_rows
from sites.public_holidays import holiday_name

PARIS = ZoneInfo("Europe/Paris")
NOON_ON_A_TUESDAY = datetime(2026, 11, 24, 12, 0, tzinfo=PARIS)


def stop(weekday=2, opens=9, closes=12, place="Place de l'Église", commune="Naucelle", **slot):
    return PlannedStop(Slot(weekday, time(opens), time(closes), **slot), place, commune)


def schedule(timezone="Europe/Paris", calendar="", **fields):
    return Schedule((), ZoneInfo(timezone), partial(holiday_name, calendar), itinerant=True, **fields)


def dates(*stops, at=NOON_ON_A_TUESDAY, **fields):
    return [passage.date for passage in coming(stops, schedule(**fields), at)]


def test_a_weekly_stop_comes_back_over_thirty_days_and_no_more():
    assert dates(stop()) == [date(2026, 12, day) for day in (1, 8, 15, 22)]
    assert dates(stop(weekday=3)) == [date(2026, 11, 25)] + [date(2026, 12, day) for day in (2, 9, 16, 23)]
    assert dates(stop(weekday=4, opens=14, closes=17))[-1] == date(2026, 12, 17)  # the 24th is the 31st day


def test_a_passage_counts_until_it_is_over():
    eleven, noon = datetime(2026, 11, 24, 11, 59, tzinfo=PARIS), NOON_ON_A_TUESDAY

    assert dates(stop(), at=eleven)[0] == date(2026, 11, 24)
    assert dates(stop(), at=noon)[0] == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("weeks", "days"),
    [
        ("odd", [date(2026, 12, 1), date(2026, 12, 15)]),
        ("even", [date(2026, 12, 8), date(2026, 12, 22)]),
        ("first", [date(2026, 12, 1)]),
        ("second", [date(2026, 12, 8)]),
        ("fourth", [date(2026, 12, 22)]),
    ],
)
def test_weeks_of_the_year_and_weekdays_of_the_month(weeks, days):
    assert dates(stop(weeks=weeks)) == days


def test_the_last_of_a_month_may_be_its_fourth_or_its_fifth():
    at = datetime(2026, 11, 20, 8, 0, tzinfo=PARIS)

    assert dates(stop(weekday=5, weeks="last"), at=at) == [date(2026, 11, 27)]
    assert dates(stop(weekday=1, weeks="last"), at=at) == [date(2026, 11, 30)]


def test_odd_weeks_follow_one_another_at_the_end_of_2026():
    """2026 has 53 weeks: the odd 53rd is followed by the odd 1st."""
    at = datetime(2026, 12, 27, 8, 0, tzinfo=PARIS)

    assert dates(stop(weeks="odd"), at=at)[:2] == [date(2026, 12, 29), date(2027, 1, 5)]


def test_validity_dates_are_included():
    found = dates(stop(valid_from=date(2026, 12, 8), valid_until=date(2026, 12, 15)))

    assert found == [date(2026, 12, 8), date(2026, 12, 15)]


def test_nobody_passes_on_the_departements_own_holidays_nor_during_closures():
    christmas = datetime(2026, 12, 20, 8, 0, tzinfo=PARIS)
    closure = Closure(date(2026, 12, 28), date(2027, 1, 8))

    assert date(2026, 12, 25) not in dates(stop(weekday=5), at=christmas)
    assert date(2026, 12, 26) in dates(stop(weekday=6), at=christmas)
    assert date(2026, 12, 26) not in dates(stop(weekday=6), at=christmas, calendar="57")
    assert dates(stop(), at=christmas, closures=(closure,)) == [date(2026, 12, 22), date(2027, 1, 12)]
    assert dates(stop(), closures=(Closure(date(2026, 11, 1)),)) == []


def test_the_day_is_that_of_the_sites_own_time():
    """23 h on Monday in Paris is already Tuesday in Réunion."""
    monday_evening = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)

    (first, *_) = coming([stop()], schedule("Indian/Reunion"), monday_evening)

    assert first.when(date(2026, 11, 24)) == "aujourd'hui 9 h - 12 h"


def test_hours_stay_the_same_through_the_change_of_time():
    before = datetime(2026, 10, 20, 7, 30, tzinfo=UTC)  # 9 h 30 in Paris

    assert dates(stop(), at=before)[:2] == [date(2026, 10, 20), date(2026, 10, 27)]
    assert dates(stop(), at=datetime(2026, 10, 27, 10, 59, tzinfo=UTC))[0] == date(2026, 10, 27)
    assert dates(stop(), at=datetime(2026, 10, 27, 11, 0, tzinfo=UTC))[0] == date(2026, 11, 3)


def test_passages_are_in_order_of_date_then_hour():
    afternoon, morning = stop(weekday=3, opens=14, closes=17), stop(weekday=3)

    first, second, third, *_ = coming([afternoon, morning, stop(weekday=4)], schedule(), NOON_ON_A_TUESDAY)

    assert (first.opens, second.opens, third.date) == (time(9), time(14), date(2026, 11, 26))


@pytest.mark.parametrize(
    ("weekday", "at", "said"),
    [
        (2, datetime(2026, 11, 24, 8, 0, tzinfo=PARIS), "aujourd'hui 9 h - 12 h"),
        (3, NOON_ON_A_TUESDAY, "demain 9 h - 12 h"),
        (1, NOON_ON_A_TUESDAY, "lundi 9 h - 12 h"),
        (2, NOON_ON_A_TUESDAY, "le mardi 1er décembre, 9 h - 12 h"),
    ],
)
def test_a_passage_is_said_as_one_speaks(weekday, at, said):
    assert coming([stop(weekday)], schedule(), at)[0].when(at.date()) == said


@pytest.mark.parametrize(
    ("stops", "at", "fields", "text"),
    [
        ([stop()], datetime(2026, 11, 24, 9, 0, tzinfo=PARIS), {}, "Passe aujourd'hui à Naucelle, 9 h - 12 h"),
        ([stop()], datetime(2026, 11, 26, 9, 0, tzinfo=PARIS), {}, "Prochain passage mardi à 9 h, Naucelle"),
        ([stop()], NOON_ON_A_TUESDAY, {}, "Prochain passage le mardi 1er décembre à 9 h, Naucelle"),
        (
            [stop(weekday=3, by_appointment=True)],
            NOON_ON_A_TUESDAY,
            {},
            "Prochain passage demain à 9 h, Naucelle, sur rendez-vous",
        ),
        ([], NOON_ON_A_TUESDAY, {}, "Service itinérant : appelez pour connaître son passage"),
        (
            [stop(valid_until=date(2026, 1, 1))],
            NOON_ON_A_TUESDAY,
            {},
            "Aucun passage prévu dans les 30 jours : appelez",
        ),
        (
            [stop()],
            NOON_ON_A_TUESDAY,
            {"closures": (Closure(date(2026, 11, 1)),)},
            "Ne passe pas jusqu'à nouvel ordre",
        ),
        (
            [stop()],
            NOON_ON_A_TUESDAY,
            {"closures": (Closure(date(2026, 11, 1), date(2027, 1, 31)),)},
            "Ne passe pas jusqu'au 31 janvier",
        ),
    ],
)
def test_the_state_of_a_round_is_its_next_passage_and_never_open(stops, at, fields, text):
    found = state(stops, schedule(**fields), at)

    assert (found.code, found.text) == ("itinerant", text)


def test_passages_are_grouped_by_week_then_day():
    weeks = by_week(coming([stop(4), stop(4, 14, 17), stop(1)], schedule(), NOON_ON_A_TUESDAY), date(2026, 11, 24))

    assert [week.title for week in weeks[:2]] == ["Cette semaine", "Semaine du 30 novembre"]
    assert [(day, len(those)) for day, those in weeks[0].days] == [("jeudi 26 novembre", 2)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Chaque mardi, 9 h - 12 h"),
        ({"weeks": "even"}, "Chaque mardi (semaines paires), 9 h - 12 h"),
        ({"weeks": "last", "by_appointment": True}, "Le dernier mardi du mois (sur rendez-vous), 9 h - 12 h"),
        ({"weeks": "first"}, "Le 1er mardi du mois, 9 h - 12 h"),
        ({"valid_until": date(2026, 12, 31)}, "Chaque mardi (jusqu'au 31 décembre 2026), 9 h - 12 h"),
    ],
)
def test_the_usual_round_is_said_in_plain_words(fields, said):
    assert stop(**fields).usual_in_french == said


def test_rows_as_json_gives_them_become_stops():
    row = [2, "09:00:00", "12:00:00", "odd", "appointment", None, "2026-12-31", "Mairie", "Naucelle"]

    (found,) = stops_from_rows([row])

    assert found == stop(weeks="odd", by_appointment=True, valid_until=date(2026, 12, 31), place="Mairie")


@pytest.mark.parametrize(
    ("name", "said"),
    [("Rodez", "à Rodez"), ("Le Vigan", "au Vigan"), ("Les Albres", "aux Albres"), ("La Rochelle", "à La Rochelle")],
)
def test_names_of_communes_are_contracted_as_in_french(name, said):
    assert at_commune(name) == said


def test_a_place_is_said_within_a_sentence():
    church, home = stop(), stop(place="EHPAD du Parc")

    assert coming([church], schedule(), NOON_ON_A_TUESDAY)[0].where == "place de l'Église à Naucelle"
    assert coming([home], schedule(), NOON_ON_A_TUESDAY)[0].where == "EHPAD du Parc à Naucelle"
