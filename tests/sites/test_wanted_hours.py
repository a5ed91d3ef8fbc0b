"""A card tells the hours for which a filter kept its site."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from sites.filters import Filters
from sites.opening_hours import Closure, Schedule, Slot
from sites.wanted_hours import in_french

PARIS = ZoneInfo("Europe/Paris")
WEDNESDAY_TEN = datetime(2026, 11, 25, 10, tzinfo=PARIS)
SATURDAY, TUESDAY, WEDNESDAY = 6, 2, 3
MORNING, LONG_DAY = (time(9), time(12)), (time(9), time(18, 30))


def told(slots, now=WEDNESDAY_TEN, closures=(), itinerant=False, **wanted):
    schedule = Schedule(
        slots=tuple(slots), timezone=PARIS, closures=closures, itinerant=itinerant, holiday_name=lambda day: ""
    )
    return in_french(schedule, Filters(now=now, **wanted))


def test_a_day_is_told_by_its_date_with_all_its_hours():
    slots = [Slot(SATURDAY, *MORNING), Slot(SATURDAY, time(14), time(17)), Slot(TUESDAY, *LONG_DAY)]

    assert told(slots, weekday=SATURDAY) == "Samedi 28 novembre : 9 h - 12 h, 14 h - 17 h"


def test_today_is_not_told_twice_and_is_next_week_once_over():
    slots = [Slot(WEDNESDAY, *MORNING)]

    assert told(slots, weekday=WEDNESDAY) == ""
    over = WEDNESDAY_TEN.replace(hour=12)
    assert told(slots, now=over, weekday=WEDNESDAY) == "Mercredi 2 décembre : 9 h - 12 h"


def test_a_time_of_the_day_is_told_by_the_days_that_have_it():
    slots = [Slot(day, *LONG_DAY) for day in (WEDNESDAY, 4, TUESDAY)] + [Slot(1, *MORNING)]

    assert told(slots, moment="soir") == "Après 18 h : mercredi, jeudi et mardi"
    assert told(slots, at=time(11)) == "À 11 h : mercredi, jeudi, lundi et mardi"
    assert told(slots, moment="midi") == "Entre 12 h et 14 h : mercredi, jeudi et mardi"


@pytest.mark.parametrize(
    ("slot", "wanted"),
    [
        (Slot(TUESDAY, time(9), time(18)), {"moment": "soir"}),
        (Slot(TUESDAY, time(13, 1), time(18)), {"moment": "midi"}),
        (Slot(TUESDAY, time(9), time(12)), {"at": time(12)}),
        (Slot(TUESDAY, *LONG_DAY, by_appointment=True), {"moment": "soir", "appointment": "sans"}),
        (Slot(TUESDAY, *LONG_DAY, weeks="even"), {"moment": "soir"}),
    ],
)
def test_a_slot_that_the_filter_would_leave_out_is_not_told(slot, wanted):
    assert told([slot], **wanted) == ""


def test_a_closure_leaves_the_day_out():
    holidays = (Closure(date(2026, 11, 26), date(2026, 11, 30)),)

    assert told([Slot(4, *LONG_DAY), Slot(TUESDAY, *LONG_DAY)], closures=holidays, moment="soir") == (
        "Après 18 h : mardi"
    )


def test_nothing_is_told_when_no_day_and_no_hour_are_wanted_nor_of_a_round():
    slots = [Slot(SATURDAY, *MORNING)]

    assert told(slots) == ""
    assert told(slots, open_now=True, kind="fixe") == ""
    assert told(slots, itinerant=True, weekday=SATURDAY) == ""
