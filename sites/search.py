"""The nearest sites to a place: how far to look, how many there are, which page of them."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.functional import cached_property

from franceservices.territories import routing
from sites import rounds
from sites.models import Site

RADII_KM = (10, 20, 50, 100, 200)
ENOUGH = 3
PER_PAGE = 20
NEARBY = 5  # sites shown beside those of a commune


@dataclass(frozen=True)
class Results:
    """A page of sites, in order; each with `.distance` when the order is from the closest.

    `radius_km` is how far was looked, None inside a territory; `asked_km` is where the looking
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
    def are_demonstration(self):
        """Whether these are fictitious sites: they are never mixed with real ones."""
        return any(site.is_demo for site in self.sites)

    @property
    def is_widened(self):
        """Whether too few sites were found at first, so that the search went further than asked."""
        return self.radius_km != self.asked_km


def search_near(place, page=1, radius_km=RADII_KM[0]):
    """The sites of a département or région, or those around any other place.

    Around a place, the radius grows by steps until it holds `ENOUGH` sites, and a round is at its nearest stop. Two
    queries in a territory, three around a place; two more past a first page.
    """
    sites, radius, meetings = Site.objects.open_to_public(), None, {}
    if place.kind == "departement":
        sites = sites.in_departement(place.code)
    elif place.kind == "region":
        sites = sites.in_region(place.code)
    else:
        sites, radius, meetings = _around(sites, place.point, radius_km)
    results = _results(sites.ordered_from(place.point, rounds.metres_of(meetings)), page, radius, radius and radius_km)
    rounds.with_meetings(results.sites, meetings)
    if radius:
        with_drives(results.sites, place.point)
    return results


def _around(sites, point, radius_km):
    """The sites met within a wide enough radius, that radius, and the `Meeting`s of the rounds among them."""
    fixed = sites.without_stops(timezone.localdate())
    nearest = fixed.distances_of_nearest(point, ENOUGH)
    meetings = rounds.nearest_stops(sites, point, _wide_enough(nearest, radius_km))
    nearest = sorted([*nearest, *(meeting.metres for meeting in meetings.values())])[:ENOUGH]
    radius = _wide_enough(nearest, radius_km)
    meetings = {pk: meeting for pk, meeting in meetings.items() if meeting.metres <= radius * 1000}
    return fixed.within(point, radius).or_among(sites, meetings), radius, meetings


def rounds_about(commune):
    """The rounds that pass within 30 days in a commune, and those that pass nearby: two {pk: `Meeting`}. One query."""
    return rounds.in_and_around(Site.objects.open_to_public(), commune)


def of_commune(commune, meetings, page=1):
    """The sites of a commune of today and the rounds that pass there (`meetings`), closest to its centre first.

    By name when it has no known point.
    """
    sites = Site.objects.open_to_public()
    sites = sites.without_stops(timezone.localdate()).in_commune(commune.pk).or_among(sites, meetings)
    metres = rounds.metres_of(meetings)
    results = _results(sites.ordered_from(commune.location, metres) if commune.location else sites.by_commune(), page)
    rounds.with_meetings(results.sites, meetings)
    return results


def of_departement(departement, page=1):
    """The sites of a département, by commune."""
    return _results(Site.objects.open_to_public().in_departement(departement.pk).by_commune(), page)


def nearest_outside(commune, meetings):
    """The `NEARBY` sites closest to a commune's centre, each with `.distance`, that are not its own. One query.

    Among them the rounds that pass nearby (`meetings`). Fewer when there are fewer within the largest radius, none when
    the commune has no known point.
    """
    if not commune.location:
        return []
    sites = Site.objects.open_to_public()
    fixed = sites.without_stops(timezone.localdate()).outside_commune(commune.pk)
    candidates = fixed.first_by_index(commune.location, NEARBY).or_among(sites, meetings)
    nearest = candidates.for_cards().ordered_from(commune.location, rounds.metres_of(meetings))[:NEARBY]
    return rounds.with_meetings(with_drives([s for s in nearest if s.distance.km <= RADII_KM[-1]]), meetings)


def with_drives(sites, origin=None):
    """Give each of the sites with a distance its `.drive` (`DriveTime`), by the routing service from `origin`.

    Without `origin` the model answers: pages of communes are too many to ask for. None for a site that goes round,
    whose address is a garage, and where no road leads.
    """
    fixed = [site for site in sites if not site.is_itinerant]
    if origin:
        drives = routing.drive_times(origin, [site.location for site in fixed])
    else:
        drives = [routing.estimated(site.distance.m) for site in fixed]
    for site, drive in zip(fixed, drives, strict=True):
        site.drive = drive
    return sites


def _results(sites, page, radius_km=None, asked_km=None):
    paginator = ThriftyPaginator(sites.for_cards(), PER_PAGE)
    return Results(paginator.get_page(page), paginator.count, radius_km, asked_km)


def _wide_enough(nearest, radius_km):
    """The first radius from `radius_km` on that holds the `nearest` distances (metres), or the last of all."""
    radii = [radius_km, *(step for step in RADII_KM if step > radius_km)]
    if len(nearest) < ENOUGH:
        return radii[-1]
    return next((km for km in radii if nearest[-1] <= km * 1000), radii[-1])


class ThriftyPaginator(Paginator):
    """Counts only when the first page is full: most searches have one page, which tells how many there are."""

    @cached_property
    def first_page(self):
        return list(self.object_list[: self.per_page])

    @cached_property
    def count(self):
        return super().count if len(self.first_page) == self.per_page else len(self.first_page)

    def page(self, number):
        page = super().page(number)
        if page.number == 1:
            page.object_list = self.first_page
        return page
