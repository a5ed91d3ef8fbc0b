"""All sites in one small file for the maps, and which of them pass the filters.

Columns rather than objects, and differences rather than coordinates, since it is read on phones. The address of the
file holds a fingerprint of what it says: browsers keep it for ever, and other data have another address.
"""

import base64
import gzip
import hashlib
import json
from collections import defaultdict
from typing import NamedTuple

import brotli

from sites.freshness import kept_until_a_site_changes
from sites.models import Site
from sites.zones import Zone

DEGREE = 10_000  # coordinates are whole ten-thousandths of a degree: 11 m


class Held(NamedTuple):
    """How many sites a département has, and the `Zone` that they are in."""

    sites: int
    zone: Zone


class MapFile(NamedTuple):
    """The file, compressed once for all visitors, and what the server itself needs to know of its sites.

    That is their external ids in order, and {département: `Held`}.
    """

    version: str
    ids: tuple[str, ...]
    departements: dict[str, Held]
    gzipped: bytes
    brotlied: bytes

    @property
    def plain(self):
        return gzip.decompress(self.gzipped)


def current():
    """The `MapFile` of the sites in service. One query, and another when something has changed."""
    return kept_until_a_site_changes("map-file", _build)


def shown(wanted, file):
    """Which sites of a `MapFile` pass the `Filters`, and how many: (base64 of a bit for each, first first), total."""
    passing = set(wanted.sites(Site.objects.open_to_public()).order_by().values_list("external_id", flat=True))
    bits = "".join("1" if external_id in passing else "0" for external_id in file.ids)
    size = (len(bits) + 7) // 8
    packed = int(bits.ljust(size * 8, "0") or "0", 2).to_bytes(size, "big")
    return base64.b64encode(packed).decode(), bits.count("1")


def _build():
    """{"ids": […], "lats": […], "lons": […], "kinds": "fab…", "names": […]}: one entry a site, in the same order.

    `lats` and `lons` are the first value then differences, in ten-thousandths of a degree; `kinds` holds a letter
    each: `f` for a fixed site, `a` for an antenne, `b` for one that goes round.
    """
    sites = Site.objects.open_to_public().select_related("commune").order_by("commune", "pk")
    sites = list(sites.only("external_id", "location", "format", "kind", "name", "commune__departement"))
    columns = {
        "ids": [site.external_id for site in sites],
        "lats": _differences([round(site.location.y * DEGREE) for site in sites]),
        "lons": _differences([round(site.location.x * DEGREE) for site in sites]),
        "kinds": "".join(_letter(site) for site in sites),
        "names": [site.name for site in sites],
    }
    text = json.dumps(columns, separators=(",", ":"), ensure_ascii=False).encode()
    return MapFile(
        version=hashlib.sha256(text).hexdigest()[:16],
        ids=tuple(columns["ids"]),
        departements=_by_departement(sites),
        gzipped=gzip.compress(text, mtime=0),
        brotlied=brotli.compress(text, mode=brotli.MODE_TEXT),
    )


def _by_departement(sites):
    points = defaultdict(list)
    for site in sites:
        points[site.commune.departement_id].append((site.location.y, site.location.x))
    return {code: Held(len(found), Zone.around(found)) for code, found in points.items()}


def _letter(site):
    if site.is_itinerant:
        return "b"
    return "a" if site.kind == Site.Kind.ANTENNE else "f"


def _differences(values):
    return [value - before for before, value in zip((0, *values), values, strict=False)]
