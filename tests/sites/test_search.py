"""Which sites are found near a place, in what order, and how far one looks."""

import random

import pytest
from django.contrib.gis.geos import Point
from geographiclib.geodesic import Geodesic

from franceservices.territories.models import Commune
from franceservices.territories.places import Place
from sites.models import Site
from sites.search import search_near
from tests.factories import RODEZ, TOULOUSE, make_site

pytestmark = pytest.mark.django_db
CENTRE = (44.35, 2.575)


def place(at=CENTRE, **fields):
    return Place(**{"kind": "position", "label": "ici", "point": Point(at[1], at[0], srid=4326)} | fields)


def north(km):
    """The point that many km north of the centre: a degree of latitude is 111.1 km there."""
    return (CENTRE[0] + km / 111.13, CENTRE[1])


def found(results):
    return list(results.sites)


def test_sites_come_closest_first():
    far, near, nearer = make_site(at=north(9)), make_site(at=north(2)), make_site(at=north(1))

    assert found(search_near(place())) == [nearer, near, far]


def test_equal_distances_keep_a_stable_order():
    sites = [make_site(at=north(1)) for _ in range(5)]

    assert found(search_near(place())) == sites


def test_sites_closed_for_good_or_withdrawn_are_not_found():
    make_site(at=north(1), status=Site.Status.CLOSED, closed_on="2025-01-31")
    make_site(at=north(1), status=Site.Status.WITHDRAWN)
    active = make_site(at=north(1))

    assert found(search_near(place())) == [active]


def test_the_radius_stays_at_ten_km_when_three_sites_are_there():
    [make_site(at=north(km)) for km in (1, 5, 9.9, 15)]

    results = search_near(place())

    assert (results.radius_km, results.total, results.is_widened) == (10, 3, False)


@pytest.mark.parametrize(("km", "radius"), [(15, 20), (35, 50), (80, 100), (150, 200)])
def test_the_radius_grows_by_steps_until_it_holds_three_sites(km, radius):
    [make_site(at=north(distance)) for distance in (1, 2, km)]

    results = search_near(place())

    assert (results.radius_km, results.total, results.is_widened) == (radius, 3, True)


def test_the_widest_radius_says_how_little_there_is():
    make_site(at=north(150))

    results = search_near(place())

    assert (results.radius_km, results.total) == (200, 1)


def test_an_asked_radius_is_where_the_search_starts():
    [make_site(at=north(km)) for km in (1, 2, 3, 30)]

    results = search_near(place(), radius_km=50)

    assert (results.radius_km, results.total, results.is_widened) == (50, 4, False)


def test_a_departement_holds_its_own_sites_only_however_far():
    here, there = make_site(commune=RODEZ), make_site(commune=TOULOUSE)
    aveyron = place(kind="departement", code="12", label="Aveyron (12)")

    results = search_near(aveyron)

    assert found(results) == [here]
    assert results.radius_km is None
    assert there not in found(results)


def test_a_region_holds_its_departements_sites():
    sites = [make_site(commune=RODEZ), make_site(commune=TOULOUSE)]
    make_site(commune="75056")

    assert set(found(search_near(place(kind="region", code="76", label="Occitanie")))) == set(sites)


def test_twenty_a_page_and_ranks_that_go_on():
    [make_site(at=north(1)) for _ in range(25)]

    first, second = search_near(place()), search_near(place(), page=2)

    assert len(found(first)) == 20
    assert [rank for rank, _site in second.numbered_sites] == [21, 22, 23, 24, 25]


@pytest.mark.parametrize("page", ["0", "-1", "abc", "", "99999999999999999999", None, "1e9"])
def test_a_page_that_is_not_there_is_the_nearest_that_is(page):
    [make_site(at=north(1)) for _ in range(25)]

    assert search_near(place(), page=page).page.number in (1, 2)


@pytest.mark.parametrize("how_many", [1, 10, 25])
def test_a_search_costs_the_same_however_many_sites(how_many, django_assert_max_num_queries):
    [make_site(at=north(1)) for _ in range(how_many)]

    with django_assert_max_num_queries(4):
        for site in search_near(place()).sites:
            assert site.schedule.slots
            assert site.commune.departement.timezone


def test_a_sites_hours_are_the_same_alone_and_in_a_list():
    alone = make_site()

    assert found(search_near(place()))[0].schedule.slots == alone.schedule.slots


def test_order_and_distances_equal_plain_geodesics_at_a_thousand_points_of_france():
    """The oracle computes every distance in Python on the WGS 84 ellipsoid, without PostGIS."""
    draw = random.Random(2023)
    communes = Commune.objects.current().exclude(location=None).order_by("pk")
    mainland = list(communes.filter(departement__code__lt="96"))
    overseas = list(communes.filter(departement__region__code__in=["01", "02", "03", "04", "06"]))
    for commune in draw.sample(mainland, 250) + draw.sample(overseas, 50):
        make_site(commune=commune.pk, postal_code="12000", week={})
    sites = [(site.pk, site.location.y, site.location.x) for site in Site.objects.all()]

    found_overseas = 0
    for commune in draw.sample(mainland, 900) + draw.sample(overseas, 100):
        lat, lon = commune.location.y + draw.uniform(-0.2, 0.2), commune.location.x + draw.uniform(-0.2, 0.2)
        results = search_near(place(at=(lat, lon)), radius_km=100)
        shown = [(site.distance.m, site.pk) for site in results.sites]

        within = geodesics(lat, lon, sites, results.radius_km)
        assert results.total == len(within)
        assert [pk for _, pk in shown] == [pk for _, pk in within[:20]]
        assert all(abs(mine - theirs) < 0.5 for (mine, _), (theirs, _) in zip(shown, within, strict=False))
        found_overseas += commune in overseas and len(shown)
    assert found_overseas > 500  # the oracle had something to say there too


def geodesics(lat, lon, sites, within_km):
    """(metres, pk) of the sites within some km, closest first.

    A degree of latitude is over 110 km, one of longitude over 65 km as far north as France goes: what lies further
    in degrees needs no computing.
    """
    near = [
        (Geodesic.WGS84.Inverse(lat, lon, y, x, Geodesic.DISTANCE)["s12"], pk)
        for pk, y, x in sites
        if abs(y - lat) < within_km / 110 and abs(x - lon) < within_km / 65
    ]
    return sorted(pair for pair in near if pair[0] <= within_km * 1000)


def test_each_site_around_a_place_has_an_estimated_drive_but_those_that_go_round(settings):
    make_site(at=north(10))
    make_site(at=north(12), format=Site.Format.BUS)

    fixed, bus = found(search_near(place()))

    assert str(fixed.drive) == "environ 20 min en voiture"
    assert bus.drive is None


def test_the_sites_of_a_territory_have_no_drive():
    make_site(at=north(10))
    aveyron = place(kind="departement", code="12", label="Aveyron")

    (site,) = found(search_near(aveyron))

    assert site.drive is None
