"""Bars start at zero and are as long as their values say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stats.charts.bars import Bar
from tests.stats.charts import samples


@given(some.lists(some.one_of(some.none(), some.integers(0, 10**7)), min_size=1, max_size=20))
def test_lengths_are_proportional_to_values(values):
    chart = samples.bars(rows=[Bar("Démarche", value, "?") for value in values])
    highest = max((value for value in values if value), default=0)

    for drawing in chart.drawings:
        lengths = [_length(row) for row in drawing.rows]
        for value, length in zip(values, lengths, strict=True):
            assert length == pytest.approx(max(lengths) * (value or 0) / (highest or 1), abs=0.11)


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_rows_do_not_overlap_and_texts_stay_in_the_drawing(layout):
    drawing = getattr(samples.bars(), layout)

    bottoms = [max(_top(row) + 16, *(float(y) for _, y in row.lines)) for row in drawing.rows]
    tops = [min(_top(row), *(float(y) - 14 for _, y in row.lines)) for row in drawing.rows]
    assert all(bottom < top for bottom, top in zip(bottoms, tops[1:], strict=False))
    assert bottoms[-1] <= drawing.height
    assert all(float(row.text_x) + len(row.bar.text) * 7 <= drawing.width for row in drawing.rows)


def test_no_row_is_an_empty_drawing():
    assert samples.bars(rows=[]).wide.rows == []


def _top(row):
    """Of the bar that is drawn, or of the words in its place."""
    return float(re.match(r"M\S+ ([\d.]+)h", row.path)[1]) if row.path else float(row.text_y) - 14


def _length(row):
    """Of the bar that is drawn, 0 where there is none."""
    return float(re.search(r"h([\d.]+)v", row.path)[1]) if row.path else 0
