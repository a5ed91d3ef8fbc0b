"""Minutes by the operator's routing service: the nearest by road is not always the nearest as the crow flies.

The model's answer is there first and stays for each commune of which the service says nothing.
"""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from django.contrib.gis.geos import Point
from django.db import connection, transaction

from franceservices.territories import routing
from stats.coverage.nearest import INHABITED, MAKE_TABLE, nearest_in_table

CANDIDATES = 3
PLACES = f"""
SELECT insee, ST_X(commune.location::geometry), ST_Y(commune.location::geometry),
    site_id, distance_m, ST_X(nearest.location::geometry), ST_Y(nearest.location::geometry)
FROM territories_commune AS commune
CROSS JOIN LATERAL ({nearest_in_table("commune.location", CANDIDATES)}) AS nearest
WHERE {INHABITED}
"""  # noqa: S608 - nothing typed by anyone
# A site that closed while the service was asked is left to the model.
UPDATE = """
UPDATE stats_communeaccess AS access
SET site_id = told.site_id, distance_m = told.distance_m, duration_min = told.minutes, method = 'service'
FROM unnest(%s::text[], %s::int[], %s::int[], %s::float[]) AS told (insee, site_id, distance_m, minutes)
JOIN sites_site AS site ON site.id = told.site_id AND site.status = 'active'
WHERE access.commune_id = told.insee
"""


def ask_for_all(today):
    """Ask the service about the nearest places of every commune: (insee, site, metres, minutes) where it answered.

    It takes minutes: to be called outside of a transaction, which would be cut off as idle.
    """
    with ThreadPoolExecutor(routing.SIMULTANEOUS_CALLS, "coverage") as threads:  # more would be refused
        return [one for one in threads.map(_quickest, _candidates(today).items()) if one]


def write(cursor, told):
    """Put what the service said over what the model said. How many communes it was."""
    if not told:
        return 0
    cursor.execute(UPDATE, [list(column) for column in zip(*told, strict=True)])
    return cursor.rowcount


def _candidates(today):
    """{(insee, longitude, latitude): [(site, metres, point), ...]}, closest first."""
    communes = defaultdict(list)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in MAKE_TABLE:
            cursor.execute(statement, {"today": today})
        cursor.execute(PLACES)
        for insee, longitude, latitude, site, distance_m, x, y in cursor.fetchall():
            communes[insee, longitude, latitude].append((site, distance_m, Point(x, y, srid=4326)))
        cursor.execute("DROP TABLE coverage_places")
    return communes


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
