"""The page of the map: its list, for every part of France that can be asked for, and what it costs."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.utils import timezone

from sites.models import Site
from tests.factories import METZ, RODEZ, SAINT_DENIS_REUNION, TOULOUSE, make_site, make_stop

pytestmark = pytest.mark.django_db
AROUND_RODEZ = "44.2,2.4,44.5,2.8"


@pytest.fixture(autouse=True)
def _tuesday_ten_o_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 2, 10, 0, tzinfo=ZoneInfo("Europe/Paris")))


def listed(response):
    return re.findall(r'class="fs-result"\s[^>]*data-site="(\w+)"', response.text)


def data(response, name):
    """An attribute of the list."""
    return re.search(rf'id="liste".*?data-{name}="([^"]*)"', response.text, re.DOTALL).group(1)


# --- All of France ---------------------------------------------------------------------------------


def test_at_first_the_list_counts_the_sites_of_each_departement(client):
    for commune in (RODEZ, RODEZ, TOULOUSE, SAINT_DENIS_REUNION):
        make_site(commune=commune)

    page = client.get("/carte/").text

    assert "<strong>4</strong> France services" in page
    counts = re.findall(r'data-departement="(\w+)">\s*<a[^>]*href="([^"]*)".*?detail">(\d+) ', page, re.DOTALL)
    assert set(counts) == {
        ("12", "/departements/12-aveyron/", "2"),
        ("31", "/departements/31-haute-garonne/", "1"),
        ("974", "/departements/974-la-reunion/", "1"),
    }
    assert 'href="/regions/76-occitanie/"' in page


def test_the_counts_are_those_of_the_sites_that_pass_the_filters(client):
    make_site(kind="antenne")
    make_site()
    make_site(commune=TOULOUSE)

    page = client.get("/carte/", {"type": "antenne"}).text

    assert "<strong>1</strong> France services avec ce filtre" in page
    assert 'href="/departements/12-aveyron/?type=antenne"' in page
    assert 'data-query="?type=antenne"' in page


def test_the_page_names_the_file_of_today(client):
    make_site()

    address = client.get("/carte/sites.json").headers["Location"]
    assert f'data-sites="{address}"' in client.get("/carte/").text


def test_overseas_is_one_link_away_wherever_there_is_a_site(client):
    make_site(commune=SAINT_DENIS_REUNION, kind="antenne")
    make_site()

    page = client.get("/carte/", {"type": "fixe"}).text  # even when none passes: one wants to see that

    assert 'href="/carte/?type=fixe&amp;departement=974"' in page
    assert "departement=976" not in page


# --- A part of it ----------------------------------------------------------------------------------


def test_a_zone_lists_the_sites_that_are_inside(client):
    here = make_site()
    make_site(commune=METZ)
    on_the_edge = make_site(at=(44.5, 2.8))

    response = client.get("/carte/", {"zone": AROUND_RODEZ})

    assert set(listed(response)) == {here.external_id, on_the_edge.external_id}
    assert data(response, "zone") == AROUND_RODEZ
    assert "Dans cette zone" in response.text


def test_a_zone_is_a_rectangle_of_the_map_however_wide(client):
    """The top edge of a box of PostGIS's geographies bends to the north: 47.2 would be inside, 43.2 too."""
    make_site(at=(47.2, 2.4))
    inside = make_site(at=(43.2, 2.4))

    assert listed(client.get("/carte/", {"zone": "43,-5,47,9"})) == [inside.external_id]


def test_the_whole_world_is_a_zone(client):
    make_site()
    make_site(commune=SAINT_DENIS_REUNION)

    assert len(listed(client.get("/carte/", {"zone": "-90,-180,90,180"}))) == 2


@pytest.mark.parametrize(
    "zone", ["NaN,2,45,3", "45,2,44,3", "inf,1,2,3", "1e308,1,2,3", "x", "9" * 5000, "44,2,45,3\0"]
)
def test_a_bad_zone_is_told_in_french_and_the_page_still_serves(client, zone):
    make_site()

    response = client.get("/carte/", {"zone": zone})

    assert response.status_code == 400
    assert 'class="fr-alert' in response.text
    assert "/departements/12-aveyron/" in response.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("zone=NaN", "Cette zone de carte n&#x27;est pas lisible : le lien est abîmé."),
        ("departement=zz", "Ce département n&#x27;existe pas."),
        ("region=00", "Cette région n&#x27;existe pas."),
    ],
)
def test_what_is_wrong_is_one_clear_sentence(client, query, sentence):
    assert sentence in client.get(f"/carte/?{query}").text


def test_a_departement_lists_its_sites_and_says_what_to_draw(client):
    here = make_site(commune=SAINT_DENIS_REUNION)
    make_site()

    response = client.get("/carte/", {"departement": "974"})

    assert listed(response) == [here.external_id]
    assert data(response, "outlines") == "974"
    assert data(response, "place") == "departement=974"
    south, west, north, east = map(float, data(response, "zone").split(","))
    assert south <= here.location.y <= north
    assert west <= here.location.x <= east
    assert 'href="/departements/974-la-reunion/"' in response.text


def test_a_region_lists_the_sites_of_its_departements(client):
    sites = {make_site().external_id, make_site(commune=TOULOUSE).external_id}
    make_site(commune=METZ)

    response = client.get("/carte/", {"region": "76"})

    assert set(listed(response)) == sites
    assert len(data(response, "outlines").split()) == 13


def test_filters_narrow_the_list_of_a_zone_and_keep_it(client):
    antenne = make_site(kind="antenne")
    make_site()

    response = client.get("/carte/", {"zone": AROUND_RODEZ, "type": "antenne"})

    assert listed(response) == [antenne.external_id]
    assert 'type="hidden" name="zone"' in response.text
    assert re.search(r'aria-label="Retirer le filtre : Antennes"', response.text)


def test_when_none_passes_the_page_says_what_to_relax(client):
    make_site()

    response = client.get("/carte/", {"departement": "12", "type": "bus"})

    assert response.status_code == 200
    assert "Aucune France services ici avec ces filtres." in response.text
    assert "Sans le filtre « Bus et sites itinérants »" in response.text


def test_an_empty_zone_says_so(client):
    make_site(commune=METZ)

    assert "Élargissez la zone." in client.get("/carte/", {"zone": AROUND_RODEZ}).text


def test_a_departement_without_any_site_has_a_page(client):
    assert client.get("/carte/", {"departement": "984"}).status_code == 200
    assert client.get("/carte/", {"departement": "984", "type": "bus"}).status_code == 200


# --- "Aller à" without a script ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("aller=departement-12&ouvert=1", "/carte/?ouvert=1&departement=12"),
        ("aller=region-76&zone=1,2,3,4&page=2", "/carte/?region=76"),
        ("aller=&departement=12&rdv=sans", "/carte/?rdv=sans"),
        ("aller=https://ailleurs.example", "/carte/"),
    ],
)
def test_going_somewhere_becomes_an_address_that_can_be_shared(client, query, address):
    response = client.get(f"/carte/?{query}")

    assert response.status_code == 302
    assert response.headers["Location"] == address


# --- The popup ---------------------------------------------------------------------------------------


def test_a_popup_says_when_and_where(client):
    site = make_site(phone="05 36 49 12 34")

    response = client.get(f"/carte/sites/{site.external_id}/")

    assert "Ouvert, ferme à 17 h" in response.text
    assert "1 place de la Mairie, 12000 Rodez" in response.text
    assert 'href="tel:0536491234"' in response.text
    assert "<html" not in response.text
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert not response.cookies


def test_a_bus_s_popup_says_its_next_passage_and_whose_address_that_is(client):
    bus = make_site(format="bus")
    make_stop(bus)

    page = client.get(f"/carte/sites/{bus.external_id}/").text

    assert "Adresse administrative" in page
    assert "Passe aujourd&#x27;hui à Rodez, 9 h - 12 h" in page


@pytest.mark.parametrize("status", [Site.Status.WITHDRAWN, "absent"])
def test_a_site_that_is_no_more_has_no_popup(client, status):
    site = make_site() if status == "absent" else make_site(status=status)
    number = "ABSENT" if status == "absent" else site.external_id

    assert client.get(f"/carte/sites/{number}/").status_code == 404


# --- What it costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 4), ("?ouvert=1", 4), (f"?zone={AROUND_RODEZ}", 3), ("?departement=12", 3), ("?region=76&rdv=sans", 3)],
)
@pytest.mark.parametrize("how_many", [1, 10])
def test_the_page_costs_the_same_however_many_sites(how_many, query, queries, client, django_assert_num_queries):
    for _ in range(how_many):
        make_site()
    client.get("/carte/?region=76&ouvert=1")  # partners, départements, time zones and the file are kept in memory

    with django_assert_num_queries(queries):
        client.get(f"/carte/{query}")


@pytest.mark.parametrize("query", ["", "?zone=44,2,45,3&ouvert=1", "?departement=12&page=2", "?type=bus&ouvert=1"])
def test_the_first_page_of_a_process_costs_no_more_than_eight_queries(query, client, django_assert_max_num_queries):
    for _ in range(21):
        make_site()
    cache.clear()

    with django_assert_max_num_queries(8):
        client.get(f"/carte/{query}")


def test_a_page_that_has_not_changed_is_not_sent_again(client):
    make_site()
    etag = client.get("/carte/").headers["ETag"]

    assert client.get("/carte/", headers={"If-None-Match": etag}).status_code == 304


def test_only_the_plain_map_is_for_search_engines(client):
    make_site()

    assert "noindex" not in client.get("/carte/").text
    assert "noindex" in client.get("/carte/", {"zone": AROUND_RODEZ}).text


@pytest.mark.parametrize("address", ["/", "/recherche/", "/plan-du-site/", "/recherche/?q=Rodez", "/nulle-part/"])
def test_every_page_leads_to_the_map(client, address):
    assert 'href="/carte/"' in client.get(address).text


def test_the_menu_says_where_one_is(client):
    assert re.search(r'href="/carte/" aria-current="page">Carte', client.get("/carte/").text)
    assert re.search(r'href="/recherche/" aria-current="page">Rechercher', client.get("/recherche/").text)
    assert 'aria-current="page">Carte' not in client.get("/").text
