"""Départements in five tones: a rate on the map of France, or of a région. Never raw counts, which only show people."""

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, pairwise
from operator import attrgetter

from stats.charts.outlines import NAME_HEIGHT, box_of, codes_in, frames, outlines, view_box_of
from stats.charts.scale import NBSP, in_french, plain

CLASSES = 5
ROUND = (5, 2, 1)
_tone_of = attrgetter("tone")


@dataclass(frozen=True)
class Shape:
    code: str
    path: str
    tone: str  # 1 (lightest) to 5 (darkest), '' without a value
    text: str
    url: str


@dataclass(frozen=True)
class Number:
    """The number of a département, written on it."""

    code: str
    x: str
    y: str
    on_dark: bool


@dataclass(frozen=True)
class LegendClass:
    tone: str
    text: str
    count: int


@dataclass(frozen=True)
class Choropleth:
    """`values`: {code of a département: number, or None where hidden or missing}; `texts`: what each shape says;
    `focus`: the code of a région, '' for France; `urls`: {code: address}."""

    id: str
    title: str
    description: str
    values: dict
    texts: dict
    unit: str = ""
    focus: str = ""
    urls: dict = field(default_factory=dict)

    def __post_init__(self):
        if not self.codes:
            raise ValueError(f"no département is drawn in région {self.focus}")

    @cached_property
    def codes(self):
        return codes_in(self.focus)

    @cached_property
    def limits(self):
        return round_limits([self.values[code] for code in self.codes if self.values.get(code) is not None])

    @cached_property
    def shapes(self):
        drawn = outlines()["departements"]
        return [
            Shape(code, drawn[code]["path"], self._tone(code), self.texts.get(code, ""), self.urls.get(code, ""))
            for code in self.codes
        ]

    @cached_property
    def insets(self):
        """The frames of the overseas départements and of Paris, on the map of France."""
        return [] if self.focus else frames(with_zoom=True)

    @property
    def tones(self):
        """[(tone, its shapes), …], those without a value first."""
        return _by_tone(self.shapes)

    @property
    def zoomed(self):
        """The shapes drawn again, larger, in the frame of Paris: as `tones`."""
        again = outlines()["zoom"]["codes"]
        return [] if self.focus else _by_tone(shape for shape in self.shapes if shape.code in again)

    @cached_property
    def zoom_transform(self):
        zoom = outlines()["zoom"]
        left, top, right, bottom = box_of(zoom["codes"])
        x, y, width, height = zoom["frame"]
        scale = min((width - 12) / (right - left), (height - NAME_HEIGHT - 6) / (bottom - top))
        dx = x + width / 2 - scale * (left + right) / 2
        dy = y + (NAME_HEIGHT + height) / 2 - scale * (top + bottom) / 2
        return f"translate({plain(dx)} {plain(dy)}) scale({scale:.2f})"

    @cached_property
    def numbers(self):
        """On the map of a région, the number of each département that is large enough for it."""
        drawn = outlines()["departements"]
        numbers = []
        for code in self.codes if self.focus else []:
            if drawn[code]["area"] > 9 * float(self.number_size) ** 2:
                x, y = drawn[code]["centre"]
                numbers.append(Number(code, plain(x), plain(y), self._tone(code) in ("4", "5")))
        return numbers

    @cached_property
    def number_size(self):
        """In units of the map: about 11 px on a phone, 20 px on a desk."""
        return plain(float(self.view_box.split()[2]) / 27)

    @cached_property
    def view_box(self):
        return view_box_of(self.codes if self.focus else ())

    @cached_property
    def hatch(self):
        """The size of a hatch, in units of the map: the same on screen for France and for a région."""
        return plain(float(self.view_box.split()[2]) / 75)

    @cached_property
    def legend(self):
        """The classes from light to dark, each with its limits in French and how many départements it has."""
        tones = [self._tone(code) for code in self.codes]
        values = [self.values[code] for code in self.codes if self.values.get(code) is not None]
        if not values:
            return []
        unit = f"{NBSP}%" if self.unit == "%" else ""
        decimals = next((n for n in range(6) if all(round(x, n) == round(x, 9) for x in self.limits)), 6)
        limits = [in_french(limit, decimals) + unit for limit in self.limits]
        if not limits:
            texts = ["une seule valeur" if len(set(values)) == 1 and len(values) > 1 else "valeur connue"]
        else:
            between = [f"de {low} à moins de {high}" for low, high in pairwise(limits)]
            texts = [f"moins de {limits[0]}", *between, f"{limits[-1]} et plus"]
        return [LegendClass(tone, text, tones.count(tone)) for tone, text in zip(self._tones, texts, strict=True)]

    @cached_property
    def without_value(self):
        """How many départements are hatched."""
        return sum(self.values.get(code) is None for code in self.codes)

    @property
    def has_links(self):
        return any(self.urls.get(code) for code in self.codes)

    @cached_property
    def _tones(self):
        """The tones in use, spread from light to dark when classes are fewer than five."""
        count = len(self.limits) + 1
        return {1: "3", 2: "24", 3: "135", 4: "1245", 5: "12345"}[count]

    def _tone(self, code):
        value = self.values.get(code)
        return "" if value is None else self._tones[bisect_right(self.limits, value)]


def _by_tone(shapes):
    ordered = sorted(shapes, key=_tone_of)
    return [(tone, list(alike)) for tone, alike in groupby(ordered, key=_tone_of)]


def round_limits(values):
    """At most four limits between five classes of about as many values each, as round as that allows.

    A value on a limit is in the class above it. No class is empty; fewer classes where values are few or alike.
    """
    ordered = sorted(float(value) for value in values)
    if not ordered or ordered[0] == ordered[-1]:
        return []
    classes = min(CLASSES, len(set(ordered)))
    cuts = [ordered[math.ceil(len(ordered) * rank / classes)] for rank in range(1, classes)]
    fewest = max(1, 7 * len(ordered) // (10 * classes))
    for step in _steps(ordered[-1] - ordered[0]):
        limits = sorted({round(math.floor(cut / step + 0.5) * step, 9) for cut in cuts})
        if len(limits) == classes - 1 and min(_counts(ordered, limits)) >= fewest:
            return limits
    # Many equal values: the quantiles themselves, without the classes that they would leave empty.
    return [cut for cut in sorted(set(cuts)) if cut > ordered[0]]


def _steps(extent):
    """Round steps, from the extent of the values down to a hundred-thousandth of it."""
    size = 10 ** math.floor(math.log10(extent))
    for power in range(6):
        for step in ROUND:
            yield step * size / 10**power


def _counts(ordered, limits):
    counts = [0] * (len(limits) + 1)
    for value in ordered:
        counts[bisect_right(limits, value)] += 1
    return counts
