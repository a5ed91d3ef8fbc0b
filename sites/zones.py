"""A part of the map, as an address says it: `zone=south,west,north,east`, in degrees. No query here."""

import re
from typing import NamedTuple

from django.contrib.gis.geos import Point

DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?")  # neither NaN, nor infinity, nor 1e308


class UnreadableZone(ValueError):
    """It is not four numbers that are south, west, north and east of each other: the link is damaged."""


class Zone(NamedTuple):
    """A box of degrees (WGS 84): a single point, at the least."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def read(cls, text):
        """'44.1,2.0,44.6,3.1' as a `Zone`. Raises `UnreadableZone`."""
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != 4 or not all(DEGREES.fullmatch(part) for part in parts):
            raise UnreadableZone(text[:80])
        zone = cls(*map(float, parts))
        if not (-90 <= zone.south < zone.north <= 90 and -180 <= zone.west < zone.east <= 180):
            raise UnreadableZone(text[:80])
        return zone

    @classmethod
    def around(cls, points):
        """The `Zone` that holds these (latitude, longitude), of which there is at least one."""
        latitudes, longitudes = zip(*points, strict=True)
        return cls(min(latitudes), min(longitudes), max(latitudes), max(longitudes))

    def __or__(self, other):
        """The `Zone` that holds both."""
        return Zone.around([self[:2], self[2:], other[:2], other[2:]])

    def __str__(self):
        return ",".join(f"{degrees:.4f}".rstrip("0").rstrip(".") for degrees in self)

    @property
    def centre(self):
        return Point((self.west + self.east) / 2, (self.south + self.north) / 2, srid=4326)
