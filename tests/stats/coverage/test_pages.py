"""The pages of coverage: what they say of a territory and of « et si… », their files, and what they cost."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from franceservices.territories.models import Commune
from stats.coverage.compute import compute
from stats.models import TerritoryAccess
from tests.factories import METZ, RODEZ, TOULOUSE, make_site
from tests.people import make_national, signed_in

pytestmark = pytest.mark.django_db
FRANCE = "/statistiques/proximite/"
OCCITANIE = "/statistiques/regions/76-occitanie/proximite/"
AVEYRON = "/statistiques/departements/12-aveyron/proximite/"
MOSELLE = "/statistiques/departements/57-moselle/proximite/"
ET_SI = "/statistiques/et-si/"
PAGES = [FRANCE, OCCITANIE, AVEYRON, MOSELLE]
MILLAU = "12145"


@pytest.fixture
def sites():
    sites = {insee: make_site(insee, external_id=f"9{insee}") for insee in (RODEZ, TOULOUSE, METZ)}
    compute()
    return sites


def text(page):
    plain = page.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ").replace("&#x27;", "'")
    return " ".join(plain.split())


def value(page, code):
    _, _, after = page.content.decode().partition(f'data-indicator="{code}"')
    return after.split('data-value="', 1)[1].split('"', 1)[0]


@pytest.mark.parametrize(
    ("address", "key"), [(FRANCE, "france"), (OCCITANIE, "region-76"), (AVEYRON, "departement-12")]
)
def test_a_territory_has_its_three_shares(client, sites, address, key):
    page, access = client.get(address), TerritoryAccess.objects.get(pk=key)

    assert page.status_code == 200
    for minutes in (10, 20, 30):
        within = getattr(access, f"within_{minutes}_min")
        assert float(value(page, f"population_within_{minutes}_min_share")) == pytest.approx(
            within / access.population, abs=0.005
        )
    assert "estimée d'après la distance" in text(page)
    assert "calculé le" in text(page).lower()


def test_communes_beyond_are_listed_the_most_populous_first(client, sites):
    page = client.get(AVEYRON)

    body = text(page)
    assert body.index("Millau (12)") < body.index("Saint-Affrique (12)")
    assert 'href="/communes/12145-millau/"' in body
    assert 'href="/sites/912202-france-services-de-rodez/"' in body
    assert "Onet-le-Château (12)" not in body


@pytest.mark.parametrize("address", [FRANCE, OCCITANIE, AVEYRON])
def test_each_commune_beyond_is_a_dot_of_the_map(client, sites, address):
    page = client.get(address)

    dots = page.context["map"]
    drawn = sum(one.path.count("M") for one in dots.classes)
    assert drawn + dots.without_outline == page.context["page"].paginator.count > 10
    assert (dots.without_outline > 0) is (address == FRANCE)
    assert "Les communes à plus de 30 minutes d'un site" in text(page)


def test_collectivities_of_no_region_come_last(client, sites):
    lines = client.get(f"{FRANCE}communes.csv").content.decode("utf-8-sig").splitlines()[1:]

    apart = [bool(re.search(r"\((975|977|978|986|987|988)\)", line.split(";")[0])) for line in lines]
    assert apart == sorted(apart)
    assert any(apart)


def test_a_collectivity_without_an_outline_has_no_map(client, sites):
    page = client.get("/statistiques/departements/988-nouvelle-caledonie/proximite/")

    assert page.status_code == 200
    assert page.context["map"] is None
    assert "Nouméa (988)" in text(page)


def test_france_tells_its_collectivities_of_no_region_apart(client, sites):
    assert "de collectivités d'outre-mer qui ne sont d'aucune région" in text(client.get(FRANCE))
    assert "collectivités d'outre-mer" not in text(client.get(OCCITANIE))


def test_the_list_has_pages(client, sites):
    first, second = client.get(AVEYRON), client.get(AVEYRON, {"page": 2})

    assert "Page suivante" in text(first)
    assert "Millau (12)" not in text(second)
    assert second.status_code == 200
    assert client.get(AVEYRON, {"page": "999"}).status_code == 200


def test_where_everyone_is_near_the_page_says_so(client):
    for insee in Commune.objects.current().filter(departement="976").values_list("pk", flat=True):
        make_site(insee)
    compute()

    page = text(client.get("/statistiques/departements/976-mayotte/proximite/"))

    assert "habitants sont tous à 30 minutes au plus" in page
    assert "Aucune commune habitée n'est à plus de 30 minutes" in page


def test_parts_are_ranked_the_nearest_first(client, sites):
    france, occitanie = text(client.get(FRANCE)), text(client.get(OCCITANIE))

    assert france.index("/regions/76-occitanie/proximite/") < france.index("/regions/53-bretagne/proximite/")
    assert occitanie.index("Haute-Garonne (31)") < occitanie.index("Pyrénées-Orientales (66)")
    assert "Moselle (57)" in france
    assert "Moselle (57)" not in occitanie


def test_across_the_sea_no_minutes_are_told(client, sites):
    page = text(client.get("/statistiques/departements/974-la-reunion/proximite/"))

    assert "aucun par la route" in page
    assert "France services de" not in page.split("Communes à plus de 30 minutes", 1)[1].split("</table>", 1)[0]
    assert value(client.get("/statistiques/departements/974-la-reunion/proximite/"), "population_within_30_min_share")


@pytest.mark.parametrize("address", [*PAGES, f"{ET_SI}?insee={MILLAU}"])
def test_before_anything_is_computed_pages_say_so(client, address):
    page = client.get(address)

    assert page.status_code == 200
    assert "n'a pas encore été calculée" in text(page)
    assert client.get(f"{AVEYRON}communes.csv").status_code == 404


def test_with_no_site_in_service_nobody_is_near(client):
    compute()

    assert value(client.get(FRANCE), "population_within_30_min_share") == "0"


@pytest.mark.parametrize("address", [FRANCE, OCCITANIE])
@pytest.mark.parametrize("table", ["communes", "departements"])
def test_files_hold_every_line(client, sites, address, table):
    told = client.get(f"{address}{table}.csv")
    rows = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig")), delimiter=";"))
    sheet = load_workbook(io.BytesIO(client.get(f"{address}{table}.xlsx").content)).active

    assert len(rows) == sheet.max_row > (50 if table == "communes" else 10)
    assert [cell.value for cell in sheet[1]] == rows[0]
    assert "proximite" in told["Content-Disposition"]


def test_a_departement_has_no_ranking(client, sites):
    assert client.get(f"{AVEYRON}departements.csv").status_code == 404


@pytest.mark.parametrize(
    "address", ["/statistiques/regions/99-rien/proximite/", "/statistiques/departements/20-corse/proximite/"]
)
def test_an_unknown_territory_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_an_address_with_another_name_leads_to_the_right_one(client):
    response = client.get("/statistiques/regions/76-midi/proximite/")

    assert (response.status_code, response["Location"]) == (301, OCCITANIE)


def test_dashboards_lead_to_coverage_and_back(client, sites):
    assert f'href="{AVEYRON}"' in text(client.get("/statistiques/departements/12-aveyron/"))
    assert 'href="/statistiques/departements/12-aveyron/"' in text(client.get(AVEYRON))
    assert f'href="{ET_SI}?fermeture=912202"' in text(
        client.get("/statistiques/sites/912202-france-services-de-rodez/")
    )


def test_anyone_may_keep_the_public_page_for_five_minutes(client, sites):
    public = client.get(FRANCE)

    assert public["Cache-Control"] == "public, max-age=300" or "max-age=300" in public["Cache-Control"]
    assert not public.cookies
    assert "public" not in signed_in(make_national()).get(FRANCE).get("Cache-Control", "")


# --- Et si… ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [{"commune": "Millau"}, {"commune": MILLAU}, {"insee": MILLAU}])
def test_a_new_site_brings_inhabitants_within_30_minutes(client, sites, query):
    page = client.get(ET_SI, query)

    assert page.status_code == 200
    assert "Et si une France services ouvrait à Millau (12) ?" in text(page)
    assert "viendraient à 30 minutes au plus d'un site" in text(page)
    assert int(value(page, "enters")) > 20_000
    assert "y entre" in text(page)


def test_a_new_site_beside_one_brings_nobody(client, sites):
    page = client.get(ET_SI, {"commune": "Rodez"})

    assert "Personne de plus ne serait à 30 minutes" in text(page)
    assert "Aucune : d'autres sites sont déjà aussi près." in text(page)
    assert 'href="/statistiques/et-si/?fermeture=912202"' in text(page)


def test_a_closed_site_leaves_inhabitants_beyond(client, sites):
    page = client.get(ET_SI, {"fermeture": "912202"})

    assert "Et si « France services de Rodez » fermait ?" in text(page)
    assert "ne seraient plus à 30 minutes au plus d'un site" in text(page)
    assert "en sort" in text(page)
    assert "France services de Toulouse" in text(page)


@pytest.mark.parametrize("typed", ["Sainte-Colombe", "12100"])
def test_several_communes_of_a_name_or_code_are_a_choice(client, sites, typed):
    page = client.get(ET_SI, {"commune": typed})

    assert page.status_code == 200
    assert "Plusieurs communes portent ce nom" in text(page)
    assert "/statistiques/et-si/?insee=" in text(page)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"commune": "zzzzzzqqq"}, "Nous ne trouvons pas cette commune."),
        ({"commune": "Aveyron"}, "Écrivez le nom d'une commune"),
        ({"commune": "Milau sur Tran"}, "Nous ne trouvons pas cette commune."),
        ({"insee": "99999"}, "Nous ne trouvons pas cette commune."),
        ({"insee": "\0"}, "Nous ne trouvons pas cette commune."),
        ({"commune": "a\0b"}, "Nous ne trouvons pas cette commune."),
        ({"fermeture": "inconnu"}, "Ce site n'existe pas"),
        ({"fermeture": "\0"}, "Ce site n'existe pas"),
    ],
)
def test_what_cannot_be_answered_is_told(client, sites, query, told):
    page = client.get(ET_SI, query)

    assert page.status_code == 400
    assert told in text(page)


def test_asking_nothing_shows_the_form(client):
    assert client.get(ET_SI).status_code == 200


def test_a_site_across_an_ocean_makes_no_drive_shorter(client, sites):
    """Nouméa is nearer to Papeete than Rodez is: nobody drives there, nor counts."""
    page = client.get(ET_SI, {"commune": "Nouméa"})

    assert "Dumbéa (988)" in text(page)
    assert "(987)" not in text(page)
    assert int(value(page, "shorter")) < 300_000
    assert "La durée n'est pas donnée au-delà de 300 km." in text(page)


# --- Cost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [*PAGES, ET_SI, f"{ET_SI}?commune=Millau", f"{ET_SI}?commune=Rodez", f"{ET_SI}?fermeture=912202"]
)
def test_a_page_costs_at_most_twelve_queries(client, sites, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)

    assert len(queries) <= 12
