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


def nearest_to(origin, count, without=None):
    """SQL: at most `count` places as (site_id, location, distance_m), closest first, distances as the crow flies.

    `origin` is the SQL of a geography. `without` names the parameter that holds a site to leave out. Both kinds of
    places are read from their index with `<->`, in the order of a sphere, two more than asked, then sorted truly.
    Ties go to the older site, so that the same sites always give the same answer.
    """
    but = f"AND site.id <> %({without})s" if without else ""
    return f"""
        SELECT site_id, location, round(exact)::int AS distance_m FROM (
            SELECT site_id, location, ST_Distance(location, {origin}) AS exact FROM (
                (SELECT site.id AS site_id, site.location FROM sites_site AS site
                WHERE {AT_ADDRESS} {but} ORDER BY site.location <-> {origin} LIMIT {count + 2})
                UNION
                (SELECT stop.site_id, stop.location FROM sites_stop AS stop
                JOIN sites_site AS site ON site.id = stop.site_id
                WHERE {AT_STOP} {but} ORDER BY stop.location <-> {origin} LIMIT {count + 2})
            ) AS places
        ) AS measured
        ORDER BY exact, site_id LIMIT {count}
    """  # noqa: S608 - nothing typed by anyone
