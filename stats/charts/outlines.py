"""The outlines of the départements, on which maps are drawn, and where a place is on them."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stats.charts import projection
from stats.charts.scale import plain

NAME_HEIGHT = 26  # in a frame
OUTLINES = Path(__file__).with_name("outlines.json")


@cache
def outlines():
    """What bin/chart_outlines.py wrote: size, fit, insets, zoom, and each département: région, box, area, path…"""
    return json.loads(OUTLINES.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Inset:
    name: str
    x: int
    y: int
    width: int
    height: int

    @property
    def name_x(self):
        return self.x + 4

    @property
    def name_y(self):
        return self.y + 20


def frames(with_zoom=False):
    """The frames of the overseas départements, and that of Paris, drawn larger."""
    drawn = [*outlines()["insets"].values(), *([outlines()["zoom"]] if with_zoom else [])]
    return [Inset(inset["name"], *inset["frame"]) for inset in drawn]


def codes_in(region=""):
    """The départements drawn in a région, or in France."""
    return [code for code, outline in outlines()["departements"].items() if region in ("", outline["region"])]


def box_of(codes):
    """Left, top, right and bottom of several départements."""
    boxes = [outlines()["departements"][code]["box"] for code in codes]
    return [pick(box[side] for box in boxes) for side, pick in enumerate((min, min, max, max))]


def view_box_of(codes=()):
    """The part of the drawing where some départements are, with a margin; all of it for none."""
    if not codes:
        return "0 0 {} {}".format(*outlines()["size"])
    left, top, right, bottom = box_of(codes)
    margin = max(right - left, bottom - top) * 0.02
    sides = left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin
    return " ".join(plain(side) for side in sides)


def place(departement, longitude, latitude):
    """Where a point of a département (degrees) is on the drawing."""
    inset = outlines()["insets"].get(departement)
    if inset:
        return projection.fitted(projection.flat_at(inset["latitude"])(longitude, latitude), inset["fit"])
    return projection.fitted(projection.conic(longitude, latitude), outlines()["fit"])
