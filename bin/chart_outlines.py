"""Write stats/charts/outlines.json: the départements as SVG paths, on one plane, for the maps drawn by templates.

    python3 bin/chart_outlines.py

Reads static/cartes/departements.json (Natural Earth, public domain) and fixtures/departements.csv. Standard library
only; the same sources give the same bytes. Metropolitan France is in the conic projection of
stats/charts/projection.py; each overseas département has its own frame, at its own scale, in the sea on the left.
"""

import csv
import json
import sys
from itertools import pairwise
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from stats.charts import projection  # noqa: E402  (the project is not installed)

SIZE = (600, 560)  # of the drawing
MAINLAND = (50, 4, 597, 556)  # where metropolitan France goes: left, top, right, bottom
INSETS = {  # left, top, width, height; the name is written on top of each frame
    "971": (1, 1, 134, 84),
    "972": (1, 227, 134, 80),
    "973": (1, 311, 134, 80),
    "974": (1, 395, 134, 80),
    "976": (1, 479, 134, 80),
}
NAME_HEIGHT = 26
ZOOM = {"name": "Paris", "frame": (467, 1, 132, 98), "codes": ("75", "92", "93", "94")}  # too small to be seen
MARGIN = 6
SMALLEST = 0.6  # islets smaller than this, in square units, are dropped, unless they are all there is


def fit_of(shapes, left, top, right, bottom):
    """The scale and the two moves that bring several shapes, together, to the middle of a rectangle."""
    points = [point for shape in shapes.values() for ring in shape for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    scale = min((right - left) / (max(xs) - min(xs)), (bottom - top) / (max(ys) - min(ys)))
    dx = (left + right) / 2 - scale * (min(xs) + max(xs)) / 2
    dy = (top + bottom) / 2 - scale * (min(ys) + max(ys)) / 2
    return scale, dx, dy


def fitted(shapes, fit):
    """Polygons brought where a fit says, to a tenth."""
    return {
        code: [[tuple(round(one, 1) for one in projection.fitted(point, fit)) for point in ring] for ring in shape]
        for code, shape in shapes.items()
    }


def area(ring):
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x * b - a * y for (x, y), (a, b) in pairs)) / 2


def centre(ring):
    """The centre of gravity of a ring."""
    pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))
    crosses = [x * b - a * y for (x, y), (a, b) in pairs]
    total = 3 * sum(crosses)
    return [
        round(sum((p[axis] + q[axis]) * cross for (p, q), cross in zip(pairs, crosses, strict=True)) / total, 1)
        for axis in (0, 1)
    ]


def number(value):
    """A tenth as short as it can be: '.5', '-3', '12.1'."""
    text = f"{value / 10:.1f}".removesuffix(".0")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def pair(x, y):
    """Two numbers, the second apart from the first by its sign where it has one."""
    second = number(y)
    return number(x) + (second if second.startswith("-") else f" {second}")


def path(rings):
    """Rings as relative moves: from tenths, so that rounding never adds up and neighbours stay joined."""
    written = []
    for ring in rings:
        tenths = [(round(x * 10), round(y * 10)) for x, y in ring]
        tenths = [point for place, point in enumerate(tenths) if place == 0 or point != tenths[place - 1]]
        if tenths[-1] == tenths[0]:
            tenths.pop()
        moves = [pair(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(tenths)]
        joined = "".join(move if move.startswith("-") or not place else f" {move}" for place, move in enumerate(moves))
        written.append(f"M{pair(*tenths[0])}l{joined}z")
    return "".join(written)


def build():
    drawn = json.loads((PROJECT / "static/cartes/departements.json").read_text(encoding="utf-8"))
    with (PROJECT / "fixtures/departements.csv").open(encoding="utf-8", newline="") as lines:
        rows = {row["code"]: row for row in csv.DictReader(lines)}
    degrees = {one["properties"]["code"]: one["geometry"]["coordinates"] for one in drawn["features"]}

    def flat(code, to_plane):
        return [[to_plane(*point) for point in ring] for polygon in degrees[code] for ring in polygon]

    mainland = {code: flat(code, projection.conic) for code in degrees if code not in INSETS}
    fit = fit_of(mainland, *MAINLAND)
    shapes = fitted(mainland, fit)
    insets = {}
    for code, (left, top, width, height) in INSETS.items():
        latitudes = [point[1] for polygon in degrees[code] for ring in polygon for point in ring]
        middle = (min(latitudes) + max(latitudes)) / 2
        island = {code: flat(code, projection.flat_at(middle))}
        frame = left + MARGIN, top + NAME_HEIGHT, left + width - MARGIN, top + height - MARGIN
        its_fit = fit_of(island, *frame)
        shapes |= fitted(island, its_fit)
        insets[code] = {
            "name": rows[code]["nom"],
            "frame": INSETS[code],
            "latitude": round(middle, 4),
            "fit": [round(one, 4) for one in its_fit],
        }

    outlines = {}
    for code in sorted(shapes):
        rings = [ring for ring in shapes[code] if area(ring) >= SMALLEST] or [max(shapes[code], key=area)]
        xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
        outlines[code] = {
            "region": rows[code]["region"],
            "box": [min(xs), min(ys), max(xs), max(ys)],
            "area": round(max(map(area, rings)), 1),
            "centre": centre(max(rings, key=area)),
            "path": path(rings),
        }
    return {
        "size": SIZE,
        "fit": [round(one, 4) for one in fit],
        "insets": insets,
        "zoom": ZOOM,
        "departements": outlines,
    }


if __name__ == "__main__":
    target = PROJECT / "stats/charts/outlines.json"
    text = json.dumps(build(), ensure_ascii=False, separators=(",", ":")).replace('},"', '},\n"')
    target.write_text(text + "\n", encoding="utf-8")
    print(f"{target.relative_to(PROJECT)} : {target.stat().st_size // 1000} ko")
