"""What the pages say of a territory: its three shares, its communes beyond 30 minutes, the ranking of its parts."""

from functools import lru_cache
from math import ceil

from django.db.models import F, Sum
from django.db.models.lookups import IsNull
from django.urls import reverse

from franceservices.territories.models import Departement, Region
from sites.models import Site
from stats import indicators, tables, territory, written
from stats.charts.dots import DotMap, Place, can_draw
from stats.coverage.what_if import LIMIT_MIN, ROAD_KM
from stats.models import CommuneAccess, TerritoryAccess

THRESHOLDS_MIN = (10, 20, LIMIT_MIN)
NO_MINUTES = f"La durée n'est pas donnée au-delà de {ROAD_KM} km."
NO_SITE = "aucun par la route"
ORDER = "Les plus peuplées d'abord ; en dernier, celles des collectivités d'outre-mer qui ne sont d'aucune région."


class Proximity:
    """The access of a `territory.Territory`; `access` is None when it was never computed."""

    def __init__(self, territory):
        self.territory = territory
        self.access = TerritoryAccess.objects.filter(pk=territory.key).first()

    def figures(self):
        """The shares of inhabitants within 10, 20 and 30 minutes, as `indicators.Figure`s."""
        return [indicators.population_within_share(self.access, minutes) for minutes in THRESHOLDS_MIN]

    def sentence(self):
        """How many inhabitants are beyond 30 minutes, in French; '' when it was never computed."""
        if self.access is None:
            return ""
        everyone, beyond = self.access.population, self.access.population - self.access.within_30_min
        if not beyond:
            return f"Les {written.count(everyone)} habitants sont tous à 30 minutes au plus d'un site."
        are = "est" if beyond < 2 else "sont"
        people = f"{written.plural(beyond, 'habitant')} sur {written.count(everyone)}"
        return f"{people} {are} à plus de 30 minutes d'un site."

    def sentence_on_collectivities(self):
        """How many of those are in collectivities of no région, which weigh the most; '' elsewhere than in France."""
        if self.territory.level != "france":
            return ""
        apart = self._beyond().filter(commune__departement__region=None)
        people = apart.aggregate(total=Sum("commune__population"))["total"]
        if not people:
            return ""
        beyond = f"Parmi eux, {written.plural(people, 'habitant')}"
        return f"{beyond} de collectivités d'outre-mer qui ne sont d'aucune région (Nouvelle-Calédonie, Polynésie…)."

    def communes(self):
        """The accesses of the communes of the territory."""
        communes = CommuneAccess.objects.all()
        match self.territory.level:
            case "region":
                return communes.filter(commune__departement__region=self.territory.code)
            case "departement":
                return communes.filter(commune__departement=self.territory.code)
        return communes

    def beyond(self):
        """The accesses of the communes beyond 30 minutes, most populous first, with their commune and site.

        Collectivities of no région come last: no site is due there.
        """
        fields = [f"commune__{name}" for name in ("name", "slug", "population", "departement__region")]
        fields += [f"site__{name}" for name in ("external_id", "slug", "name", "commune__departement")]
        beyond = self._beyond().select_related("commune__departement", "site__commune")
        return beyond.only("distance_m", "duration_min", *fields).order_by(
            IsNull(F("commune__departement__region"), True), "-commune__population", "pk"
        )

    def map(self):
        """Those communes on the outlines, with the sites of a région or département; None where nothing is drawn."""
        level, code = self.territory.level, self.territory.code
        if level == "departement" and not can_draw(code):
            return None
        beyond = self._beyond().values_list("commune__departement", "commune__location", "commune__population")
        places = [Place(departement, point.x, point.y, people or 0) for departement, point, people in beyond]
        if not places:
            return None
        several = f"{written.plural(len(places), 'commune')} à plus de 30 minutes d'un site"
        return DotMap(
            id="carte",
            title="Les communes à plus de 30 minutes d'un site",
            description=f"{several} : le tableau les donne toutes.",
            places=places,
            sites=self._sites(),
            region=code if level == "region" else "",
            departement=code if level == "departement" else "",
        )

    def _beyond(self):
        return self.communes().filter(duration_min__gt=LIMIT_MIN)

    def _sites(self):
        if self.territory.level == "france":
            return ()
        sites = territory.sites_of(self.territory, Site.objects.open_to_public())
        return tuple(
            Place(departement, point.x, point.y)
            for departement, point in sites.values_list("commune__departement", "location")
        )

    def is_by_service(self):
        """Whether a routing service gave durations here."""
        return self.communes().filter(method=CommuneAccess.Method.SERVICE).exists()

    # --- Tables ------------------------------------------------------------------------------------

    def table(self, code):
        """The table that a file holds; None where the page has none."""
        if not self.access:
            return None
        if code == "communes":
            return self.communes_table(self.beyond())
        return next((ranking for ranking in self.rankings() if ranking.code == code), None)

    def communes_table(self, accesses):
        """`accesses` as lines, all of them or those of a page."""
        rows = [_line_of(access) for access in accesses]
        columns = ("Commune", "Habitants", "Site le plus proche", "Km à vol d'oiseau", "Minutes en voiture")
        note = ORDER if self.territory.level == "france" else ""
        return tables.Table("communes", "Communes à plus de 30 minutes d'un site", columns, rows, note)

    def rankings(self):
        """The régions and départements of France, the départements of a région: nearest to a site first."""
        match self.territory.level:
            case "france":
                regions = [territory.of_region(one) for one in Region.objects.all()]
                return [
                    _ranking("regions", "Région", regions),
                    _ranking("departements", "Département", _departements()),
                ]
            case "region":
                departements = _departements(region=self.territory.code)
                return [_ranking("departements", "Département", departements)]
        return []


def address(one):
    """The page that says how near the sites are, for France, a région or a département."""
    return _address(one.level, one.code, one.slug)


@lru_cache(maxsize=256)
def _address(level, code, slug):
    return reverse(f"stats:{level}_coverage", args=[code, slug]) if code else reverse("stats:coverage")


def whole_minutes(minutes):
    """Rounded up, so that what is beyond 30 minutes never reads as 30."""
    return ceil(round(minutes, 6))


def commune_cell(insee, slug, name, departement):
    """A commune that leads to its page."""
    return tables.text(f"{name} ({departement})", reverse("sites:commune", args=[insee, slug]))


def site_cell(site):
    """A site that leads to its page."""
    return tables.text(site.name, reverse("sites:site", args=[site.external_id, site.slug]))


def _line_of(access):
    commune = access.commune
    place = (
        commune_cell(commune.pk, commune.slug, commune.name, commune.departement_id),
        tables.count(commune.population),
    )
    if _is_over_the_sea(access):
        return *place, tables.text(NO_SITE), tables.decimal(None), tables.count(None)
    minutes = whole_minutes(access.duration_min)
    return *place, site_cell(access.site), tables.decimal(access.distance_m / 1000), tables.count(minutes)


def _is_over_the_sea(access):
    """Whether no road can lead to the nearest site: it is too far, or a collectivity has none of its own."""
    commune, site = access.commune, access.site
    has_none = commune.departement.region_id is None and site.commune.departement_id != commune.departement_id
    return has_none or access.distance_m > ROAD_KM * 1000


def _departements(**those):
    return [territory.of_departement(one) for one in Departement.objects.filter(**those)]


def _ranking(code, heading, parts):
    computed = TerritoryAccess.objects.in_bulk([part.key for part in parts])
    ranked = [(part, computed[part.key]) for part in parts if part.key in computed]
    ranked.sort(key=lambda one: (-one[1].within_30_min / one[1].population, one[0].name))
    rows = [
        (
            tables.text(f"{part.name} ({part.code})" if code == "departements" else part.name, address(part)),
            *(tables.share(indicators.population_within_share(access, minutes).value) for minutes in THRESHOLDS_MIN),
            tables.count(access.population - access.within_30_min),
            tables.count(access.population),
        )
        for part, access in ranked
    ]
    shares = [f"À {minutes} min au plus" for minutes in THRESHOLDS_MIN]
    columns = (heading, *shares, "Habitants au-delà", "Habitants")
    return tables.Table(code, f"Habitants à 30 minutes au plus d'un site, par {heading.lower()}", columns, rows)
