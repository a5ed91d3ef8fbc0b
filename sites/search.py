"""The nearest sites to a place: how far to look, how many there are, which page of them."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from sites.models import Site

RADII_KM = (10, 20, 50, 100, 200)
ENOUGH = 3
PER_PAGE = 20


@dataclass(frozen=True)
class Results:
    """A page of sites, closest first, each with `.distance`.

    `radius_km` is how far was looked, None inside a département or a région; `asked_km` is where the looking
    started. `total` counts the sites of all pages.
    """

    page: Page
    total: int
    radius_km: int | None
    asked_km: int | None

    @property
    def sites(self):
        return self.page.object_list

    @property
    def numbered_sites(self):
        """(rank, site) pairs: ranks go on from page to page."""
        return enumerate(self.sites, start=self.page.start_index())

    @property
    def is_widened(self):
        """Whether too few sites were found at first, so that the search went further than asked."""
        return self.radius_km != self.asked_km


def search_near(place, page=1, radius_km=RADII_KM[0]):
    """The sites of a département or région, or those around any other place.

    Around a place, the radius grows by steps until it holds `ENOUGH` sites. Two queries, three when it grows.
    """
    sites = Site.objects.open_to_public()
    if place.kind == "departement":
        sites, total, radius = _within(sites.in_departement(place.code))
    elif place.kind == "region":
        sites, total, radius = _within(sites.in_region(place.code))
    else:
        total, radius = _wide_enough(sites, place.point, radius_km)
        sites = sites.within(place.point, radius)
    closest_first = sites.ordered_from(place.point).with_commune().with_hours()
    paginator = CountedPaginator(closest_first, PER_PAGE, total)
    return Results(paginator.get_page(page), total, radius, radius and radius_km)


def _within(sites):
    return sites, sites.count(), None


def _wide_enough(sites, point, radius_km):
    """How many sites, and within how many km: the first radius that holds `ENOUGH` of them, or the last."""
    total = sites.within(point, radius_km).count()
    wider = [km for km in RADII_KM if km > radius_km]
    if total >= ENOUGH or not wider:
        return total, radius_km
    counts = sites.counts_within(point, wider)
    radius = next((km for km in wider if counts[km] >= ENOUGH), wider[-1])
    return counts[radius], radius


class CountedPaginator(Paginator):
    """A paginator that is told its count, which the search already knows."""

    def __init__(self, object_list, per_page, count):
        super().__init__(object_list, per_page)
        self.count = count
