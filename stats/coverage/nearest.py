"""Where people are met, and which of these places is nearest to a commune: the rule, in SQL.

A site in service is met at its address, a round at its stops that remain, and at its address only when none is left:
the rule of `SiteQuerySet.met_within`. `%(today)s` is a parameter of all that is here.
"""

from sites.querysets import NO_STOP_LEFT

IN_SERVICE = "site.status = 'active'"
STOP_REMAINS = "coalesce(stop.valid_until, 'infinity') >= %(today)s"
AT_ADDRESS = f"{IN_SERVICE} AND {NO_STOP_LEFT.format(site='site.id', today='%(today)s')}"
AT_STOP = f"{IN_SERVICE} AND {STOP_REMAINS}"

# Every place, as (site_id, location).
PLACES = f"""
SELECT site.id AS site_id, site.location FROM sites_site AS site WHERE {AT_ADDRESS}
UNION
SELECT stop.site_id, stop.location FROM sites_stop AS stop JOIN sites_site AS site ON site.id = stop.site_id
WHERE {AT_STOP}
"""  # noqa: S608 - nothing typed by anyone

# `drive.minutes_for`, for the column `distance_m`.
MINUTES = """
1 + 78.0 / 35 * LEAST(distance_m / 1000.0, 5) + 78.0 / 65 * GREATEST(LEAST(distance_m / 1000.0, 30) - 5, 0)
    + 78.0 / 90 * GREATEST(distance_m / 1000.0 - 30, 0)
"""

# Communes of today that have inhabitants and a known point.
INHABITED = "commune.replaced_by_id IS NULL AND commune.population > 0 AND commune.location IS NOT NULL"


# The places, in a table of the transaction with an index of its own: read once for all communes, it takes 2 s for
# France, whatever dead rows a list just imported left behind (12 s were seen). Its site is `site_id`.
MAKE_TABLE = (
    f"CREATE TEMPORARY TABLE coverage_places ON COMMIT DROP AS {PLACES}",
    "CREATE INDEX ON coverage_places USING gist (location)",
    "ANALYZE coverage_places",
)


def nearest_in_table(origin, count=1):
    """SQL: at most `count` places of the table above as (site_id, location, distance_m), closest first.

    `origin` is the SQL of a geography, distances are as the crow flies. `<->` reads them from the index in the order
    of a sphere: two more are read, then sorted truly. Ties go to the older site, so that the same sites always give
    the same answer.
    """
    near = f"SELECT * FROM coverage_places AS place ORDER BY place.location <-> {origin} LIMIT {count + 2}"  # noqa: S608
    return _sorted_truly(near, origin, count)


def nearest_without(site, origin, count=1):
    """The same from the sites and stops themselves, but for the site of the parameter `site`: for a few communes."""
    near = f"""
        (SELECT site.id AS site_id, site.location FROM sites_site AS site
        WHERE {AT_ADDRESS} AND site.id <> %({site})s
        ORDER BY site.location <-> {origin} LIMIT {count + 2})
        UNION
        (SELECT stop.site_id, stop.location FROM sites_stop AS stop JOIN sites_site AS site ON site.id = stop.site_id
        WHERE {AT_STOP} AND site.id <> %({site})s
        ORDER BY stop.location <-> {origin} LIMIT {count + 2})
    """  # noqa: S608 - nothing typed by anyone
    return _sorted_truly(near, origin, count)


def _sorted_truly(near, origin, count):
    return f"""
        SELECT site_id, location, round(exact)::int AS distance_m
        FROM (SELECT site_id, location, ST_Distance(location, {origin}) AS exact FROM ({near}) AS near) AS measured
        ORDER BY exact, site_id LIMIT {count}
    """  # noqa: S608
