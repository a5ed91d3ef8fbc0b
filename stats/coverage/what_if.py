"""Et si… a site opened in a commune, or closed: who would be nearer, or farther. One query each, nothing is written.

The minutes that change are the model's (`territories.drive`), even where a routing service gave those of today.
"""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from sites.models import Site
from stats.coverage.nearest import MINUTES, nearest_without

LIMIT_MIN = 30
WORTH_TELLING_MIN = 5
ROAD_KM = 300  # beyond, a sea is in between, and minutes by car mean nothing

# A commune that is at most NEAR_M from its site can only come to a point that is nearer still: an index gives those
# around the new one. The others are few.
NEAR_M = 40_000
OPENING = f"""
WITH point AS (SELECT location FROM territories_commune WHERE insee = %(commune)s)
SELECT insee, name, slug, departement_id, population, duration_min, LEAST(duration_min, {MINUTES}), distance_m, NULL
FROM (
    SELECT candidates.*, round(ST_Distance(location, (SELECT location FROM point)))::int AS distance_m
    FROM (
        SELECT commune.*, access.duration_min, access.distance_m AS before_m
        FROM point
        JOIN territories_commune AS commune ON ST_DWithin(commune.location, point.location, {NEAR_M})
        JOIN stats_communeaccess AS access ON access.commune_id = commune.insee AND access.distance_m <= {NEAR_M}
        UNION ALL
        SELECT commune.*, access.duration_min, access.distance_m
        FROM stats_communeaccess AS access JOIN territories_commune AS commune ON commune.insee = access.commune_id
        WHERE access.distance_m > {NEAR_M}
    ) AS candidates
    OFFSET 0
) AS measured
WHERE distance_m < before_m
ORDER BY population DESC, insee
"""  # noqa: S608 - nothing typed by anyone
CLOSING = f"""
SELECT insee, name, slug, departement_id, population, duration_min, GREATEST(duration_min, {MINUTES}), distance_m,
    nearest_site
FROM (
    SELECT commune.*, access.duration_min, nearest.distance_m, nearest.site_id AS nearest_site
    FROM stats_communeaccess AS access
    JOIN territories_commune AS commune ON commune.insee = access.commune_id
    CROSS JOIN LATERAL ({nearest_without("site", "commune.location")}) AS nearest
    WHERE access.site_id = %(site)s
) AS left_alone
ORDER BY population DESC, insee
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Change:
    """What a commune's nearest site would become. Minutes by car, metres as the crow flies.

    `site` is the identifier of the site that would be nearest, None when it is the new one.
    """

    insee: str
    name: str
    slug: str
    departement: str
    population: int
    before_min: float
    after_min: float
    distance_m: int
    site: int | None

    @property
    def enters(self):
        """Whether its inhabitants would come within 30 minutes, who were not."""
        return self.after_min <= LIMIT_MIN < self.before_min

    @property
    def leaves(self):
        """Whether its inhabitants would no longer be within 30 minutes."""
        return self.before_min <= LIMIT_MIN < self.after_min

    @property
    def is_shorter(self):
        """Whether the drive would be at least 5 minutes shorter: nobody drives from Papeete to Nouméa."""
        return self.distance_m <= ROAD_KM * 1000 and self.before_min - self.after_min >= WORTH_TELLING_MIN

    @property
    def is_longer(self):
        """Whether the drive would be at least 5 minutes longer."""
        return self.after_min - self.before_min >= WORTH_TELLING_MIN


def opening(commune):
    """The `Change`s of a new site at the point of a `Commune`: communes that it would be nearest to, largest first."""
    return _changes(OPENING, {"commune": commune.pk})


def closing(site):
    """The `Change`s if a `Site` closed: the communes that it is nearest to, largest first.

    Empty too when it is the only site of all: no other could be told.
    """
    return _changes(CLOSING, {"site": site.pk, "today": timezone.localdate()})


def _changes(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Change(*row) for row in cursor.fetchall()]


def inhabitants(changes, kind):
    """How many inhabitants have a `kind` of change: enters, leaves, is_shorter or is_longer."""
    return sum(change.population for change in changes if getattr(change, kind))


def sites_of(changes):
    """{identifier: Site} of the sites that would be nearest. One query."""
    wanted = {change.site for change in changes if change.site}
    return Site.objects.only("external_id", "name", "slug").in_bulk(wanted)
