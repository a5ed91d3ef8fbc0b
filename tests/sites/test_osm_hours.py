"""The text for machines, and the oracle: an independent reader of that text agrees with us on when a site is open."""

from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from sites.opening_hours import LOOK_AHEAD_DAYS, Closure, Schedule, Slot, next_opening, state
from sites.osm_hours import in_osm
from sites.public_holidays import holiday_name

PARIS = ZoneInfo("Europe/Paris")
NINE, NOON, TWO, FIVE = time(9), time(12), time(14), time(17)


def schedule(*slots, **fields):
    return Schedule(slots, PARIS, partial(holiday_name, ""), **fields)


def test_a_usual_week():
    week = [Slot(day, *span) for day in range(1, 6) for span in ((NINE, NOON), (TWO, FIVE))]

    assert in_osm(schedule(*week, Slot(6, NINE, NOON))) == "Mo-Fr 09:00-12:00,14:00-17:00, Sa 09:00-12:00; PH off"


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        (Slot(1, NINE, NOON, "odd"), "week 01-53/2 Mo 09:00-12:00"),
        (Slot(1, NINE, NOON, "even"), "week 02-52/2 Mo 09:00-12:00"),
        (Slot(2, NINE, NOON, "second"), "Tu[2] 09:00-12:00"),
        (Slot(2, NINE, NOON, "last"), "Tu[-1] 09:00-12:00"),
        (Slot(7, NINE, NOON, by_appointment=True), 'Su 09:00-12:00 "sur rendez-vous"'),
        (Slot(1, NINE, NOON, valid_from=date(2026, 7, 1)), "2026 Jul 01+ Mo 09:00-12:00"),
        (Slot(1, NINE, NOON, valid_until=date(2026, 8, 31)), "1900 Jan 01-2026 Aug 31 Mo 09:00-12:00"),
    ],
)
def test_a_slot_that_does_not_come_back_each_week_for_everyone(slot, text):
    assert in_osm(schedule(slot)) == f"{text}; PH off"


def test_closures_prevail():
    closures = (Closure(date(2026, 12, 24), date(2027, 1, 2)), Closure(date(2027, 6, 1)))

    closed = in_osm(schedule(Slot(1, NINE, NOON), closures=closures))

    assert closed == "Mo 09:00-12:00; PH off; 2026 Dec 24-2027 Jan 02 off; 2027 Jun 01+ off"


def test_a_site_that_only_receives_by_appointment_says_so_of_each_slot_once():
    slots = Slot(1, NINE, NOON), Slot(2, NINE, NOON, by_appointment=True)

    assert in_osm(schedule(*slots, by_appointment=True)).count('"sur rendez-vous"') == 2


def test_nothing_is_said_of_unknown_hours_nor_of_a_round():
    assert in_osm(schedule()) == ""
    assert in_osm(schedule(Slot(1, NINE, NOON), itinerant=True)) == ""


# --- The oracle: opening-hours-py, on the holidays that it knows (those of metropolitan France) ------------------

days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
times = st.times(time(6), time(22)).map(
    lambda moment: moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)
)
either = st.none() | days


@st.composite
def slots(draw):
    opens, closes = sorted(draw(st.lists(times, min_size=2, max_size=2, unique=True)))
    start, end = draw(either), draw(either)
    if start and end and end < start:
        start, end = end, start
    weeks = draw(st.sampled_from(("all", "all", "odd", "even", "first", "second", "third", "fourth", "last")))
    return Slot(draw(st.integers(1, 7)), opens, closes, weeks, draw(st.booleans()), start, end)


@st.composite
def closures(draw):
    start = draw(days)
    length = draw(st.none() | st.integers(0, 40))
    return Closure(start, None if length is None else start + timedelta(days=length))


weeks = st.lists(slots(), min_size=1, max_size=8)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 10, 1))  # noqa: DTZ001 - the oracle reads local times


@settings(max_examples=2000, deadline=None)
@given(weeks, st.lists(closures(), max_size=2), moments)
def test_an_independent_reader_agrees_on_whether_a_site_is_open(week, closed, moment):
    ours = schedule(*week, closures=tuple(closed))
    oracle = OpeningHours(in_osm(ours), country="FR")

    for hours in (0, 5, 24, 72):
        at = moment + timedelta(hours=hours)
        open_or_by_appointment = state(ours, at.replace(tzinfo=PARIS)).code in ("open", "appointment")
        assert open_or_by_appointment == oracle.is_open(at), (in_osm(ours), at)


@settings(max_examples=300, deadline=None)
@given(weeks, st.lists(closures(), max_size=2), moments)
def test_an_independent_reader_agrees_on_the_next_opening(week, closed, moment):
    ours = schedule(*week, closures=tuple(closed))
    oracle = OpeningHours(in_osm(ours), country="FR")
    if oracle.is_open(moment):
        return

    found = next_opening(ours, moment.replace(tzinfo=PARIS))

    until = found.at.replace(tzinfo=None) if found else moment + timedelta(days=LOOK_AHEAD_DAYS - 1)
    assert not any(oracle.is_open(at) for at in every_five_minutes(moment, until)), (in_osm(ours), moment)
    assert found is None or oracle.is_open(until), (in_osm(ours), moment)


def every_five_minutes(start, end):
    """Moments from one to the other, left out; sites of these tests open and close on multiples of five minutes."""
    at = start.replace(minute=start.minute // 5 * 5, second=0, microsecond=0) + timedelta(minutes=5)
    while at < end:
        yield at
        at += timedelta(minutes=5)
