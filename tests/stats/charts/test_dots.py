"""Communes as dots: each where it is, as large as it is populous, none left out in silence."""

import re

import pytest

from stats.charts.dots import LIMITS, Place
from stats.charts.outlines import box_of, frames, place
from tests.stats.charts import samples

# Where capitals are, and the corner of their département that is the nearest: north, south, west, east.
KNOWN = [("75", 2.35, 48.86), ("12", 2.57, 44.35), ("2A", 8.74, 41.92), ("29", -4.1, 48.0), ("59", 3.06, 50.63)]
OVERSEAS = [
    ("971", -61.73, 16.0),
    ("972", -61.07, 14.6),
    ("973", -52.33, 4.93),
    ("974", 55.45, -20.88),
    ("976", 45.23, -12.78),
]


@pytest.mark.parametrize(("code", "longitude", "latitude"), KNOWN + OVERSEAS)
def test_a_prefecture_is_in_the_box_of_its_departement(code, longitude, latitude):
    x, y = place(code, longitude, latitude)

    left, top, right, bottom = box_of([code])
    assert left - 1 <= x <= right + 1
    assert top - 1 <= y <= bottom + 1


@pytest.mark.parametrize("frame", frames(), ids=lambda frame: frame.name)
def test_an_island_is_in_its_frame(frame):
    code, longitude, latitude = next(one for one in OVERSEAS if _frame_of(one) == frame)

    x, y = place(code, longitude, latitude)

    assert frame.x < x < frame.x + frame.width
    assert frame.y < y < frame.y + frame.height


def _frame_of(known):
    x, y = place(*known)
    return next(one for one in frames() if one.x < x < one.x + one.width and one.y < y < one.y + one.height)


def test_each_place_is_drawn_once_in_its_class_or_counted_as_not_drawn():
    chart = samples.dots()

    drawn = {one.size: len(re.findall("M", one.path)) for one in chart.classes}
    assert drawn == {4: 1, 3: 1, 2: 1, 1: 1}
    assert sum(drawn.values()) + chart.without_outline == len(chart.places)


@pytest.mark.parametrize(("inhabitants", "size"), [(0, 1), (LIMITS[0] - 1, 1), (LIMITS[0], 2), (LIMITS[2], 4)])
def test_a_limit_is_in_the_class_above_it(inhabitants, size):
    chart = samples.dots(places=[Place("12", 2.5, 44.3, inhabitants)])

    assert [one.size for one in chart.classes] == [size]


def test_larger_dots_are_drawn_first():
    assert [one.size for one in samples.dots().classes] == [4, 3, 2, 1]


def test_a_departement_shows_itself_alone():
    chart = samples.dots(departement="12")

    assert len(chart.outlines) == 1
    assert chart.frames == []
    assert chart.without_outline == 2
