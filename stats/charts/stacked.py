"""One column of 100 %, each part labelled beside it: the mix of partners."""

from dataclasses import dataclass
from functools import cached_property

from stats.charts.scale import NBSP, lines_of, plain, spread

TEXT = 14
LINE = 18
WIDTH = 340
COLUMN = 64  # width of the column
LABELS = 96  # x of the labels
TONES = 4  # as many fills, one after the other: a part never looks like its neighbours


@dataclass(frozen=True)
class Part:
    """`text` is the share in French ('31 %'), or 'non communiqué' where `value` is None: such a part is not drawn."""

    label: str
    value: float | None
    text: str


@dataclass(frozen=True)
class Segment:
    part: Part
    tone: int
    y: str
    height: str
    leader: str  # a path from the segment to its label
    lines: list  # the label, [(text, y)]: its first line is read after the share


@dataclass(frozen=True)
class StackedBar:
    """`parts`: `Part`s, drawn in their order, from the top. The whole is the sum of those that have a value."""

    id: str
    title: str
    description: str
    parts: list

    width, column, label_x = WIDTH, COLUMN, LABELS

    @cached_property
    def hidden(self):
        return [part for part in self.parts if part.value is None]

    @cached_property
    def drawn(self):
        return [part for part in self.parts if part.value]

    @cached_property
    def height(self):
        return max(260, sum(_height(part) for part in self.drawn) + 8)

    @cached_property
    def segments(self):
        total = float(sum(part.value for part in self.drawn))
        top, bottom = 4, self.height - 4
        places, y = [], top
        for part in self.drawn:
            height = (bottom - top) * float(part.value) / total
            places.append((y, height))
            y += height
        centres = [y + height / 2 for y, height in places]
        heights = [_height(part) for part in self.drawn]
        starts = spread(centres, heights, top - 4, bottom + 4)
        made = []
        for number, (part, (y, height)) in enumerate(zip(self.drawn, places, strict=True)):
            baseline = starts[number] + 4 + 14
            level = baseline - 5
            leader = f"M{COLUMN} {plain(centres[number])}h6L{LABELS - 12} {plain(level)}h6"
            lines = [(text, plain(baseline + LINE * row)) for row, text in enumerate(_lines(part))]
            made.append(Segment(part, number % TONES + 1, plain(y), plain(height), leader, lines))
        return made


def _lines(part):
    """The label in lines, with room for the share at the start of the first."""
    first, *rest = lines_of(f"{part.text.replace(' ', NBSP)} {part.label}", WIDTH - LABELS, TEXT)
    return [first[len(part.text) :].strip(), *rest]


def _height(part):
    return LINE * len(_lines(part)) + 6
