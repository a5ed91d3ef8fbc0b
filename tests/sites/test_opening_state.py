"""Whether a site is open: its own time zone, its own holidays, and what is said when nothing is known."""

from datetime import date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from sites.opening_hours import Schedule, Slot, State, state, today_in_french, week_rows
from sites.public_holidays import holiday_name
from sites.written_hours import hour_in_french, in_french

PARIS = ZoneInfo("Europe/Paris")
MORNING, AFTERNOON = (time(9), time(12)), (time(14), time(17, 30))
WEEK = {1: (AFTERNOON,), 2: (MORNING, AFTERNOON), 3: (MORNING,), 4: (MORNING, AFTERNOON), 5: (MORNING, AFTERNOON)}
# 2026-06-02 is a Tuesday
TUESDAY = partial(datetime, 2026, 6, 2, tzinfo=PARIS)


def schedule(week=None, timezone="Europe/Paris", calendar="", **fields):
    week = WEEK if week is None else week
    slots = tuple(Slot(weekday, *span) for weekday, spans in sorted(week.items()) for span in spans)
    return Schedule(slots, ZoneInfo(timezone), partial(holiday_name, calendar), **fields)


@pytest.mark.parametrize(
    ("at", "code", "text"),
    [
        (TUESDAY(9, 0), "open", "Ouvert, ferme à 12 h"),
        (TUESDAY(11, 59), "open", "Ouvert, ferme à 12 h"),
        (TUESDAY(12, 0), "closed", "Fermé, ouvre à 14 h"),
        (TUESDAY(17, 0), "open", "Ouvert, ferme à 17 h 30"),
        (TUESDAY(17, 30), "closed", "Fermé, ouvre demain à 9 h"),
        (datetime(2026, 6, 5, 20, 0, tzinfo=PARIS), "closed", "Fermé, ouvre lundi à 14 h"),
    ],
)
def test_state_says_until_when(at, code, text):
    assert state(schedule(), at) == State(code, text)


def test_a_slot_is_open_at_its_first_minute_and_closed_at_its_last():
    assert state(schedule(), TUESDAY(9, 0)).code == "open"
    assert state(schedule(), TUESDAY(12, 0)).code == "closed"


def test_opening_over_a_week_away_is_dated():
    only_on_mondays = schedule(week={1: (MORNING,)})
    monday_evening_before_whit_monday = datetime(2026, 5, 18, 20, 0, tzinfo=PARIS)

    assert state(only_on_mondays, monday_evening_before_whit_monday).text == "Fermé, ouvre le lundi 1er juin à 9 h"


def test_public_holidays_are_closed_and_named():
    christmas = datetime(2026, 12, 25, 10, 0, tzinfo=PARIS)

    assert state(schedule(), christmas).text == "Fermé aujourd'hui (Noël), ouvre lundi à 14 h"
    assert today_in_french(schedule(), christmas) == ""


def test_each_departement_keeps_its_own_holidays():
    good_friday = datetime(2026, 4, 3, 10, 0, tzinfo=PARIS)

    assert state(schedule(calendar="57"), good_friday).code == "closed"
    assert state(schedule(), good_friday).code == "open"


def test_the_time_is_the_sites_own():
    """At noon in Paris it is 6 a.m. in Guadeloupe (summer): a site there is not open yet."""
    noon_in_paris = TUESDAY(12, 0)

    assert state(schedule(timezone="America/Guadeloupe"), noon_in_paris).text == "Fermé, ouvre à 9 h"


def test_unknown_hours_are_not_closed():
    assert state(schedule(week={}), TUESDAY(10, 0)) == State("unknown", "Horaires non communiqués")
    assert today_in_french(schedule(week={}), TUESDAY(10, 0)) == ""
    assert week_rows(schedule(week={}), TUESDAY(10, 0)) == []


def test_an_itinerant_site_is_never_said_to_be_open():
    assert state(schedule(itinerant=True), TUESDAY(10, 0)).code == "itinerant"
    assert today_in_french(schedule(itinerant=True), TUESDAY(10, 0)) == ""


def test_week_runs_from_monday_writes_closed_and_marks_today():
    rows = week_rows(schedule(), TUESDAY(10, 0))

    assert [row.name for row in rows] == ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
    assert [row.spans for row in rows][:3] == [["14 h - 17 h 30"], ["9 h - 12 h", "14 h - 17 h 30"], ["9 h - 12 h"]]
    assert rows[5].spans == rows[6].spans == ["Fermé"]
    assert [row.name for row in rows if row.is_today] == ["mardi"]


def test_hours_are_written_as_the_french_write_them():
    assert hour_in_french(time(8, 5)) == "8 h 05"
    assert in_french(((time(9), time(12, 30)),)) == "9 h - 12 h 30"


def test_holidays_are_known_for_the_overseas_departements():
    abolition_in_reunion = date(2026, 12, 20)

    assert holiday_name("974", abolition_in_reunion)
    assert not holiday_name("", abolition_in_reunion)
