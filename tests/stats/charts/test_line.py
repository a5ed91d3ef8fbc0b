"""Lines: one point a month, gaps where there is nothing, labels that do not overlap."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stats.charts.line import LineChart, Series
from stats.months import months_between
from tests.stats.charts import samples

VALUES = some.lists(some.one_of(some.none(), some.integers(0, 10**7)), min_size=39, max_size=39)
POINT = re.compile(r"([ML])(-?[\d.]+) (-?[\d.]+)")


def points_of(path):
    return [(letter, float(x), float(y)) for letter, x, y in POINT.findall(path)]


@given(VALUES)
def test_each_month_with_a_value_has_its_point_in_the_frame_and_the_others_none(values):
    chart = samples.line(series=[Series("Chaque mois", values)])

    for drawing in chart.drawings:
        points = points_of(drawing.curves[0].path)
        assert len(points) == sum(value is not None for value in values)
        assert all(float(drawing.left) <= x <= float(drawing.right) for _, x, _ in points)
        assert all(float(drawing.top) - 0.1 <= y <= float(drawing.bottom) for _, _, y in points)


@given(VALUES)
def test_a_line_stops_at_each_gap(values):
    chart = samples.line(series=[Series("Chaque mois", values)])

    starts = sum(letter == "M" for letter, _, _ in points_of(chart.wide.curves[0].path))
    before = [None, *values]
    assert starts == sum(v is not None and before[place] is None for place, v in enumerate(values))
    assert len(chart.wide.gaps) == values.count(None)


def test_a_month_alone_between_two_gaps_is_seen():
    lonely = [None, 5, None]
    chart = samples.line(months=samples.MONTHS[:3], series=[Series("Moyenne", lonely, "mean")])

    assert chart.wide.curves[0].points


def test_the_first_year_of_a_mean_is_no_gap():
    chart = samples.line()

    assert chart.missing_months == [4, 5, 7]


def test_provisional_months_are_hollow_and_told():
    chart = samples.line()

    assert chart.wide.curves[0].rings.count("M") == 2
    assert len(chart.wide.bands) == 2
    assert chart.provisional_text == "février 2023 et mars 2023"


def test_labels_of_four_territories_do_not_overlap():
    same = [Series(f"Territoire {number}", [10] * 39, "other") for number in range(4)]
    baselines = [float(y) for curve in samples.line(series=same).wide.curves for _, y in curve.lines]

    assert all(abs(a - b) >= 16 for a in baselines for b in baselines if a != b)
    assert len(set(baselines)) == 4


def test_compared_series_each_have_their_style():
    assert [curve.style for curve in samples.comparison().wide.curves] == ["other-1", "other-2", "other-3", "other-4"]


def test_a_fifth_series_cannot_be_compared():
    with pytest.raises(ValueError, match="at most 4"):
        samples.line(series=[Series(str(number), [1] * 39, "other") for number in range(5)])


def test_a_series_of_another_length_is_refused():
    with pytest.raises(ValueError, match="one value a month"):
        samples.line(series=[Series("Chaque mois", [1])])


def test_short_axes_name_the_months_and_long_ones_the_years():
    short = months_between(date(2022, 4, 1), date(2023, 3, 1))
    chart = LineChart("a", "t", "d", short, [Series("x", [1] * 12)])

    assert [(tick.text, tick.below) for tick in chart.wide.x_ticks][:2] == [("avr.", "2022"), ("mai", "")]
    assert [tick.text for tick in samples.line().wide.x_ticks] == ["2020", "2021", "2022", "2023"]


@pytest.mark.parametrize("months", [[], samples.MONTHS])
def test_nothing_to_draw_is_an_empty_frame(months):
    chart = samples.line(months=months, series=[Series("Chaque mois", [None] * len(months))])

    assert chart.is_empty
    assert chart.wide.curves[0].path == ""
