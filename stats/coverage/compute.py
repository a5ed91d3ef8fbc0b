"""Who is near a site: computed for every commune, summed for every territory, written at once."""

import time
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from franceservices.territories import routing
from stats.coverage import by_road
from stats.coverage.nearest import INHABITED, MAKE_TABLE, MINUTES, PLACES, nearest_in_table
from stats.models import AccessSource, TerritoryAccess

LOCK = "coverage"

# What the answer depends on: places, communes as loaded, method. 10 ms for the whole list.
FINGERPRINT = f"""
SELECT md5(concat_ws(' ', %(method)s, (SELECT max(fingerprint) FROM territories_loadedfixtures), (
    SELECT string_agg(site_id || ' ' || location::text, ' ' ORDER BY site_id, location::text) FROM ({PLACES}) AS places
)))
"""  # noqa: S608 - nothing typed by anyone
COMMUNES = f"""
INSERT INTO stats_communeaccess (commune_id, site_id, distance_m, duration_min, method)
SELECT insee, site_id, distance_m, {MINUTES}, 'model'
FROM territories_commune AS commune CROSS JOIN LATERAL ({nearest_in_table("commune.location")}) AS nearest
WHERE {INHABITED}
"""  # noqa: S608
# Communes without access count too: where there is no site at all, nobody is near one.
TERRITORIES = f"""
INSERT INTO stats_territoryaccess (territory, population, within_10_min, within_20_min, within_30_min, computed_at)
SELECT key, sum(commune.population),
    coalesce(sum(commune.population) FILTER (WHERE duration_min <= 10), 0),
    coalesce(sum(commune.population) FILTER (WHERE duration_min <= 20), 0),
    coalesce(sum(commune.population) FILTER (WHERE duration_min <= 30), 0),
    %(now)s
FROM territories_commune AS commune
JOIN territories_departement AS departement ON departement.code = commune.departement_id
LEFT JOIN stats_communeaccess AS access ON access.commune_id = commune.insee
CROSS JOIN LATERAL (
    VALUES ('france'), ('region-' || departement.region_id), ('departement-' || departement.code)
) AS territories (key)
WHERE {INHABITED} AND key IS NOT NULL
GROUP BY key
"""  # noqa: S608


@dataclass(frozen=True)
class Computed:
    """What a computation wrote. `share_within_30_min` is of the inhabitants of France, between 0 and 1."""

    communes: int
    by_service: int
    seconds: float
    share_within_30_min: float


def compute():
    """Write the access of every commune and territory, for the sites of today. The `Computed`.

    All or nothing, one at a time: who reads meanwhile sees the former figures, whole.
    """
    began, today = time.perf_counter(), timezone.localdate()
    told_by_service = by_road.ask_for_all(today) if routing.is_set() else []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        source = fingerprint()
        for statement in MAKE_TABLE:
            cursor.execute(statement, {"today": today})
        cursor.execute("DELETE FROM stats_communeaccess")
        cursor.execute(COMMUNES)
        communes, by_service = cursor.rowcount, by_road.write(cursor, told_by_service)
        cursor.execute("DELETE FROM stats_territoryaccess")
        cursor.execute(TERRITORIES, {"now": timezone.now()})
        AccessSource.objects.all().delete()
        AccessSource.objects.create(fingerprint=source)
        cursor.execute("DROP TABLE coverage_places")
        cursor.execute("ANALYZE stats_communeaccess")
    france = TerritoryAccess.objects.filter(pk="france").first()
    share = france.within_30_min / france.population if france else 0
    return Computed(communes, by_service, time.perf_counter() - began, share)


def compute_if_due():
    """`compute` when what it depends on has changed, a stop that ended yesterday included. None when it has not."""
    return compute() if is_due() else None


def is_due():
    """Whether nothing was computed yet, or not from the sites, stops, communes and method of today. Two queries."""
    return not AccessSource.objects.filter(fingerprint=fingerprint()).exists()


def fingerprint():
    """What the access is computed from, as 32 hexadecimal digits."""
    with connection.cursor() as cursor:
        method = "service" if routing.is_set() else "model"
        cursor.execute(FINGERPRINT, {"today": timezone.localdate(), "method": method})
        return cursor.fetchone()[0]
