"""Rounds among fixed sites: met at their nearest stop that is passed within 30 days, never at their garage."""

import random
import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.utils import timezone
from geographiclib.geodesic import Geodesic

from franceservices.territories.models import Commune
from franceservices.territories.places import Place
from sites import passages
from sites.models import Closure, Site, Stop
from sites.search import search_near
from tests.factories import ONET, RODEZ, TOULOUSE, make_site, make_stop
from tests.sites.imports.lists import RODEZ as A_REAL_SITE
from tests.sites.imports.lists import import_rows

pytestmark = pytest.mark.django_db
CENTRE = (44.35, 2.575)


@pytest.fixture(autouse=True)
def _monday_noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Europe/Paris")))


def place(at=CENTRE):
    return Place(kind="position", label="ici", point=Point(at[1], at[0], srid=4326))


def north(km):
    return (CENTRE[0] + km / 111.13, CENTRE[1])


def make_bus(**fields):
    return make_site(**{"commune": TOULOUSE, "format": Site.Format.BUS} | fields)


def test_a_bus_is_ranked_among_fixed_sites_by_its_nearest_stop():
    far, near = make_site(at=north(5)), make_site(at=north(1))
    bus = make_bus()
    make_stop(bus, at=north(8))
    make_stop(bus, at=north(2), weekday=3)

    results = search_near(place())

    assert list(results.sites) == [near, bus, far]
    assert 1_990 < results.sites[1].distance.m < 2_010
    assert results.sites[1].meeting.when == "mercredi 9 h - 12 h"
    assert (results.total, results.radius_km) == (3, 10)


def test_a_bus_with_stops_is_not_found_at_its_garage():
    bus = make_bus(at=north(1))
    make_stop(bus, at=north(300))

    assert not search_near(place()).sites


@pytest.mark.parametrize("ended", [False, True])
def test_a_bus_without_stops_or_whose_stops_have_ended_is_found_at_its_garage(ended):
    bus = make_bus(at=north(1))
    if ended:
        make_stop(bus, at=north(300), valid_until=date(2026, 11, 22))

    (found,) = search_near(place()).sites

    assert found == bus
    assert found.meeting is None


def test_a_stop_without_a_passage_within_thirty_days_does_not_count():
    bus, closed = make_bus(), make_bus()
    make_stop(bus, at=north(1), valid_from=date(2027, 3, 1))
    make_stop(bus, at=north(4), weekday=4)
    make_stop(closed, at=north(1))
    Closure.objects.create(site=closed, starts=date(2026, 11, 1))

    (found,) = search_near(place()).sites

    assert found == bus
    assert found.meeting.when == "jeudi 9 h - 12 h"
    assert 3_990 < found.distance.m < 4_010


def test_sites_closed_for_good_pass_nowhere():
    make_stop(make_bus(status=Site.Status.CLOSED, closed_on=date(2025, 1, 31)), at=north(1))

    assert not search_near(place()).sites


def test_stops_count_for_how_far_one_looks():
    [make_site(at=north(km)) for km in (1, 15)]
    make_stop(make_bus(), at=north(9))
    assert search_near(place()).radius_km == 20

    make_stop(make_bus(), at=north(3))
    results = search_near(place())

    assert (results.radius_km, results.total) == (10, 3)


def test_pages_and_totals_count_each_round_once():
    [make_site(at=north(1)) for _ in range(15)]
    for _ in range(10):
        bus = make_bus()
        [make_stop(bus, at=north(2), weekday=weekday) for weekday in (2, 3, 4)]

    first, second = search_near(place()), search_near(place(), page=2)

    assert first.total == 25
    assert len({site.pk for site in [*first.sites, *second.sites]}) == 25
    assert all(site.meeting for site in second.sites)


@pytest.mark.parametrize("how_many", [1, 10])
def test_a_search_costs_three_queries_however_many_rounds(how_many, client, django_assert_num_queries):
    for _ in range(how_many):
        make_stop(make_bus(), at=north(2))

    with django_assert_num_queries(3):
        for site in search_near(place()).sites:
            assert site.meeting
            assert site.planned_stops
            assert site.schedule.slots


def test_the_card_says_where_and_when_the_bus_passes_near_the_visitor_and_nothing_of_its_other_stops(client):
    bus = make_bus()
    make_stop(bus, at=north(2))
    make_stop(bus, commune=ONET, at=north(9), opens=time(8))  # sooner, and farther

    page = client.get("/recherche/", {"lat": "44.35", "lon": "2.575"}).text

    assert re.search(r"Le bus passe à 2,0 km, demain 9 h - 12 h, place de l(&#x27;|')Église à Rodez", page)
    assert "Prochain passage" not in page
    assert page.count('data-state="itinerant"') == 1
    assert 'data-lat="44.367997"' in page
    assert "base à" not in page


@pytest.mark.parametrize("how_many", [1, 10])
def test_a_commune_has_the_rounds_that_pass_there_and_those_nearby(how_many, client, django_assert_num_queries):
    here, nearby = [make_bus() for _ in range(how_many)], make_bus(commune=RODEZ)
    [make_stop(bus) for bus in here]
    make_stop(nearby, commune=ONET)
    client.get("/communes/12202-rodez/?page=2")  # partners and the projection are remembered

    with django_assert_num_queries(6):
        context = client.get("/communes/12202-rodez/").context

    assert list(context["results"].sites) == here
    assert [site for _, site in context["nearby"]] == [nearby]
    assert all(site.meeting.passage.commune == "Rodez" for site in context["results"].sites)


def test_a_buss_page_has_its_round_and_its_next_thirty_days(client):
    bus = make_bus()
    make_stop(bus, weeks="odd")

    page = client.get(bus.get_absolute_url()).text.replace("&#x27;", "'")

    assert "Chaque mardi (semaines impaires), 9 h - 12 h : Place de l'Église, Rodez" in page
    assert "Mardi 1er décembre" in page
    assert "Horaires de la semaine" not in page  # those of the list would contradict the round
    assert "Mardi 24 novembre" not in page


def test_order_equals_brute_force_on_the_demonstration_data():
    """The oracle reads all stops and sites, and computes passages and distances one by one, in Python."""
    call_command("load_demo", verbosity=0)
    met_at = [(site.pk, points_of(site)) for site in Site.objects.with_commune().with_hours()]
    draw = random.Random(3)
    communes = list(Commune.objects.current().exclude(location=None).filter(departement__code__lt="96").order_by("pk"))

    rounds = 0
    for commune in draw.sample(communes, 60):
        lat, lon = commune.location.y, commune.location.x
        results = search_near(place(at=(lat, lon)))
        expected = sorted(
            (metres, pk) for pk, points in met_at if (metres := nearest(lat, lon, points)) <= results.radius_km * 1000
        )

        assert results.total == len(expected)
        assert [site.pk for site in results.sites] == [pk for _, pk in expected[:20]]
        rounds += sum(site.meeting is not None for site in results.sites)
    assert rounds > 20  # the oracle had something to say


def points_of(site):
    stops = list(site.stops.select_related("commune")) if site.is_itinerant else []
    if not stops:
        return [(site.location.y, site.location.x)]
    return [
        (stop.location.y, stop.location.x)
        for stop in stops
        if passages.coming(
            passages.stops_from_rows([[getattr(stop, name) for name in passages.STOP_FIELDS[:-1]] + [""]]),
            site.schedule,
            timezone.now(),
        )
    ]


def nearest(lat, lon, points):
    return min(
        (
            Geodesic.WGS84.Inverse(lat, lon, y, x, Geodesic.DISTANCE)["s12"]
            for y, x in points
            if abs(y - lat) < 2 and abs(x - lon) < 3.2
        ),
        default=float("inf"),
    )


def test_demonstration_rounds_are_always_the_same_and_leave_with_their_history():
    call_command("load_demo", verbosity=0)
    stops = list(Stop.objects.values_list("site__external_id", "commune", "weekday", "opens", "weeks"))
    per_site = [site.stops.count() for site in Site.objects.filter(format__in=["bus", "itinerante"])]
    assert len(per_site) == 135
    assert 4 <= min(per_site) <= max(per_site) <= 8
    assert {"all", "odd", "even", "first", "last"} <= {weeks for *_, weeks in stops}

    call_command("load_demo", verbosity=0)
    assert list(Stop.objects.values_list("site__external_id", "commune", "weekday", "opens", "weeks")) == stops


def test_demonstration_rounds_leave_when_a_real_list_comes_and_history_says_which_import():
    make_stop(make_bus(is_demo=True))

    batch = import_rows(A_REAL_SITE)[1]

    assert not Stop.objects.exists()
    gone = apps.get_model("sites", "StopEvent").objects.get(pgh_label="delete")
    assert gone.pgh_context.metadata["import_batch"] == batch.pk
