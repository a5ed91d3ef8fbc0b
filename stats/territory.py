"""A territory of which figures are told: France, a région, a département, or a site alone."""

from dataclasses import dataclass, field

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

    @property
    def key(self):
        return f"{self.level}-{self.code}" if self.code else self.level

    def get_absolute_url(self):
        if self.level == "france":
            return reverse("stats:france")
        return reverse(f"stats:{self.level}", args=[self.code, self.slug])


FRANCE = Territory("france", "", "France")


def of_region(region):
    """The `Territory` of a `Region`; `population` is there when `Region.objects.with_population()` was asked."""
    population = getattr(region, "population", None)
    return Territory("region", region.pk, region.name, region.slug, FRANCE.key, population)


def of_departement(departement):
    parent = f"region-{departement.region_id}" if departement.region_id else FRANCE.key
    return Territory("departement", departement.pk, departement.name, departement.slug, parent, departement.population)


def of_site(site):
    """Needs `site.commune`."""
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
    """The territories that make a région or France: départements; for France, of the 101 of a région."""
    departements = Departement.objects.select_related(None)
    if territory.level == "region":
        departements = departements.filter(region=territory.code)
    else:
        departements = departements.filter(region__isnull=False)
    return [of_departement(one) for one in departements]


def regions():
    return [of_region(one) for one in Region.objects.with_population()]
