"""Parts fill the column, in their order, and each has a label that can be read, be it 1 %."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from stats.charts.stacked import Part
from tests.stats.charts import samples


@given(some.lists(some.integers(1, 10**6), min_size=1, max_size=10))
def test_parts_fill_the_column_and_labels_never_overlap(values):
    chart = samples.stacked(parts=[Part("Assurance retraite", value, "?") for value in values])

    segments = chart.segments
    assert abs(sum(float(segment.height) for segment in segments) - (chart.height - 8)) < 0.1 * len(values)
    baselines = [float(segment.lines[0][1]) for segment in segments]
    assert all(b - a >= 17.9 for a, b in pairwise(baselines))
    assert baselines[0] >= 14
    assert baselines[-1] <= chart.height + 4


def test_neighbours_never_have_the_same_tone():
    tones = [segment.tone for segment in samples.stacked().segments]

    assert all(a != b for a, b in pairwise(tones))


def test_a_hidden_part_takes_no_room_that_would_tell_its_size():
    chart = samples.stacked()

    assert [part.label for part in chart.hidden] == ["Région"]
    assert len(chart.segments) == 9
