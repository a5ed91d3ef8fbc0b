"""The calendar of a site: an independent reader finds in it the hours of each day of a year."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from django.contrib.gis.geos import Point
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from sites.calendar_file import DAYS, calendar_of
from sites.opening_hours import Closure, Schedule, Slot
from sites.passages import PlannedStop
from sites.public_holidays import holiday_name
from tests.sites.test_osm_hours import closures as some_closures
from tests.sites.test_osm_hours import slots as some_slots

URL = "https://exemple.invalid/sites/1-rodez/"
TODAY = date(2026, 11, 24)
NINE, NOON, TWO, FIVE = time(9), time(12), time(14), time(17)


def site(*slots, zone="Europe/Paris", calendar="", stops=(), **fields):
    """What the calendar reads of a site."""
    schedule = Schedule(slots, ZoneInfo(zone), partial(holiday_name, calendar), itinerant=bool(stops), **fields)
    return SimpleNamespace(
        external_id="12",
        name="France services de Rodez",
        address="1 place de la Mairie",
        address_extra="",
        postal_code="12000",
        commune=SimpleNamespace(name="Rodez"),
        location=Point(2.5734, 44.3526, srid=4326),
        updated_at=datetime(2026, 11, 1, tzinfo=UTC),
        is_itinerant=bool(stops),
        planned_stops=stops,
        schedule=schedule,
    )


def occurrences(data, days=DAYS):
    """{(date, opens, closes)} that another library finds in the calendar."""
    found = recurring_ical_events.of(Calendar.from_ical(data)).between(TODAY, TODAY + timedelta(days=days))
    spans = [(event["DTSTART"].dt, event["DTEND"].dt) for event in found]
    return {(start.date(), start.time(), end.time()) for start, end in spans}


def opened(schedule, days=DAYS):
    """The same, by our own rules."""
    every_day = (TODAY + timedelta(days=ahead) for ahead in range(days))
    return {(day, slot.opens, slot.closes) for day in every_day for slot in schedule.slots_on(day)}


@settings(max_examples=40, deadline=None)
@given(st.lists(some_slots(), min_size=1, max_size=5), st.lists(some_closures(), max_size=2))
def test_an_independent_reader_finds_the_hours_of_each_day_of_a_year(week, closed):
    kept = {
        (slot.weekday, slot.opens, slot.weeks, slot.valid_from): slot for slot in week
    }  # as weeklyslot_unique_start
    ours = site(*kept.values(), closures=tuple(closed))

    data = calendar_of(ours, URL, TODAY)

    assert (occurrences(data) if data else set()) == opened(ours.schedule)


@pytest.mark.parametrize(("zone", "calendar"), [("Indian/Reunion", "974"), ("America/Cayenne", "973")])
def test_hours_are_those_of_the_clocks_of_the_site(zone, calendar):
    overseas = site(Slot(1, NINE, NOON), zone=zone, calendar=calendar)

    data = calendar_of(overseas, URL, TODAY)

    assert occurrences(data) == opened(overseas.schedule)
    assert f"TZID={zone}".encode() in data


def test_a_calendar_says_what_and_where():
    (event,) = Calendar.from_ical(calendar_of(site(Slot(2, NINE, NOON)), URL, TODAY)).walk("VEVENT")

    assert event["SUMMARY"] == "France services de Rodez : ouvert"
    assert event["LOCATION"] == "1 place de la Mairie, 12000 Rodez"
    assert event["URL"] == URL
    assert event["TRANSP"] == "TRANSPARENT"


def test_what_needs_an_appointment_says_so():
    (event,) = Calendar.from_ical(calendar_of(site(Slot(2, NINE, NOON, by_appointment=True)), URL, TODAY)).walk(
        "VEVENT"
    )

    assert event["SUMMARY"].endswith("sur rendez-vous")


def test_a_round_is_met_at_its_stops():
    stop = PlannedStop(Slot(2, NINE, NOON, "second"), "Place de l'Église", "Naucelle")

    data = calendar_of(site(stops=(stop,)), URL, TODAY)

    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert event["LOCATION"] == "Place de l'Église, Naucelle"
    assert min(occurrences(data)) == (date(2026, 12, 8), NINE, NOON)


def test_two_downloads_speak_of_the_same_events():
    slots = [Slot(2, NINE, NOON), Slot(2, TWO, FIVE), Slot(2, NINE, NOON, "odd", valid_from=date(2027, 1, 1))]
    first, second = (calendar_of(site(*slots), URL, TODAY + timedelta(days=days)) for days in (0, 30))

    identifiers = [[event["UID"] for event in Calendar.from_ical(data).walk("VEVENT")] for data in (first, second)]
    assert identifiers[0] == identifiers[1]
    assert len(set(identifiers[0])) == 3


def test_nothing_known_makes_no_calendar():
    assert calendar_of(site(), URL, TODAY) is None
    assert calendar_of(site(Slot(1, NINE, NOON), closures=(Closure(date(2026, 1, 1)),)), URL, TODAY) is None
