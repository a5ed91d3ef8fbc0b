"""Outlines of the départements, small enough to be drawn when map tiles don't load. Standard library only."""

import itertools
import json

# The source draws the overseas départements beside Spain: each is sent back to its true place.
# Code -> (west, south, east, north), degrees.
TRUE_BOXES = {
    "971": (-61.81, 15.83, -61.00, 16.52),
    "972": (-61.23, 14.39, -60.81, 14.88),
    "973": (-54.60, 2.11, -51.62, 5.78),
    "974": (55.22, -21.39, 55.84, -20.87),
    "976": (45.02, -13.01, 45.30, -12.64),
}
ISO_OVERSEAS = {"FR-GP": "971", "FR-MQ": "972", "FR-GF": "973", "FR-RE": "974", "FR-YT": "976"}
TOLERANCE = 0.02  # degrees, about 2 km
DECIMALS = 2


def departement_code(iso):
    """'FR-2A' -> '2A', 'FR-GP' -> '971', 'FR-75' -> '75'."""
    iso = iso.strip()
    return ISO_OVERSEAS.get(iso, iso.removeprefix("FR-"))


def polygons_of(geometry):
    coordinates = geometry["coordinates"]
    return coordinates if geometry["type"] == "MultiPolygon" else [coordinates]


def moved(polygons, box):
    """The polygons stretched from their own bounding box to `box`."""
    points = [point for polygon in polygons for ring in polygon for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)

    def move(point):
        return (
            box[0] + (point[0] - west) / (east - west) * (box[2] - box[0]),
            box[1] + (point[1] - south) / (north - south) * (box[3] - box[1]),
        )

    return [[[move(point) for point in ring] for ring in polygon] for polygon in polygons]


def distance_to_segment(point, start, end):
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length if length else 0
    along = min(1, max(0, along))
    return ((point[0] - start[0] - along * dx) ** 2 + (point[1] - start[1] - along * dy) ** 2) ** 0.5


def simplified(line):
    """Douglas-Peucker: the line without the points nearer than TOLERANCE to what is kept."""
    if len(line) < 3:
        return line
    distances = [distance_to_segment(point, line[0], line[-1]) for point in line[1:-1]]
    furthest = max(range(len(distances)), key=distances.__getitem__)
    if distances[furthest] <= TOLERANCE:
        return [line[0], line[-1]]
    return simplified(line[: furthest + 2])[:-1] + simplified(line[furthest + 1 :])


def junctions(rings):
    """The points where three outlines meet: kept, so that neighbours are cut alike and no gap shows."""
    neighbours: dict[tuple, set] = {}
    for ring in rings:
        for before, point, after in zip([ring[-2], *ring[:-2]], ring[:-1], ring[1:], strict=True):
            neighbours.setdefault(point, set()).update((before, after))
    return {point for point, around in neighbours.items() if len(around) > 2}


def simplified_ring(ring, kept):
    """A closed ring, simplified between the points of `kept` and always the same way round."""
    body = ring[:-1]
    first = next((i for i, point in enumerate(body) if point in kept), body.index(min(body)))
    body = body[first:] + body[:first]
    opposite = max(range(len(body)), key=lambda i: abs(body[i][0] - body[0][0]) + abs(body[i][1] - body[0][1]))
    closed = [*body, body[0]]
    inner = [i for i, point in enumerate(closed[1:-1], 1) if point in kept]
    cuts = sorted({0, *(inner or [opposite]), len(closed) - 1})
    result = [closed[0]]
    for start, end in itertools.pairwise(cuts):
        stretch = closed[start : end + 1]
        backwards = stretch[0] > stretch[-1]
        stretch = simplified(stretch[::-1] if backwards else stretch)
        result += (stretch[::-1] if backwards else stretch)[1:]
    return result


def rounded(ring):
    """The ring in units of 10**-DECIMALS degree, repeated points removed."""
    points = [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring]
    return [point for before, point in zip([None, *points], points, strict=False) if point != before]


def build(source, destination):
    """Read the package's GeoJSON of the départements, write the compact one."""
    with open(source, encoding="utf-8") as file:
        source_features = json.load(file)["features"]
    outlines = {}
    for feature in source_features:
        code = departement_code(feature["properties"]["ISO"])
        polygons = polygons_of(feature["geometry"])
        if code in TRUE_BOXES:
            polygons = moved(polygons, TRUE_BOXES[code])
        outlines[code] = [[[(round(x, 5), round(y, 5)) for x, y in ring] for ring in poly] for poly in polygons]
    kept = junctions([ring for polygons in outlines.values() for polygon in polygons for ring in polygon])
    features = []
    for code, polygons in sorted(outlines.items()):
        polygons = [[rounded(simplified_ring(ring, kept)) for ring in polygon] for polygon in polygons]
        polygons = [[ring for ring in polygon if len(ring) > 3] for polygon in polygons]
        geometry = {"type": "MultiPolygon", "coordinates": [polygon for polygon in polygons if polygon]}
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": geometry})
    with open(destination, "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": features}, file, separators=(",", ":"))
        file.write("\n")
    return len(outlines)
