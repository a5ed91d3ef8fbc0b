"""A day's hours, as the national list writes them."""

from datetime import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.written_hours import UnreadableHours, format_day, merge, parse_day


def slots(*pairs):
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("09:00 - 12:30 / 14:00 - 17:00", slots(("09:00", "12:30"), ("14:00", "17:00"))),
        ("14:00 - 17:00 / 09:00 - 12:30", slots(("09:00", "12:30"), ("14:00", "17:00"))),
        ("9h-12h30 ; 14h - 17h", slots(("09:00", "12:30"), ("14:00", "17:00"))),
        ("9h00 à 12h00, 14:00–17:00", slots(("09:00", "12:00"), ("14:00", "17:00"))),
        ("", ()),
        ("   ", ()),
    ],
)
def test_a_day_is_read_earliest_slot_first(text, read):
    assert parse_day(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("00:00 - 00:00", ()),
        ("00:00 - 00:00 / 09:00 - 12:00", slots(("09:00", "12:00"))),
        ("09:00 - 12:00 / 09:00 - 12:00", slots(("09:00", "12:00"))),
        ("09:00 - 11:00 / 11:00 - 12:00", slots(("09:00", "12:00"))),
        ("09:00 - 16:30 / 10:00 - 12:00 / 16:00 - 17:00", slots(("09:00", "17:00"))),
    ],
)
def test_fillers_go_and_slots_that_touch_or_overlap_are_one(text, read):
    assert parse_day(text) == read


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("matin", "matin"),
        ("09:00 - 12:00 / 14:00", "14:00"),
        ("25:00 - 26:00", "25:00 - 26:00"),
        ("09:00 - 12:60", "09:00 - 12:60"),
        ("09:00 - 12:00 / 17:00 - 14:00", "17:00 - 14:00"),
    ],
)
def test_a_slot_that_cannot_be_read_is_named(text, slot):
    with pytest.raises(UnreadableHours) as error:
        parse_day(text)

    assert error.value.slot.strip() == slot


minutes = st.integers(0, 24 * 60 - 1)
any_slots = st.lists(st.tuples(minutes, minutes).map(sorted).map(tuple), max_size=6)


def as_times(spans):
    return [tuple(time(minute // 60, minute % 60) for minute in span) for span in spans]


@given(any_slots)
def test_merging_keeps_every_open_minute_and_adds_none(spans):
    merged = merge(as_times(spans))

    open_minutes = {minute for opens, closes in spans for minute in range(opens, closes)}
    merged_minutes = {
        minute
        for opens, closes in merged
        for minute in range(opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute)
    }
    assert merged_minutes == open_minutes
    assert all(before[1] < after[0] for before, after in pairwise(merged))


@given(any_slots)
def test_what_is_written_is_read_back(spans):
    merged = merge(as_times(spans))

    assert parse_day(format_day(merged)) == merged
