"""Minutes by the operator's routing service: the nearest by road is not always the nearest as the crow flies.

The model's answer is there first and stays for each commune of which the service says nothing.
"""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from django.contrib.gis.geos import Point

from franceservices.territories import routing
from stats.coverage.nearest import INHABITED, nearest_in_table

CANDIDATES = 3
PLACES = f"""
SELECT insee, ST_X(commune.location::geometry), ST_Y(commune.location::geometry),
    site_id, distance_m, ST_X(nearest.location::geometry), ST_Y(nearest.location::geometry)
FROM territories_commune AS commune
CROSS JOIN LATERAL ({nearest_in_table("commune.location", CANDIDATES)}) AS nearest
WHERE {INHABITED}
"""  # noqa: S608 - nothing typed by anyone
UPDATE = """
UPDATE stats_communeaccess AS access
SET site_id = told.site_id, distance_m = told.distance_m, duration_min = told.minutes, method = 'service'
FROM unnest(%s::text[], %s::int[], %s::int[], %s::float[]) AS told (insee, site_id, distance_m, minutes)
WHERE access.commune_id = told.insee
"""


def ask_for_all(cursor):
    """Ask the service about the nearest places of every commune, and write what it says. How many it answered."""
    cursor.execute(PLACES)
    communes = defaultdict(list)
    for insee, longitude, latitude, site, distance_m, *place in cursor.fetchall():
        communes[insee, longitude, latitude].append((site, distance_m, Point(*place, srid=4326)))
    with ThreadPoolExecutor(routing.SIMULTANEOUS_CALLS, "coverage") as threads:  # more would be refused
        found = [one for one in threads.map(_quickest, communes.items()) if one]
    if found:
        cursor.execute(UPDATE, [list(column) for column in zip(*found, strict=True)])
    return len(found)


def _quickest(item):
    """(insee, site, metres, minutes) of the place that is the quickest to reach; None when the service tells none."""
    (insee, longitude, latitude), candidates = item
    drives = routing.drive_times(Point(longitude, latitude, srid=4326), [point for *_, point in candidates])
    told = [
        (drive.minutes, distance_m, site)
        for drive, (site, distance_m, _) in zip(drives, candidates, strict=True)
        if drive and drive.method == "service"
    ]
    if not told:
        return None
    minutes, distance_m, site = min(told)
    return insee, site, distance_m, minutes
