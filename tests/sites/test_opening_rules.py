"""What comes back otherwise than each week, what is by appointment, what is closed, and clocks that change."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from sites.opening_hours import (
    Closure,
    Schedule,
    Slot,
    State,
    closures_from_rows,
    next_opening,
    slots_from_rows,
    state,
    today_in_french,
    week_rows,
)
from sites.public_holidays import holiday_name

PARIS = ZoneInfo("Europe/Paris")
NINE, NOON, TWO, FIVE = time(9), time(12), time(14), time(17)
MONDAY, TUESDAY, FRIDAY = 1, 2, 5


def schedule(*slots, **fields):
    return Schedule(slots, PARIS, partial(holiday_name, ""), **fields)


def at(year, month, day, hour=10, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


def dates_in(year, slot):
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return [day for day in days if day.year == year and slot.falls_on(day)]


def test_odd_and_even_weeks_are_those_of_the_calendar_on_the_wall():
    odd, even = Slot(TUESDAY, NINE, NOON, "odd"), Slot(TUESDAY, NINE, NOON, "even")

    assert dates_in(2026, odd)[:2] == [date(2026, 1, 13), date(2026, 1, 27)]
    assert dates_in(2026, even)[:2] == [date(2026, 1, 6), date(2026, 1, 20)]


def test_weeks_53_and_1_are_both_odd():
    """2026 has 53 weeks: two odd weeks follow each other at its end."""
    odd = Slot(TUESDAY, NINE, NOON, "odd")

    assert odd.falls_on(date(2026, 12, 29))
    assert odd.falls_on(date(2027, 1, 5))
    assert not odd.falls_on(date(2027, 1, 12))


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        ("first", date(2026, 6, 2)),
        ("second", date(2026, 6, 9)),
        ("third", date(2026, 6, 16)),
        ("fourth", date(2026, 6, 23)),
        ("last", date(2026, 6, 30)),
    ],
)
def test_the_nth_weekday_of_a_month(weeks, expected):
    slot = Slot(TUESDAY, NINE, NOON, weeks)

    assert [day for day in dates_in(2026, slot) if day.month == 6] == [expected]
    assert len(dates_in(2026, slot)) == 12


def test_the_last_weekday_is_the_fourth_in_a_short_month():
    assert Slot(TUESDAY, NINE, NOON, "last").falls_on(date(2026, 2, 24))


def test_a_slot_is_valid_on_its_first_and_last_days():
    summer = Slot(TUESDAY, NINE, NOON, valid_from=date(2026, 7, 7), valid_until=date(2026, 8, 25))

    assert dates_in(2026, summer)[0] == date(2026, 7, 7)
    assert dates_in(2026, summer)[-1] == date(2026, 8, 25)


def test_a_slot_by_appointment_is_not_said_to_be_open():
    by_appointment = schedule(Slot(TUESDAY, NINE, NOON, by_appointment=True))

    assert state(by_appointment, at(2026, 6, 2)) == State("appointment", "Sur rendez-vous, ferme à 12 h")
    assert state(by_appointment, at(2026, 6, 1)).text == "Fermé, sur rendez-vous demain à 9 h"


def test_a_site_that_only_receives_by_appointment_is_never_open():
    only = schedule(Slot(TUESDAY, NINE, NOON), by_appointment=True)

    assert state(only, at(2026, 6, 2)).code == "appointment"
    assert next_opening(only, at(2026, 6, 1)).by_appointment


def test_who_comes_without_appointment_is_told_when_that_ends():
    mixed = schedule(Slot(TUESDAY, NINE, FIVE, by_appointment=True), Slot(TUESDAY, NINE, NOON))

    assert state(mixed, at(2026, 6, 2)) == State("open", "Ouvert, ferme à 12 h")
    assert state(mixed, at(2026, 6, 2, 15)) == State("appointment", "Sur rendez-vous, ferme à 17 h")


def test_slots_that_touch_are_one_opening():
    touching = schedule(Slot(TUESDAY, NINE, NOON), Slot(TUESDAY, NOON, TWO, "first"))

    assert state(touching, at(2026, 6, 2)).text == "Ouvert, ferme à 14 h"
    assert state(touching, at(2026, 6, 9)).text == "Ouvert, ferme à 12 h"


@pytest.mark.parametrize(
    ("closure", "text"),
    [
        (Closure(date(2026, 12, 21), date(2027, 1, 2)), "Fermé exceptionnellement jusqu'au 2 janvier"),
        (Closure(date(2026, 12, 21), date(2027, 12, 31)), "Fermé exceptionnellement jusqu'au 31 décembre 2027"),
        (
            Closure(date(2026, 12, 22), date(2026, 12, 22)),
            "Fermé exceptionnellement aujourd'hui, ouvre le mardi 29 décembre à 9 h",
        ),
        (Closure(date(2026, 12, 1)), "Fermé exceptionnellement jusqu'à nouvel ordre"),
    ],
)
def test_a_closure_says_until_when(closure, text):
    closed = schedule(Slot(TUESDAY, NINE, NOON), closures=(closure,))

    found = state(closed, at(2026, 12, 22))

    assert found.code == "closed"
    assert found.text == text


def test_of_closures_that_overlap_the_one_that_ends_last_is_told():
    both = (Closure(date(2026, 6, 1), date(2026, 6, 20)), Closure(date(2026, 6, 2), date(2026, 6, 3)))

    assert state(schedule(closures=both), at(2026, 6, 2)).text == "Fermé exceptionnellement jusqu'au 20 juin"


def test_the_next_opening_is_after_the_closures_and_holidays():
    """25 December 2026 is a Friday, and New Year's Day too."""
    closed = schedule(Slot(FRIDAY, NINE, NOON), closures=(Closure(date(2027, 1, 8), date(2027, 1, 8)),))

    assert next_opening(closed, at(2026, 12, 24)).at == at(2027, 1, 15, 9)


def test_a_slot_that_begins_this_minute_is_not_the_next_one():
    assert next_opening(schedule(Slot(TUESDAY, NINE, NOON)), at(2026, 6, 2, 9)).at == at(2026, 6, 9, 9)


def test_a_slot_until_the_last_minute_of_the_day_is_told_and_midnight_opens_the_next():
    late = schedule(Slot(MONDAY, TWO, time(23, 59)), Slot(TUESDAY, time(0), NINE))

    assert state(late, at(2026, 6, 1, 23, 58)).text == "Ouvert, ferme à 23 h 59"
    assert state(late, at(2026, 6, 1, 23, 59)).text == "Fermé, ouvre demain à 0 h"
    assert state(late, at(2026, 6, 2, 0)).text == "Ouvert, ferme à 9 h"


def test_a_monthly_slot_is_found_past_the_month():
    monthly = schedule(Slot(MONDAY, NINE, NOON, "first"))

    assert state(monthly, at(2026, 6, 1, 13)).text == "Fermé, ouvre le lundi 6 juillet à 9 h"


def test_a_closure_is_told_even_where_the_hours_are_unknown():
    assert state(schedule(closures=(Closure(date(2026, 6, 1)),)), at(2026, 6, 2)).code == "closed"


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_site_opens_by_the_clock_on_the_wall_the_days_clocks_change(day):
    """Both are Sundays: the site opens at 9 o'clock local time, whatever that is in universal time."""
    on_sundays = schedule(Slot(7, NINE, NOON))
    nine = datetime.combine(day, NINE, tzinfo=PARIS).astimezone(UTC)

    assert state(on_sundays, nine).code == "open"
    assert state(on_sundays, nine - timedelta(minutes=1)).text == "Fermé, ouvre à 9 h"


def test_the_week_says_what_does_not_come_back_each_week():
    weeks = schedule(
        Slot(MONDAY, NINE, NOON, "even"),
        Slot(TUESDAY, NINE, NOON, "second", by_appointment=True),
        Slot(FRIDAY, NINE, NOON, valid_from=date(2026, 7, 1), valid_until=date(2026, 8, 31)),
    )

    rows = week_rows(weeks, at(2026, 6, 2))

    assert rows[0].spans == ["9 h - 12 h (semaines paires)"]
    assert rows[1].spans == ["9 h - 12 h (le 2e mardi du mois, sur rendez-vous)"]
    assert rows[4].spans == ["9 h - 12 h (du 1er juillet 2026 au 31 août 2026)"]


def test_the_week_forgets_hours_that_are_over():
    over = schedule(Slot(MONDAY, NINE, NOON), Slot(MONDAY, TWO, FIVE, valid_until=date(2026, 5, 31)))

    assert week_rows(over, at(2026, 6, 2))[0].spans == ["9 h - 12 h"]


def test_the_week_tells_what_is_unusual_in_the_seven_coming_days():
    """2026-11-11 is a Wednesday; from the Thursday before, it is the next one."""
    daily = [Slot(weekday, NINE, NOON) for weekday in range(1, 6)]
    works = Closure(date(2026, 11, 9), date(2026, 11, 10), "travaux")

    rows = week_rows(schedule(*daily, closures=(works,)), at(2026, 11, 5))

    assert [row.exception for row in rows[:4]] == [
        "Fermé le 9 novembre (travaux)",
        "Fermé le 10 novembre (travaux)",
        "Fermé le 11 novembre (Armistice)",
        "",
    ]


def test_the_hours_of_a_day_say_which_are_by_appointment():
    mixed = schedule(Slot(TUESDAY, NINE, NOON), Slot(TUESDAY, TWO, FIVE, "first", by_appointment=True))

    assert today_in_french(mixed, at(2026, 6, 2)) == "9 h - 12 h, 14 h - 17 h (sur rendez-vous)"
    assert today_in_french(mixed, at(2026, 6, 9)) == "9 h - 12 h"


def test_rows_of_the_database_and_of_json_give_the_same_slots():
    as_json = [[2, "09:00:00", "12:00:00"], [1, "14:00:00", "17:00:00", "odd", "appointment", "2026-01-01", None]]
    as_values = [(2, NINE, NOON), (1, TWO, FIVE, "odd", "appointment", date(2026, 1, 1), None)]

    expected = (Slot(1, TWO, FIVE, "odd", True, date(2026, 1, 1)), Slot(2, NINE, NOON))
    assert slots_from_rows(as_json) == slots_from_rows(as_values) == expected
    assert closures_from_rows([["2026-06-01", None, ""]]) == (Closure(date(2026, 6, 1)),)
