"""A monthly series, its 12-month mean, or the series of up to five territories, as lines."""

from dataclasses import dataclass
from functools import cached_property

from stats.charts.scale import lines_of, plain, scale_for, spread, tick_texts, width_of
from stats.months import SHORT_NAMES, in_french

TEXT = 13  # size of the text, in units of the drawing
OTHERS = 4  # as many as can be told apart
BY_MONTH = 14  # up to so many months, the axis names each


@dataclass(frozen=True)
class Series:
    """`values`: one a month, None where it is hidden or missing. `provisional`: indexes of months not final yet."""

    label: str
    values: list
    kind: str = "main"  # main, mean or other
    provisional: frozenset = frozenset()


@dataclass(frozen=True)
class Tick:
    at: str
    text: str
    anchor: str = "middle"
    below: str = ""  # a second line


@dataclass(frozen=True)
class Curve:
    style: str  # main, mean, other-1 … other-4
    path: str
    points: str  # a path: its markers
    rings: str  # a path: the markers of provisional months, drawn hollow
    lines: list  # its label at its end: [(text, y)]
    label_x: str
    leader: str  # a path from the curve's end to its label


@dataclass(frozen=True)
class Key:
    """A sample of a curve beside its name, where labels are not at the end of the curves."""

    style: str
    label: str
    y: str
    points: str


@dataclass(frozen=True)
class Drawing:
    """A layout of the chart: everything is text, ready to be written in SVG."""

    suffix: str
    width: int
    height: int
    left: str
    right: str
    top: str
    bottom: str
    plot_height: str
    tick_x: str  # where the numbers of the axis end
    unit_y: str
    y_ticks: list
    x_ticks: list
    separators: list
    curves: list
    key: list
    bands: list  # of (x, width): provisional months
    gaps: list  # of x: months without a value


@dataclass(frozen=True)
class LineChart:
    """`months`: first days, in order; `series`: `Series` of as many values. `unit`: '%', or words above the axis."""

    id: str
    title: str
    description: str
    months: list
    series: list
    unit: str = ""

    def __post_init__(self):
        if any(len(one.values) != len(self.months) for one in self.series):
            raise ValueError("a series has one value a month")
        if sum(one.kind == "other" for one in self.series) > OTHERS:
            raise ValueError(f"at most {OTHERS} series can be compared")

    @cached_property
    def wide(self):
        return _draw(self, "", width=640, height=310, labels_at_the_end=True)

    @cached_property
    def narrow(self):
        return _draw(self, "-etroit", width=340, height=250, labels_at_the_end=False)

    @property
    def drawings(self):
        return [self.wide, self.narrow]

    @cached_property
    def provisional_months(self):
        """Their indexes, of any series."""
        return sorted(set().union(*(one.provisional for one in self.series)))

    @cached_property
    def missing_months(self):
        """Indexes of months of which a series has no value; a mean has none at first, which is no gap."""
        return sorted({i for one in self.series if one.kind != "mean" for i, v in enumerate(one.values) if v is None})

    @property
    def provisional_text(self):
        return _months_in_words([self.months[index] for index in self.provisional_months])

    @property
    def is_empty(self):
        return not any(value is not None for one in self.series for value in one.values)


def _months_in_words(months):
    """'février 2023 et mars 2023'; from four months on, how many."""
    if len(months) > 3:
        return f"{len(months)} mois"
    texts = [in_french(month) for month in months]
    return " et ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def _draw(chart, suffix, width, height, labels_at_the_end):
    values = [value for one in chart.series for value in one.values if value is not None]
    in_words = chart.unit not in ("", "%")
    with_key = [] if labels_at_the_end else chart.series
    styles = _styles(chart.series)
    top = (32 if in_words else 10) + (20 * len(with_key) + 6 if with_key else 0)
    bottom = height - (44 if len(chart.months) <= BY_MONTH else 26)
    scale = scale_for(values, bottom, top, about=5 if labels_at_the_end else 4)
    texts = tick_texts(scale.ticks, chart.unit)
    left = max(width_of(text, TEXT) for text in texts) + 8
    labels = [lines_of(one.label, 140, TEXT) for one in chart.series] if labels_at_the_end else []
    right = width - (max((width_of(line, TEXT) for lines in labels for line in lines), default=0) + 22 if labels else 8)
    slot = (right - left) / max(len(chart.months), 1)
    xs = [left + slot * (index + 0.5) for index in range(len(chart.months))]
    curves = [(style, one, _runs(one.values, xs, scale)) for style, one in zip(styles, chart.series, strict=True)]
    return Drawing(
        suffix=suffix,
        width=width,
        height=height,
        left=plain(left),
        right=plain(right),
        top=plain(top),
        bottom=plain(bottom),
        plot_height=plain(bottom - top),
        tick_x=plain(left - 6),
        unit_y=plain(top - 20) if in_words else "",
        y_ticks=[Tick(plain(scale.at(tick)), text) for tick, text in zip(scale.ticks, texts, strict=True)],
        **_time_axis(chart.months, left, slot),
        curves=_labelled(curves, slot, labels, right, top, bottom),
        key=[
            _key(style, one.label, 8 + 20 * row) for row, (style, one) in enumerate(zip(styles, with_key, strict=False))
        ],
        bands=[(plain(left + slot * index), plain(slot)) for index in chart.provisional_months],
        gaps=[plain(xs[index]) for index in chart.missing_months],
    )


def _styles(series):
    """'main', 'mean', and 'other-1' … in the order of the series."""
    others = iter(range(1, OTHERS + 1))
    return [f"other-{next(others)}" if one.kind == "other" else one.kind for one in series]


def _runs(values, xs, scale):
    """The points of a curve, in runs without a gap: [[(index, x, y), ...], ...]."""
    runs: list[list[tuple[int, float, float]]] = [[]]
    for index, (x, value) in enumerate(zip(xs, values, strict=True)):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, x, scale.at(value)))
    return [run for run in runs if run]


def _labelled(curves, slot, labels, right, top, bottom):
    """The curves with the label of each at its end, moved apart where they would overlap."""
    ends = {number: runs[-1][-1][1:] for number, (_, _, runs) in enumerate(curves) if runs and labels}
    order = sorted(ends, key=lambda number: ends[number][1])
    tops = spread([ends[n][1] for n in order], [len(labels[n]) * 16 + 4 for n in order], top - 8, bottom + 8)
    label_tops = dict(zip(order, tops, strict=True))
    made = []
    for number, (style, one, runs) in enumerate(curves):
        lines, leader = [], ""
        if number in label_tops:
            lines = [(text, plain(label_tops[number] + 14 + 16 * row)) for row, text in enumerate(labels[number])]
            middle = label_tops[number] + (len(lines) * 16 + 4) / 2
            x, y = ends[number]
            leader = f"M{plain(x + 6)} {plain(y)}L{plain(right + 14)} {plain(middle)}"
        points, rings = _marks(style, one, runs, slot)
        made.append(Curve(style, _path(runs), points, rings, lines, plain(right + 18), leader))
    return made


def _path(runs):
    return "".join(
        "".join(f"{'L' if place else 'M'}{plain(x)} {plain(y)}" for place, (_, x, y) in enumerate(run)) for run in runs
    )


def _marks(style, one, runs, slot):
    """Two paths: markers, and those of provisional months. A month alone between two gaps always has one.

    A mean has no other; the main series has one a month where there is room, the others one from time to time, which
    with their dashes is enough to tell them apart.
    """
    every = {"main": 1 if slot >= 6 else 0, "mean": 0}.get(style, max(1, round(36 / slot)))
    points, rings = [], []
    for run in runs:
        for index, x, y in run:
            if index in one.provisional and style != "mean":
                rings.append(_mark(style, x, y))
            elif len(run) == 1 or (every and index % every == 0):
                points.append(_mark(style, x, y))
    return "".join(points), "".join(rings)


def _mark(style, x, y):
    """The marker of a style, around a point: a disc, or another shape for each series that is compared."""
    shapes = {
        "other-2": (-3.5, "h7v7h-7z", -3.5),
        "other-3": (0, "l4.5 8h-9z", -5),
        "other-4": (0, "l5 5l-5 5l-5 -5z", -5),
        "other-1": (-4, "a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", 0),
    }
    dx, shape, dy = shapes.get(style, (-2.5, "a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0z", 0))
    return f"M{plain(x + dx)} {plain(y + dy)}{shape}"


def _key(style, label, y):
    return Key(style, label, plain(y), "" if style == "mean" else _mark(style, 17, y))


def _time_axis(months, left, slot):
    """Years under the axis, each in the middle of its months; up to 14 months, their names and then the years."""
    separators: list[str] = []
    x_ticks: list[Tick] = []
    if len(months) <= BY_MONTH:
        every = 1 if slot >= 36 else 2 if slot >= 18 else 3
        year = None
        for index, month in list(enumerate(months))[::every]:
            below, year = (str(month.year) if month.year != year else ""), month.year
            x_ticks.append(Tick(plain(left + slot * (index + 0.5)), SHORT_NAMES[month.month - 1], below=below))
        return {"x_ticks": x_ticks, "separators": separators}
    years = sorted({month.year for month in months})
    for year in years:
        of_year = [index for index, month in enumerate(months) if month.year == year]
        start, end = left + slot * of_year[0], left + slot * (of_year[-1] + 1)
        if year != years[0]:
            separators.append(plain(start))
        if end - start >= 30:
            x_ticks.append(Tick(plain((start + end) / 2), str(year)))
        elif year == years[-1] and end - start >= 16:
            x_ticks.append(Tick(plain(end + 6), str(year), "end"))
    return {"x_ticks": x_ticks, "separators": separators}
