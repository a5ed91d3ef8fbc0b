"""Five tones of about as many départements, with round limits; France whole, or one région."""

import re
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stats.charts.choropleth import round_limits
from stats.charts.outlines import outlines
from tests.stats.charts import samples

CSS = Path("static/css/statistiques.css").read_text(encoding="utf-8")


@given(some.lists(some.integers(0, 10**5).map(lambda n: n / 100), max_size=101))
def test_limits_increase_and_no_class_is_empty(values):
    limits = round_limits(values)

    assert limits == sorted(set(limits))
    assert len(limits) <= 4
    if limits:
        assert {bisect_right(limits, value) for value in values} == set(range(len(limits) + 1))


@given(some.lists(some.integers(0, 10**5), min_size=50, max_size=101, unique=True))
def test_classes_have_about_as_many_departements(values):
    limits = round_limits(values)

    counts = [sum(bisect_right(limits, value) == tone for value in values) for tone in range(5)]
    assert min(counts) >= 7 * len(values) // 50


def test_limits_are_round():
    values = [14 + place * 0.6013 for place in range(101)]

    assert round_limits(values) == [30, 40, 50, 60]


def test_france_has_its_101_departements_under_40_kb_of_paths():
    drawn = outlines()["departements"]

    assert len(samples.choropleth().shapes) == len(drawn) == 101
    assert sum(len(outline["path"]) for outline in drawn.values()) < 40_000
    assert {"2A", "974", "976"} <= set(drawn)


@pytest.mark.parametrize("code", [code for code, outline in outlines()["departements"].items()])
def test_each_outline_is_where_its_box_says(code):
    outline = outlines()["departements"][code]

    x = y = 0
    xs, ys = [], []
    for ring in outline["path"].removesuffix("z").split("z"):
        start, moves = ring.removeprefix("M").split("l")
        x, y = map(float, re.findall(r"-?[\d.]+", start))
        xs, ys = [*xs, x], [*ys, y]
        steps = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", moves)]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            xs, ys = [*xs, x], [*ys, y]
    assert [min(xs), min(ys), max(xs), max(ys)] == pytest.approx(outline["box"], abs=0.05)


def test_overseas_departements_are_inside_their_frames():
    for code, inset in outlines()["insets"].items():
        left, top, width, height = inset["frame"]
        box = outlines()["departements"][code]["box"]
        assert left < box[0] < box[2] < left + width
        assert top < box[1] < box[3] < top + height


@pytest.mark.parametrize(("focus", "how_many"), [("76", 13), ("11", 8), ("94", 2), ("01", 1)])
def test_a_region_shows_its_departements_only_zoomed(focus, how_many):
    chart = samples.choropleth(focus=focus)
    left, top, width, height = map(float, chart.view_box.split())

    assert len(chart.shapes) == how_many
    assert chart.insets == chart.zoomed == []
    for code in chart.codes:
        box = outlines()["departements"][code]["box"]
        assert left < box[0] < box[2] < left + width
        assert top < box[1] < box[3] < top + height


def test_a_region_that_is_not_drawn_is_refused():
    with pytest.raises(ValueError, match="99"):
        samples.choropleth(focus="99")


def test_the_legend_has_the_limits_in_french_and_counts_every_value():
    values = {code: 10 + place / 4 for place, code in enumerate(outlines()["departements"])} | {"48": None}
    legend = samples.choropleth(values=values).legend

    assert [one.text for one in legend] == [
        "moins de 15",
        "de 15 à moins de 20",
        "de 20 à moins de 25",
        "de 25 à moins de 30",
        "30 et plus",
    ]
    assert sum(one.count for one in legend) == 100


def test_tones_darken_and_are_told_apart_in_grey():
    colours = re.findall(r"\.fs-chart__tone-[1-5] \{ fill: #(\w{6})", CSS)
    greys = [sum(int(c[i : i + 2], 16) * w for i, w in ((0, 0.299), (2, 0.587), (4, 0.114))) for c in colours]

    assert len(greys) == 5
    assert all(lighter - darker > 30 for lighter, darker in pairwise(greys))


def test_few_values_have_few_classes():
    assert [one.text for one in samples.choropleth(focus="01", values={"971": 12}).legend] == ["valeur connue"]
    assert len(samples.choropleth(focus="94", values={"2A": 12, "2B": 14}).legend) == 2
    assert samples.choropleth(values={}).legend == []
