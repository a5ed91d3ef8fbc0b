"""All sites in one small file for the maps.

Columns rather than objects, and differences rather than coordinates, since it is read on phones.
"""

import json

from django.core.cache import cache
from django.db.models import Count, Max

from sites.models import Site

DEGREE = 10_000  # coordinates are whole ten-thousandths of a degree: 11 m


def version(request=None):
    """An ETag that changes when the data does."""
    state = Site.objects.open_to_public().aggregate(Max("updated_at"), Count("pk"), Max("pk"))
    return '"{updated_at__max:%Y%m%d%H%M%S%f}-{pk__count}-{pk__max}"'.format(**state) if state["pk__count"] else '"0"'


def sites_json():
    """{"ids": […], "lats": […], "lons": […], "formats": "fbm…"}: one entry a site, in the same order.

    `lats` and `lons` are the first value then differences, in ten-thousandths of a degree; `formats` holds the
    initial of each site's format, `a` for an antenne.
    """
    key = f"map-sites-{version()}"
    found = cache.get(key)
    if found is None:
        found = _build()
        cache.set(key, found, timeout=24 * 3600)
    return found


def _build():
    sites = Site.objects.open_to_public().order_by("commune", "pk").only("external_id", "location", "format", "kind")
    rows = [(s.external_id, round(s.location.y * DEGREE), round(s.location.x * DEGREE), _letter(s)) for s in sites]
    ids, lats, lons, letters = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = {"ids": ids, "lats": _differences(lats), "lons": _differences(lons), "formats": "".join(letters)}
    return json.dumps(columns, separators=(",", ":"))


def _letter(site):
    return "a" if site.kind == Site.Kind.ANTENNE else site.format[0]


def _differences(values):
    return [value - before for before, value in zip((0, *values), values, strict=False)]
