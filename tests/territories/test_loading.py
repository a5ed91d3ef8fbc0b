"""The fixtures are loaded once, whole, and rows that sites refer to stay."""

import shutil

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from franceservices.territories import loading
from franceservices.territories.models import Commune, Departement, LoadedFixtures, PlaceName, Region
from tests.factories import make_site

pytestmark = pytest.mark.django_db


def test_everything_is_there():
    loaded = loading.load()

    assert loaded.already
    assert (loaded.regions, loaded.departements, loaded.communes) == (18, 109, 34_969)
    assert Region.objects.count() == 18
    assert Departement.objects.exclude(region=None).count() == 101
    assert Commune.objects.current().count() == 34_969


@pytest.mark.parametrize(
    ("code", "timezone", "holidays"),
    [
        ("12", "Europe/Paris", ""),
        ("57", "Europe/Paris", "57"),
        ("67", "Europe/Paris", "6AE"),
        ("68", "Europe/Paris", "6AE"),
        ("971", "America/Guadeloupe", "971"),
        ("974", "Indian/Reunion", "974"),
        ("975", "America/Miquelon", "PM"),
        ("976", "Indian/Mayotte", "976"),
        ("978", "America/Marigot", "MF"),
    ],
)
def test_a_departement_has_its_hour_and_its_holidays(code, timezone, holidays):
    departement = Departement.objects.get(code=code)

    assert (departement.timezone, departement.holiday_calendar) == (timezone, holidays)


def test_all_time_zones_and_holidays_are_known_to_the_libraries_that_read_them():
    from zoneinfo import ZoneInfo

    from holidays import country_holidays

    for departement in Departement.objects.all():
        assert ZoneInfo(departement.timezone)
        assert country_holidays("FR", subdiv=departement.holiday_calendar or None, years=2026)


@pytest.mark.parametrize(
    ("code", "today"),
    [
        ("75112", "75056"),
        ("69383", "69123"),
        ("13213", "13055"),
        ("49069", "49126"),
        ("93059", "93066"),
        ("75059", "93066"),
    ],
)
def test_an_old_code_resolves_to_the_commune_of_today(code, today):
    assert Commune.objects.get(insee=code).today.insee == today


def test_whatever_replaces_a_commune_is_of_today():
    assert not Commune.objects.exclude(replaced_by=None).exclude(replaced_by__replaced_by=None).exists()


def test_an_arrondissement_has_its_own_postal_code_population_and_point():
    district = Commune.objects.get(insee="75112")

    assert district.postal_codes == ["75012"]
    assert district.population == 138_024
    assert district.location.coords == pytest.approx((2.39, 48.84), abs=0.01)


def test_only_the_five_uninhabited_lands_have_no_point():
    nowhere = Commune.objects.current().filter(location=None)

    assert [commune.departement_id for commune in nowhere] == ["984"] * 5


def test_a_second_load_does_nothing(django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        loaded = loading.load()

    assert loaded.already
    assert loaded.seconds < 0.3


def test_a_load_mends_what_was_changed_and_keeps_what_sites_refer_to():
    site = make_site()
    Commune.objects.filter(pk=site.commune_id).update(name="Autre", postal_codes=[])
    PlaceName.objects.filter(code=site.commune_id).delete()
    LoadedFixtures.objects.all().delete()

    loaded = loading.load()

    site.commune.refresh_from_db()
    assert not loaded.already
    assert site.commune.name == "Rodez"
    assert site.commune.postal_codes == ["12000"]
    assert PlaceName.objects.filter(search_name="rodez").exists()
    assert (
        PlaceName.objects.values("kind", "code", "label", "search_name").distinct().count() == PlaceName.objects.count()
    )


@pytest.mark.parametrize("lost", [PlaceName, LoadedFixtures])
def test_lost_rows_are_no_load(lost):
    fingerprint = loading.fingerprint_of(loading.FIXTURES)
    assert loading.is_loaded(fingerprint)

    lost.objects.all().delete()

    assert not loading.is_loaded(fingerprint)


@pytest.mark.django_db(transaction=True)
def test_a_load_that_stops_midway_leaves_everything_as_it_was(monkeypatch):
    names = PlaceName.objects.count()
    monkeypatch.setattr(loading, "is_loaded", lambda fingerprint: False)
    monkeypatch.setattr(loading, "place_name_row", lambda entry: ("too", "few"))

    with pytest.raises(psycopg.DataError):
        loading.load()

    assert PlaceName.objects.count() == names
    assert LoadedFixtures.objects.get().fingerprint == loading.fingerprint_of(loading.FIXTURES)


def test_other_fixtures_are_other_data(tmp_path):
    for name in loading.FILES:
        shutil.copy(loading.FIXTURES / name, tmp_path)
    (tmp_path / "regions.csv").write_text((tmp_path / "regions.csv").read_text("utf-8") + "99,Ailleurs\n", "utf-8")

    assert loading.fingerprint_of(tmp_path) != loading.fingerprint_of(loading.FIXTURES)


@pytest.mark.parametrize("table", ["territories_commune", "territories_placename"])
def test_the_planner_knows_the_tables(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename = %s", [table])
        (columns,) = cursor.fetchone()

    assert columns > 5


def test_the_command_says_in_one_line_what_is_there(capsys):
    call_command("load_territories")

    said = capsys.readouterr().out
    assert said.startswith("Territoires déjà chargés : 18 régions, 109 départements et collectivités, 34 969 communes")
    assert said.count("\n") == 1
