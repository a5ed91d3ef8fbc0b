"""The demonstration sites: how many, where, always the same, and never beside real ones."""

import csv
import io
import re

import pytest
from django.core.management import CommandError, call_command

from franceservices.territories.models import Departement
from sites import demo
from sites.imports.cells.columns import DAYS
from sites.management.commands.load_demo import _towns
from sites.models import ImportBatch, Site
from tests.factories import make_site

pytestmark = pytest.mark.django_db

FICTION = re.compile(r"(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98) \d\d \d\d")


@pytest.fixture(scope="module")
def towns(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return _towns()


@pytest.fixture(scope="module")
def rows(towns):
    return list(csv.DictReader(io.StringIO(demo.as_csv(towns).decode())))


def test_the_same_communes_always_give_the_same_sites(towns):
    assert demo.as_csv(towns) == demo.as_csv(list(reversed(towns)))


def test_the_sites_match_the_public_figures(rows, towns):
    in_occitanie = {town.insee for town in towns if town.region == "76"}
    principals = [row for row in rows if row["type_fs"] == "Principal"]

    assert len(principals) == 2600
    assert len([row for row in principals if row["insee_com"] in in_occitanie]) == 313
    assert len({row["insee_dep"] for row in principals if row["insee_com"] in in_occitanie}) == 13
    assert len(rows) - len(principals) == 108  # 4 % of antennes
    assert len([row for row in rows if row["format_fs"] in ("Bus_équivalent", "Itinérante")]) == 135  # 5 %


def test_all_were_labelled_from_2020_to_march_2023(rows):
    days = ["-".join(reversed(row["labellisation_fs"].split()[-1].split("/"))) for row in rows]

    assert (min(days), max(days)) == ("2020-01-01", "2023-03-01")


def test_every_departement_is_served_and_no_commune_twice(rows):
    departements = Departement.objects.exclude(region=None).values_list("code", flat=True)
    communes = {row["insee_com"] for row in rows}

    assert {row["insee_dep"] for row in rows} == set(departements)
    assert len(communes) == len(rows)
    assert not communes & {"75056", "69123", "13055"}
    assert any(code.startswith("751") for code in communes)


def test_each_site_stands_at_its_communes_own_point(rows, towns):
    points = {town.insee: (str(town.latitude), str(town.longitude)) for town in towns}

    assert all((row["latitude"], row["longitude"]) == points[row["insee_com"]] for row in rows)


def test_hours_are_varied_and_some_are_not_known(rows):
    without_hours = [row for row in rows if not any(row[day] for day in DAYS)]
    on_saturday = [row for row in rows if row["h_samedi"]]

    assert 0.01 < len(without_hours) / len(rows) < 0.04
    assert 0.15 < len(on_saturday) / len(rows) < 0.3
    assert len({tuple(row[day] for day in DAYS) for row in rows}) > 200


def test_no_contact_is_anyones(rows):
    assert all(FICTION.fullmatch(row["telephone"]) for row in rows)
    assert all(row["mail"].endswith("@demo.example") for row in rows)
    assert len({row["telephone"] for row in rows}) == len({row["mail"] for row in rows}) == len(rows)
    assert [row["id_fs"] for row in rows] == [f"D{number:04}" for number in range(1, 2709)]


def test_loading_takes_the_imports_path_and_again_changes_nothing(capsys):
    call_command("load_demo")
    call_command("load_demo")

    out = capsys.readouterr().out
    assert "2708 sites de démonstration chargés" in out
    assert "sont déjà là" in out
    batch = ImportBatch.objects.get()
    assert (batch.is_demo, batch.counts["created"], batch.counts["warnings"]) == (True, 2708, 0)
    assert Site.objects.demonstration().count() == 2708
    for antenne in Site.objects.filter(kind="antenne").select_related("commune")[:10]:
        assert antenne.others_of_its_network().filter(kind="principal").count() == 1


def test_demonstration_never_mixes_with_real_sites():
    make_site(is_demo=False)

    with pytest.raises(CommandError, match="sites réels"):
        call_command("load_demo")

    assert Site.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Rodez", "de Rodez"),
        ("Albi", "d'Albi"),
        ("Évreux", "d'Évreux"),
        ("Le Vigan", "du Vigan"),
        ("Les Sables-d'Olonne", "des Sables-d'Olonne"),
        ("La Rochelle", "de La Rochelle"),
        ("L'Haÿ-les-Roses", "de L'Haÿ-les-Roses"),
        ("Œting", "d'Œting"),
    ],
)
def test_names_of_communes_are_contracted_as_in_french(name, said):
    assert demo.of(name) == said
