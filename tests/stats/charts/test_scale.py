"""Axes start at zero, end above the values, and have round ticks written in French."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stats.charts.scale import in_french, lines_of, plain, scale_for, spread, tick_texts

AMOUNTS = some.lists(some.floats(0, 1e9).filter(lambda x: x == 0 or x > 1e-3), min_size=1)


@given(AMOUNTS)
def test_an_axis_goes_from_zero_to_above_every_value_and_wastes_less_than_a_step(values):
    scale = scale_for(values, 300, 10)

    assert scale.ticks[0] == 0
    assert scale.ticks[-1] == pytest.approx(scale.top)
    assert scale.top >= max(values) * (1 - 1e-9)
    assert scale.top - max(values) < scale.step * 1.001 or max(values) == 0
    assert len(scale.ticks) <= 7


@given(AMOUNTS)
def test_ticks_are_multiples_of_1_2_or_5(values):
    step = scale_for(values, 300, 10).step

    digits = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert any(math.isclose(digits, round_one) for round_one in (1, 2, 2.5, 3, 5, 10))


@given(AMOUNTS)
def test_the_higher_the_value_the_higher_the_point(values):
    scale = scale_for(values, 300, 10)
    points = [scale.at(value) for value in sorted(values)]

    assert points == sorted(points, reverse=True)
    assert all(10 - 1e-6 <= point <= 300 for point in points)


def test_counts_have_no_half_on_their_axis():
    assert scale_for([1, 2], 0, 1).ticks == [0, 1, 2]


def test_decimals_of_the_database_are_drawn():
    assert scale_for([Decimal("0.4")], 0, 100).at(Decimal("0.4")) == 100


@pytest.mark.parametrize(
    ("ticks", "unit", "written"),
    [
        ([0, 5000, 10000], "", ["0", "5 000", "10 000"]),
        ([0, 500_000, 1_000_000, 1_500_000], "", ["0", "500 000", "1 000 000", "1 500 000"]),
        ([0, 1_200_000, 2_400_000], "", ["0", "1,2 M", "2,4 M"]),
        ([0, 2.5, 5], "", ["0", "2,5", "5"]),
        ([0, 50, 100], "%", ["0 %", "50 %", "100 %"]),
    ],
)
def test_ticks_are_written_in_french(ticks, unit, written):
    assert [text.replace("\xa0", " ") for text in tick_texts(ticks, unit)] == written


def test_numbers_in_french():
    assert in_french(1982080) == "1\xa0982\xa0080"
    assert in_french(12.5, 2) == "12,5"


def test_coordinates_are_written_with_a_point():
    assert (plain(12.54), plain(12.04), plain(-0.5)) == ("12.5", "12", "-0.5")


def test_lines_keep_every_word():
    text = "Demander le RSA, la prime d'activité ou une aide au logement"

    lines = lines_of(text, 160, 14)

    assert len(lines) > 1
    assert " ".join(lines) == text


def test_a_line_is_not_left_with_one_short_word():
    assert lines_of("Déclarer ses revenus et payer ses impôts", 260, 14) == [
        "Déclarer ses revenus",
        "et payer ses impôts",
    ]


@given(some.lists(some.tuples(some.floats(0, 300), some.floats(10, 40)), max_size=9))
def test_labels_never_overlap_and_stay_in_the_frame_when_they_can(blocks):
    blocks.sort()
    heights = [height for _, height in blocks]

    tops = spread([centre for centre, _ in blocks], heights, 0, 300)

    ends = [top + height for top, height in zip(tops, heights, strict=True)]
    assert all(end <= top + 1e-6 for end, top in zip(ends, tops[1:], strict=False))
    assert all(top >= -1e-6 for top in tops)
    assert not ends or ends[-1] <= max(300, sum(heights)) + 1e-6
