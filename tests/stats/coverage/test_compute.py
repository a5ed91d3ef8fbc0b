"""How far everyone is from a site: who is counted, from which places, and when it is computed again."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone

from franceservices.territories import drive, routing
from franceservices.territories.models import Commune
from sites.models import Site
from stats.coverage import compute
from stats.models import CommuneAccess, TerritoryAccess
from tests.factories import METZ, ONET, RODEZ, TOULOUSE, make_site, make_stop

pytestmark = pytest.mark.django_db
MILLAU = "12145"


def access(insee):
    return CommuneAccess.objects.get(pk=insee)


def test_each_commune_gets_its_nearest_site():
    rodez, toulouse = make_site(RODEZ), make_site(TOULOUSE)

    compute.compute()

    assert (access(RODEZ).site, access(ONET).site, access(TOULOUSE).site) == (rodez, rodez, toulouse)
    assert access(RODEZ).distance_m == 0
    assert 2_000 < access(ONET).distance_m < 4_000


def test_minutes_are_those_of_the_model():
    make_site(RODEZ)

    compute.compute()

    for one in (access(RODEZ), access(ONET), access(MILLAU), access(METZ)):
        assert one.duration_min == pytest.approx(drive.minutes_for(one.distance_m))
        assert one.method == CommuneAccess.Method.MODEL


def test_every_commune_of_today_with_inhabitants_and_a_point_is_told():
    make_site(RODEZ)

    compute.compute()

    told = Commune.objects.current().filter(population__gt=0).exclude(location=None)
    assert set(CommuneAccess.objects.values_list("pk", flat=True)) == set(told.values_list("pk", flat=True))


@pytest.mark.parametrize("status", [Site.Status.CLOSED, Site.Status.WITHDRAWN])
def test_sites_that_are_not_in_service_are_ignored(status):
    toulouse = make_site(TOULOUSE)
    make_site(RODEZ, status=status, closed_on=date(2023, 1, 31))

    compute.compute()

    assert access(RODEZ).site == toulouse


def test_a_round_is_met_at_its_stops_not_at_its_garage():
    bus, metz = make_site(RODEZ, format="bus"), make_site(METZ)
    make_stop(bus, MILLAU)

    compute.compute()

    assert access(MILLAU).distance_m == 0
    assert access(RODEZ).site == bus
    assert access(RODEZ).distance_m > 40_000
    assert access(METZ).site == metz


def test_a_round_with_no_stop_left_is_met_at_its_address():
    bus = make_site(RODEZ, format="bus")
    make_stop(bus, MILLAU, valid_until=timezone.localdate() - timedelta(days=1))

    compute.compute()

    assert (access(RODEZ).site, access(RODEZ).distance_m) == (bus, 0)
    assert access(MILLAU).distance_m > 40_000


def test_the_older_of_two_sites_at_one_place_is_told():
    older, _ = make_site(RODEZ), make_site(RODEZ)

    compute.compute()

    assert access(ONET).site == older


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("france", {}),
        ("region-76", {"commune__departement__region": "76"}),
        ("departement-12", {"commune__departement": "12"}),
        ("departement-57", {"commune__departement": "57"}),
    ],
)
def test_a_territory_counts_the_inhabitants_of_its_communes(key, where):
    make_site(RODEZ)
    make_site(TOULOUSE)

    compute.compute()

    told = TerritoryAccess.objects.get(pk=key)
    communes = CommuneAccess.objects.filter(**where)
    assert told.population == inhabitants(communes)
    assert told.within_10_min == inhabitants(communes.filter(duration_min__lte=10))
    assert told.within_20_min == inhabitants(communes.filter(duration_min__lte=20))
    assert told.within_30_min == inhabitants(communes.filter(duration_min__lte=30))
    assert told.within_10_min < told.within_30_min < told.population or key == "departement-57"


def inhabitants(communes):
    return communes.aggregate(total=Sum("commune__population"))["total"] or 0


def test_with_no_site_at_all_nobody_is_near_one():
    compute.compute()

    france = TerritoryAccess.objects.get(pk="france")
    assert (france.within_30_min, france.population > 60_000_000) == (0, True)
    assert not CommuneAccess.objects.exists()


def test_computing_again_gives_the_same():
    make_stop(make_site(RODEZ, format="bus"), MILLAU)
    make_site(TOULOUSE)
    compute.compute()
    before = (list(CommuneAccess.objects.order_by("pk").values()), list(territories()))

    compute.compute()

    assert (list(CommuneAccess.objects.order_by("pk").values()), list(territories())) == before


def territories():
    return TerritoryAccess.objects.order_by("pk").values("territory", "population", "within_10_min", "within_30_min")


# --- When ------------------------------------------------------------------------------------------


def test_it_is_computed_again_only_when_a_place_has_changed(django_assert_num_queries):
    site = make_site(RODEZ)
    assert compute.compute_if_due().communes > 30_000

    site.phone = "05 65 00 00 00"
    site.save()

    with django_assert_num_queries(2):
        assert compute.compute_if_due() is None


@pytest.mark.parametrize("change", ["opens", "closes", "moves", "stops", "ends"])
def test_what_moves_a_place_makes_it_due(change, monkeypatch):
    site, bus = make_site(RODEZ), make_site(METZ, format="bus")
    make_stop(bus, METZ, valid_until=timezone.localdate())
    compute.compute()

    match change:
        case "opens":
            make_site(TOULOUSE)
        case "closes":
            Site.objects.filter(pk=site.pk).update(status=Site.Status.CLOSED, closed_on=date(2023, 1, 31))
        case "moves":
            Site.objects.filter(pk=site.pk).update(location=Commune.objects.get(pk=ONET).location)
        case "stops":
            make_stop(bus, ONET, weekday=3)
        case "ends":  # nothing is written: the day after, the stop is over
            tomorrow = timezone.localdate() + timedelta(days=1)
            monkeypatch.setattr(timezone, "localdate", lambda *_: tomorrow)
            Site.objects.filter(pk=bus.pk).update(location=Commune.objects.get(pk=ONET).location)

    assert compute.is_due()


def test_the_command_says_what_it_did():
    make_site(RODEZ)
    out = StringIO()

    call_command("compute_coverage", stdout=out)
    call_command("compute_coverage", if_changed=True, stdout=out)

    first, second = out.getvalue().replace("\u00a0", " ").splitlines()
    assert first.startswith("34 957 communes en ")
    assert first.endswith("des habitants à 30 minutes au plus d'un site.")
    assert second == "Rien n'a changé."


# --- By road ---------------------------------------------------------------------------------------


@pytest.fixture
def service(settings, monkeypatch):
    """A routing service that knows Rodez and its neighbour only; there, the farther place is the quicker one."""
    settings.ROUTING_URL = "http://127.0.0.1:9"
    near = Commune.objects.get(pk=RODEZ).location

    def drive_times(origin, places):
        if drive.metres_between(origin.x, origin.y, near.x, near.y) > 5_000:
            return [routing.DriveTime(1, "model")] * len(places)
        return [None, *(routing.DriveTime(12.5 + rank, "service") for rank in range(len(places) - 1))]

    monkeypatch.setattr(routing, "drive_times", drive_times)


def test_with_a_routing_service_the_quickest_of_the_nearest_is_kept(service):
    make_site(RODEZ)
    second = make_site(ONET)
    make_site(TOULOUSE)

    done = compute.compute()

    assert (access(RODEZ).site, access(RODEZ).duration_min, access(RODEZ).method) == (second, 12.5, "service")
    assert 0 < done.by_service < 20


def test_where_the_service_says_nothing_the_model_stays(service):
    make_site(RODEZ)
    metz = make_site(METZ)

    compute.compute()

    assert (access(METZ).site, access(METZ).duration_min, access(METZ).method) == (metz, 1, "model")
