"""Horizontal bars from zero: top démarches, rankings of territories."""

from dataclasses import dataclass
from functools import cached_property

from stats.charts.scale import lines_of, plain, width_of

TEXT = 14
LINE = 18  # height of a line of text
THICK = 16  # of a bar


@dataclass(frozen=True)
class Bar:
    """`text` is what is read beside the bar: the value in French, or 'non communiqué' where `value` is None."""

    label: str
    value: float | None
    text: str
    url: str = ""


@dataclass(frozen=True)
class Row:
    bar: Bar
    lines: list  # the label: [(text, y)]
    path: str  # '' where there is no value to draw
    text_x: str
    text_y: str


@dataclass(frozen=True)
class Drawing:
    suffix: str
    width: int
    height: int
    start: str  # x of the zero
    axis: str  # a path, '' where labels stand above the bars
    label_x: str
    anchor: str
    rows: list


@dataclass(frozen=True)
class BarChart:
    """`rows`: `Bar`s, drawn in their order. `unit`: in words, said above the bars."""

    id: str
    title: str
    description: str
    rows: list
    unit: str = ""

    @cached_property
    def wide(self):
        return _draw(self, "", width=640, beside=True)

    @cached_property
    def narrow(self):
        return _draw(self, "-etroit", width=340, beside=False)

    @property
    def drawings(self):
        return [self.wide, self.narrow]

    @property
    def has_links(self):
        return any(row.url for row in self.rows)

    @property
    def has_hidden(self):
        return any(row.value is None for row in self.rows)


def _draw(chart, suffix, width, beside):
    """Labels beside the bars, or above them when the drawing is narrow."""
    longest = max((width_of(bar.label, TEXT) for bar in chart.rows), default=0)
    room = min(longest, 260) if beside else width
    start = room + 10 if beside else 0
    end = width - max((width_of(bar.text, TEXT) for bar in chart.rows if bar.value is not None), default=0) - 12
    highest = float(max((bar.value for bar in chart.rows if bar.value), default=0)) or 1
    y = top = float(LINE + 6 if chart.unit else 2)
    rows = []
    for bar in chart.rows:
        texts = lines_of(bar.label, room, TEXT)
        block = LINE * len(texts)
        bar_y = y + max(block - THICK, 0) / 2 if beside else y + block + 1
        text_y = y + 14
        if beside and block < THICK:
            text_y += (THICK - block) / 2
        length = (end - start) * float(max(bar.value or 0, 0)) / highest
        rows.append(
            Row(
                bar,
                [(text, plain(text_y + LINE * number)) for number, text in enumerate(texts)],
                f"M{plain(start)} {plain(bar_y)}h{plain(length)}v{THICK}H{plain(start)}z"
                if bar.value is not None
                else "",
                plain(start + length + 6 if bar.value is not None else start + 8),
                plain(bar_y + THICK / 2 + 5),
            )
        )
        y += max(block, THICK) + 8 if beside else block + THICK + 9
    axis = f"M{plain(start)} {plain(top)}V{round(y)}" if beside else ""
    label_x, anchor = (start - 8, "end") if beside else (0, "start")
    return Drawing(suffix, width, round(y), plain(start), axis, plain(label_x), anchor, rows)
