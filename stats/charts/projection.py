"""From degrees to the plane of the maps, for outlines (bin/chart_outlines.py) and for the places on them."""

import math

PARALLELS = math.radians(44), math.radians(49)  # as Lambert 93 has
MERIDIAN = math.radians(3)


def conic(longitude, latitude):
    """Lambert's conformal conic on a sphere; y goes down."""
    first, second = PARALLELS
    steep = [math.tan(math.pi / 4 + angle / 2) for angle in (first, second, math.radians(latitude))]
    n = math.log(math.cos(first) / math.cos(second)) / math.log(steep[1] / steep[0])
    rho = math.cos(first) * (steep[0] / steep[2]) ** n / n
    theta = n * (math.radians(longitude) - MERIDIAN)
    return rho * math.sin(theta), rho * math.cos(theta)


def flat_at(middle):
    """Degrees made square at a latitude: enough for an island."""
    return lambda longitude, latitude: (longitude * math.cos(math.radians(middle)), -latitude)


def fitted(point, fit):
    """A point of the plane in the units of the drawing. `fit`: scale, then what is added to x and to y."""
    (x, y), (scale, dx, dy) = point, fit
    return x * scale + dx, y * scale + dy
