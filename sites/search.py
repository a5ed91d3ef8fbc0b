"""The nearest sites to a place: how far to look, how many there are, which page of them."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import cached_property

from franceservices.territories import routing
from sites import rounds, wanted_hours
from sites.filters import ANY
from sites.models import Site

RADII_KM = (10, 20, 50, 100, 200)
ENOUGH = 3
PER_PAGE = 20
OPEN_KM = 50  # how far one goes for a site that is open
SAME_SIDE_KM = 1_500  # Dunkerque to Bonifacio, not Rodez to La Réunion
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


def search_near(place, page=1, radius_km=RADII_KM[0], wanted=ANY):
    """The sites of a département or région, or those around any other place, that the `Filters` want.

    Around a place, the radius grows by steps until it holds `ENOUGH` sites, and a round is at its nearest stop. Two
    queries in a territory, three around a place; two more past a first page.
    """
    sites, radius, meetings = wanted.sites(Site.objects.open_to_public()), None, {}
    if place.kind == "departement":
        sites = sites.in_departement(place.code)
    elif place.kind == "region":
        sites = sites.in_region(place.code)
    else:
        sites, radius, meetings = _around(sites, place.point, radius_km, wanted)
    results = _results(
        sites.ordered_from(place.point, rounds.metres_of(meetings)), page, wanted, radius, radius and radius_km
    )
    rounds.with_meetings(results.sites, meetings)
    if radius:
        with_drives(results.sites, place.point)
    return results


def _around(sites, point, radius_km, wanted):
    """The sites met within a wide enough radius, that radius, and the `Meeting`s of the rounds among them."""
    fixed = sites.without_stops(timezone.localdate())
    nearest = fixed.distances_of_nearest(point, ENOUGH)
    meetings = rounds.nearest_stops(sites, point, _wide_enough(nearest, radius_km), wanted)
    nearest = sorted([*nearest, *(meeting.metres for meeting in meetings.values())])[:ENOUGH]
    radius = _wide_enough(nearest, radius_km)
    meetings = {pk: meeting for pk, meeting in meetings.items() if meeting.metres <= radius * 1000}
    return fixed.within(point, radius).or_among(sites, meetings), radius, meetings


def rounds_about(commune, wanted=ANY):
    """The rounds that pass within 30 days in a commune, and those that pass nearby: two {pk: `Meeting`}. One query."""
    return rounds.in_and_around(wanted.sites(Site.objects.open_to_public()), commune, wanted)


def of_commune(commune, meetings, page=1, wanted=ANY):
    """The sites of a commune of today and the rounds that pass there (`meetings`), closest to its centre first.

    By name when it has no known point.
    """
    sites = wanted.sites(Site.objects.open_to_public())
    sites = sites.without_stops(timezone.localdate()).in_commune(commune.pk).or_among(sites, meetings)
    metres = rounds.metres_of(meetings)
    results = _results(
        sites.ordered_from(commune.location, metres) if commune.location else sites.by_commune(), page, wanted
    )
    rounds.with_meetings(results.sites, meetings)
    return results


def sites_named(words, page=1, wanted=ANY):
    """The sites whose name has these words, by commune."""
    return _results(wanted.sites(Site.objects.open_to_public()).named(words).by_commune(), page, wanted)


def of_departement(departement, page=1, wanted=ANY):
    """The sites of a département, by commune."""
    return among(Site.objects.open_to_public().in_departement(departement.pk), page, wanted)


def among(sites, page=1, wanted=ANY):
    """Those of a `SiteQuerySet` that are wanted, by commune."""
    return _results(wanted.sites(sites).by_commune(), page, wanted)


def nothing_wanted(form, now, here, point):
    """What to show when no site of `here` (a queryset) passes the `FilterForm`, as a template's context. Two queries.

    `relaxed` is [(tag, how many sites of `here`)] with a filter less, then with none; `nearest` lists the site nearest
    to `point` that passes them all, if there is one on the same side of the sea.
    """
    everyone = Site.objects.open_to_public()
    wanted = form.wanted(now)
    passing = wanted.sites(everyone).without_stops(timezone.localdate()).for_cards()
    near = passing.within(point, SAME_SIDE_KM) if point else None
    chosen = [tag for tag in form.chosen if form.wanted(now, without=tag.names) != wanted]
    tags = [*chosen, form.none] if len(chosen) > 1 else chosen
    without = [form.wanted(now, without=tag.names).sites(everyone) for tag in tags]
    counts = {f"n{number}": Count("pk", filter=Q(pk__in=others.values("pk"))) for number, others in enumerate(without)}
    found = here.aggregate(**counts, demonstration=Count("pk", filter=Q(is_demo=True)))
    return {
        "shows_demonstration": found.pop("demonstration") > 0,  # spares the page its own query
        "relaxed": list(zip(tags, found.values(), strict=True)),
        "nearest": with_wanted_hours(near.nearest_to(point, 1), wanted) if near is not None else [],
    }


def all_around(place):
    """The sites of a département or région, or those met within `OPEN_KM` of any other place."""
    sites = Site.objects.open_to_public()
    if place.kind == "departement":
        return sites.in_departement(place.code)
    if place.kind == "region":
        return sites.in_region(place.code)
    return sites.met_within(place.point, OPEN_KM, timezone.localdate())


def nearest_open(sites, point, now):
    """Of `sites` in order from `point`, the first that receives people at `now`; or else any other door within OPEN_KM.

    None when the first of all is open, and when no other is. At most one query.
    """
    is_open = [site for site in sites if state_at(site, now).code == "open"]
    if is_open:
        return is_open[0] if is_open[0] != sites[0] else None
    others = Site.objects.open_to_public().within(point, OPEN_KM).exclude(pk__in=[site.pk for site in sites])
    return next(iter(others.with_open_door_at(now).for_cards().nearest_to(point, 1)), None)


def nearest_doors(point):
    """The `ENOUGH` sites nearest to a place that is closed for good, each with `.distance` and `.drive`. One query.

    Those with a door to push, within the largest radius.
    """
    doors = Site.objects.open_to_public().without_stops(timezone.localdate()).within(point, RADII_KM[-1])
    return with_drives(doors.for_cards().nearest_to(point, ENOUGH))


def state_at(site, moment):
    """The `State` of a site; that of a round met at a stop, when it is there."""
    return (site.meeting and site.meeting.state) or site.state_at(moment)


def nearest_outside(commune, meetings, wanted=ANY):
    """The `NEARBY` sites closest to a commune's centre, each with `.distance`, that are not its own. One query.

    Among them the rounds that pass nearby (`meetings`). Fewer when there are fewer within the largest radius, none when
    the commune has no known point.
    """
    if not commune.location:
        return []
    sites = wanted.sites(Site.objects.open_to_public())
    fixed = sites.without_stops(timezone.localdate()).outside_commune(commune.pk)
    candidates = fixed.first_by_index(commune.location, NEARBY).or_among(sites, meetings)
    nearest = candidates.for_cards().ordered_from(commune.location, rounds.metres_of(meetings))[:NEARBY]
    near = with_wanted_hours([site for site in nearest if site.distance.km <= RADII_KM[-1]], wanted)
    return rounds.with_meetings(with_drives(near), meetings)


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


def with_wanted_hours(sites, wanted):
    """Give each of the sites its `.wanted_hours`: when it is open as the `Filters` want, in French, or ''."""
    for site in sites:
        site.wanted_hours = wanted_hours.in_french(site.schedule, wanted)
    return sites


def _results(sites, page, wanted, radius_km=None, asked_km=None):
    paginator = ThriftyPaginator(sites.for_cards(), PER_PAGE)
    results = Results(paginator.get_page(page), paginator.count, radius_km, asked_km)
    with_wanted_hours(results.sites, wanted)
    return results


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
