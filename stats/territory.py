"""A territory of which figures are told: France, a région, a département, or a site alone."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.db.models import Sum
from django.urls import reverse

from franceservices.territories.models import Departement, Region
from sites.models import Site


@dataclass(frozen=True)
class Territory:
    """`key` names it in the tables of figures: 'france', 'region-76', 'departement-12', 'site-3012'.

    `parent` is the key of the territory whose total it is a part of ('' for France): sites make départements, which
    make régions, which make France; a département of no région is a part of France.
    """

    level: str  # france, region, departement or site
    code: str  # '' for France, else the code of the région or département, or the site's identifier
    name: str
    slug: str = ""
    parent: str = ""
    population: int | None = field(default=None, compare=False)
    above: tuple["Territory", ...] = field(default=(), compare=False, repr=False)  # the widest first

    @property
    def key(self):
        return f"{self.level}-{self.code}" if self.code else self.level

    def get_absolute_url(self):
        """Its dashboard."""
        return _address(self.level, self.code, self.slug)


@lru_cache(maxsize=8_192)  # a page links to a hundred départements
def _address(level, code, slug):
    return reverse(f"stats:{level}", args=[code, slug] if code else [])


FRANCE = Territory("france", "", "France")


def france():
    """France with its population, collectivities of no région included. One query."""
    return replace(FRANCE, population=Departement.objects.aggregate(total=Sum("population"))["total"])


def of_region(region):
    """The `Territory` of a `Region`; `population` is there when `Region.objects.with_population()` was asked."""
    population = getattr(region, "population", None)
    return Territory("region", region.pk, region.name, region.slug, FRANCE.key, population, (FRANCE,))


def of_departement(departement, above=(FRANCE,)):
    """`above` are the territories that it is in, where a page names them: those of `above`."""
    parent = f"region-{departement.region_id}" if departement.region_id else FRANCE.key
    return Territory(
        "departement", departement.pk, departement.name, departement.slug, parent, departement.population, above
    )


def above(departement):
    """What a `Departement` is in. Its région must have been read along."""
    return (FRANCE, of_region(departement.region)) if departement.region_id else (FRANCE,)


def of_site(site):
    """Needs `site.commune.departement.region`."""
    departement = of_departement(site.commune.departement, above(site.commune.departement))
    return Territory(
        "site", site.external_id, site.name, site.slug, departement.key, None, (*departement.above, departement)
    )


def part_of_departement(site):
    """A site among those of a département: what it is in is known. Needs `site.commune`."""
    return Territory("site", site.external_id, site.name, site.slug, f"departement-{site.commune.departement_id}")


def sites_of(territory, sites=None):
    """The sites of a territory, whatever their state, antennes and rounds included, but not those withdrawn."""
    sites = (Site.objects.all() if sites is None else sites).exclude(status=Site.Status.WITHDRAWN)
    match territory.level:
        case "region":
            return sites.in_region(territory.code)
        case "departement":
            return sites.in_departement(territory.code)
        case "site":
            return sites.filter(external_id=territory.code)
    return sites


def parts_of(territory):
    """The départements that make a région or France; for France, the 101 that are of a région."""
    departements = Departement.objects.all()
    if territory.level == "region":
        departements = departements.filter(region=territory.code)
    else:
        departements = departements.filter(region__isnull=False)
    return [of_departement(one) for one in departements]


def comparable():
    """{key: Territory} of France, the régions and the départements, in the order of a list to choose from."""
    regions = [of_region(one) for one in Region.objects.with_population()]
    departements = [of_departement(one) for one in Departement.objects.all()]
    whole = replace(FRANCE, population=sum(one.population or 0 for one in departements))
    return {one.key: one for one in (whole, *regions, *departements)}
