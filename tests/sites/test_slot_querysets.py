"""What the database answers of hours, against `opening_hours`: 300 sites, in all time zones, at many moments."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from sites import passages
from sites.filters import Filters
from sites.models import Closure, Site, Stop, WeeklySlot
from sites.opening_hours import state
from tests.factories import METZ, RODEZ, SAINT_DENIS_REUNION, TOULOUSE, make_site, make_stop

PAPEETE, BASSE_TERRE, SAINT_PIERRE = "98735", "97105", "97502"
COMMUNES = [RODEZ, TOULOUSE, METZ, SAINT_DENIS_REUNION, PAPEETE, BASSE_TERRE, SAINT_PIERRE]
WEEKS = ["all", "all", "all", "odd", "even", "first", "second", "third", "fourth", "last"]
START = date(2026, 10, 1)  # All Saints' Day, Armistice, Christmas, the clocks' change: all within three months
TUESDAY_NOON = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)  # in Paris


def moments(chance, count):
    return [
        datetime(START.year, START.month, START.day, tzinfo=UTC) + timedelta(minutes=5 * chance.randrange(27_000))
        for _ in range(count)
    ]


def some_day(chance):
    return START + timedelta(days=chance.randrange(95))


def some_slot(chance):
    opens, closes = sorted(chance.sample(range(7 * 12, 21 * 12), 2))
    start, end = sorted((some_day(chance), some_day(chance)))
    return {
        "weekday": chance.randint(1, 7),
        "opens": time(opens // 12, opens % 12 * 5),
        "closes": time(closes // 12, closes % 12 * 5),
        "weeks": chance.choice(WEEKS),
        "mode": chance.choice(["open", "open", "appointment"]),
        "valid_from": chance.choice([None, None, start]),
        "valid_until": chance.choice([None, None, end]),
    }


@pytest.fixture
def directory(db):
    """Sites of all kinds, whose hours are as odd as may be; the seed is fixed."""
    chance = random.Random(3)
    slots, stops, closures = [], [], []
    for number in range(300):
        site = make_site(
            COMMUNES[number % len(COMMUNES)],
            week={},
            appointment=chance.choice(["none", "none", "possible", "required"]),
            format=chance.choice(["fixe", "fixe", "multisites", "bus"]),
        )
        hours = {(hours["weekday"], hours["opens"]): hours for hours in (some_slot(chance) for _ in range(9))}.values()
        if site.is_itinerant:
            place = {"site": site, "commune": site.commune, "place": "Place", "location": site.location}
            stops += [Stop(**place, **one) for one in hours]
            hours = [one | {"mode": "appointment"} for one in hours]  # at the garage, which must not matter
        slots += [WeeklySlot(site=site, **one) for one in hours]
        closures += [
            Closure(site=site, starts=day, ends=chance.choice([None, day, day + timedelta(days=9)]))
            for day in {some_day(chance) for _ in range(chance.randrange(3))}
        ]
    for rows in (slots, stops, closures):
        type(rows[0]).objects.bulk_create(rows)
    return list(Site.objects.with_territories().with_hours())


def slots_coming(site, now, at=None):
    """(date, slot) of what takes place within a week, the same day next week included when today's is past."""
    local = now.astimezone(site.schedule.timezone)
    planned = [stop.slot for stop in site.planned_stops] if site.is_itinerant else site.schedule.slots
    for slot in planned:
        ahead = (slot.weekday - local.isoweekday()) % 7
        is_past = at < local.time() if at else slot.closes <= local.time()
        day = local.date() + timedelta(days=7 if ahead == 0 and is_past else ahead)
        is_closed = site.schedule.holiday_name(day) or site.schedule.closure_on(day)
        if slot.falls_on(day) and not is_closed:
            yield day, slot


def test_sites_open_now_are_those_whose_state_says_so(directory):
    for now in moments(random.Random(5), 80):
        fixed = {site for site in directory if state(site.schedule, now).code == "open"}
        on_a_stop = {site for site in directory if site.is_itinerant and receives_at_a_stop(site, now)}

        assert set(Site.objects.open_at(now)) == fixed | on_a_stop, now


def receives_at_a_stop(site, now):
    local = now.astimezone(site.schedule.timezone)
    return any(
        passage.date == local.date() and passage.opens <= local.time() and not passage.by_appointment
        for passage in passages.coming(site.planned_stops, site.schedule, now)
    )


WANTED = {
    "a day": (lambda slots, _at: slots.filter(weekday=6), lambda slot, _at: slot.weekday == 6),
    "a time": (lambda slots, at: slots.at_time(at), lambda slot, at: slot.opens <= at < slot.closes),
    "evening": (lambda slots, _at: slots.in_the_evening(), lambda slot, _at: slot.closes > time(18)),
    "lunch": (lambda slots, _at: slots.at_lunch(), lambda slot, _at: leaves_an_hour_at_lunch(slot)),
    "any": (lambda slots, _at: slots, lambda slot, _at: True),
}


def test_slots_to_come_are_those_that_python_finds(directory):
    chance = random.Random(7)
    for now in moments(chance, 12):
        for at in (None, time(chance.randrange(24), 30)):
            coming = [(site.pk, slot) for site in directory for _day, slot in slots_coming(site, now, at)]
            for name, (narrowed, is_wanted) in WANTED.items():
                hour = at or time(10)
                found = Site.objects.receiving(lambda slots: narrowed(slots.taking_place(now, at=at), hour))  # noqa: B023

                wanted = {pk for pk, slot in coming if is_wanted(slot, hour)}
                assert set(found.values_list("pk", flat=True)) == wanted, (name, now, at)


def leaves_an_hour_at_lunch(slot):
    minutes = range(12 * 60, 14 * 60)
    return sum(slot.opens <= time(minute // 60, minute % 60) < slot.closes for minute in minutes) >= 60


def test_sites_with_and_without_an_appointment_are_those_that_python_finds(directory):
    without, with_one = set(), set()
    for site in directory:
        planned = [stop.slot for stop in site.planned_stops] if site.is_itinerant else site.schedule.slots
        if site.appointment != "required" and not all(slot.by_appointment for slot in planned):
            without.add(site)
        if site.appointment != "none" or any(slot.by_appointment for slot in planned):
            with_one.add(site)

    assert set(Site.objects.without_appointment()) == without
    assert set(Site.objects.with_appointment()) == with_one
    assert len(without) < 300 > len(with_one)


def test_a_round_is_met_without_an_appointment_where_none_is_needed(db):
    bus = make_site(format="bus")
    make_stop(bus, RODEZ, mode="appointment")
    free = make_stop(bus, TOULOUSE, weekday=4)

    wanted = Filters(now=TUESDAY_NOON, appointment="sans").slots(Stop.objects.all())

    assert list(wanted) == [free]


def test_nobody_is_received_at_a_garage(db):
    make_site(format="bus")  # open Monday to Friday, says the list

    assert not Site.objects.open_at(TUESDAY_NOON)
    assert not Stop.objects.open_at(TUESDAY_NOON)
