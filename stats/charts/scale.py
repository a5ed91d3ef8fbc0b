"""What every chart needs: round ticks, numbers as the French write them, text cut into lines. Pure."""

import math
from dataclasses import dataclass

NBSP = "\xa0"
STEPS = (1, 2, 2.5, 5, 10)
CHARACTER = 0.54  # width of a character of Marianne, as a share of its size: a mean, a little on the wide side


@dataclass(frozen=True)
class Scale:
    """From 0 to `top`, by `step`, drawn from `start` to `end` (the same unit as coordinates; may go up or down)."""

    top: float
    step: float
    start: float
    end: float

    def at(self, value):
        return self.start + (self.end - self.start) * float(value) / self.top

    @property
    def ticks(self):
        return [self.step * number for number in range(round(self.top / self.step) + 1)]


def scale_for(values, start, end, about=5):
    """A `Scale` that starts at zero and covers `values`, in about `about` round steps; 0 to 1 when all are zero."""
    highest = float(max(values, default=0))
    if highest <= 0:
        return Scale(1, 1, start, end)
    rough = highest / about
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * step for step in STEPS if size * step >= rough * (1 - 1e-9))
    # A count has no half: 0, 1, 2 rather than 0, 0.5, 1.
    if all(value == int(value) for value in values):
        step = max(1, math.ceil(step))
    return Scale(step * math.ceil(highest / step - 1e-9), step, start, end)


def in_french(number, decimals=0):
    """'1 982 080', '12,5', '-3': no-break spaces, a comma, no useless zero."""
    text = f"{number:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", NBSP).replace(".", ",")


def tick_texts(ticks, unit=""):
    """The ticks of an axis in French, all in one unit: '0', '500 000', or '0', '1,2 M' from two million on."""
    highest = max(ticks)
    divisor, sign = (1_000_000, f"{NBSP}M") if highest >= 2_000_000 else (1, "")
    decimals = 0
    while decimals < 6 and any(abs(round(t / divisor, decimals) - t / divisor) > 1e-9 for t in ticks):
        decimals += 1
    percent = f"{NBSP}%" if unit == "%" else ""
    return [(in_french(t / divisor, decimals) + (sign if t else "")) + percent for t in ticks]


def plain(number):
    """A coordinate as SVG writes it: one decimal at most."""
    text = f"{number:.1f}"
    return text[:-2] if text.endswith(".0") else text


def width_of(text, size):
    """About how wide a text is, in the unit of its `size`."""
    return len(text) * size * CHARACTER


def lines_of(text, width, size):
    """A text cut between words into as few lines of at most `width` as can be, of about the same length.

    A word that is too long stays whole.
    """
    lines = _filled(text, width, size)
    narrower = (_filled(text, width * share, size) for share in (0.55, 0.65, 0.75, 0.85) if len(lines) > 1)
    return next((one for one in narrower if len(one) == len(lines)), lines)


def _filled(text, width, size):
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width_of(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def spread(wanted, heights, top, bottom):
    """Tops for blocks of `heights`, in their order, as near as can be to the centres they `wanted`, without overlap.

    Blocks that cannot all fit between `top` and `bottom` go past `bottom`.
    """
    tops: list[tuple[float, float]] = []
    for centre, height in zip(wanted, heights, strict=True):
        earliest = tops[-1][0] + tops[-1][1] if tops else top
        tops.append((max(earliest, centre - height / 2), height))
    limit = max(bottom, top + sum(heights))
    placed = []
    for start, height in reversed(tops):
        start = min(start, limit - height)
        limit = start
        placed.append(start)
    return placed[::-1]
