"""The pages of communes, départements and régions, and the way from a site to them."""

import re
from datetime import UTC, date, datetime, time

import pytest
from django.utils import timezone

from franceservices.territories.models import Commune
from sites.imports import apply, undo
from sites.models import Site, WeeklySlot
from tests.factories import METZ, ONET, RODEZ, SAINT_DENIS_REUNION, TOULOUSE, make_site
from tests.sites.imports.lists import RODEZ as LISTED
from tests.sites.imports.lists import import_rows

pytestmark = pytest.mark.django_db

COMMUNE = "/communes/12202-rodez/"
DEPARTEMENT = "/departements/12-aveyron/"
REGION = "/regions/76-occitanie/"
PAGES = [COMMUNE, DEPARTEMENT, REGION]
OLEMPS, PARIS_12E = "12174", "75112"
NOON_ON_A_TUESDAY = datetime(2025, 3, 11, 11, tzinfo=UTC)


def links(response):
    return re.findall(r'href="(/[^"]*)"', response.text)


# --- A commune -------------------------------------------------------------------------------------


def test_a_commune_shows_its_own_sites_then_the_nearest_ones(client):
    olemps = make_site(commune=OLEMPS)  # its centre is closer to that of Rodez than the site below
    far_side = make_site(commune=RODEZ, at=(44.3700, 2.6200))
    onet, toulouse = make_site(commune=ONET), make_site(commune=TOULOUSE)

    context = client.get(COMMUNE).context

    assert list(context["results"].sites) == [far_side]
    assert [(number, site) for number, site in context["nearby"]] == [(2, olemps), (3, onet), (4, toulouse)]
    assert all(site.distance.m > 0 for _, site in context["nearby"])


def test_a_commune_without_a_site_says_so_and_shows_the_nearest(client):
    site = make_site(commune=RODEZ)

    page = client.get("/communes/12003-les-albres/")

    assert "Aucune France services dans la commune" in page.text
    assert site.get_absolute_url() in page.text


def test_a_commune_shows_no_site_closed_for_good_nor_withdrawn(client):
    for commune in (RODEZ, ONET):
        make_site(commune=commune, status=Site.Status.CLOSED, closed_on=date(2025, 1, 31))
        make_site(commune=commune, status=Site.Status.WITHDRAWN)

    context = client.get(COMMUNE).context

    assert not context["results"].sites
    assert not context["nearby"]


def test_a_city_has_the_sites_of_its_arrondissements(client):
    site = make_site(commune=PARIS_12E)

    context = client.get("/communes/75056-paris/").context

    assert list(context["results"].sites) == [site]
    assert not context["nearby"]


def test_a_commune_with_many_sites_has_pages_and_the_nearest_come_last(client):
    for _ in range(21):
        make_site(commune=RODEZ)
    make_site(commune=ONET)

    first, second = client.get(COMMUNE), client.get(COMMUNE, {"page": 2})

    assert first.context["results"].total == 21
    assert not first.context["nearby"]
    assert [number for number, _ in second.context["nearby"]] == [22]
    assert '/communes/12202-rodez/?page=2">' in second.text  # its canonical address


def test_a_commune_without_a_known_point_has_a_page(client):
    make_site()

    response = client.get("/communes/98412-archipel-des-kerguelen/")

    assert response.status_code == 200
    assert "Allô Service Public" in response.text


def test_a_commune_links_to_those_around_it_in_its_departement(client):
    neighbours = list(client.get(COMMUNE).context["neighbours"])

    assert [neighbour.name for neighbour in neighbours[:3]] == ["Le Monastère", "Olemps", "Onet-le-Château"]
    assert len(neighbours) == 8
    assert {neighbour.departement_id for neighbour in neighbours} == {"12"}
    assert not any(neighbour.replaced_by_id for neighbour in neighbours)


# --- A département and a région --------------------------------------------------------------------


def test_a_departement_lists_its_sites_by_commune(client):
    rodez, onet, _elsewhere = make_site(commune=RODEZ), make_site(commune=ONET), make_site(commune=TOULOUSE)

    response = client.get(DEPARTEMENT)

    assert list(response.context["results"].sites) == [onet, rodez]
    assert "<strong>2</strong> France services" in response.text
    assert REGION in links(response)
    assert "/departements/81-tarn/" in links(response)


def test_a_departement_has_pages(client):
    for _ in range(21):
        make_site()

    response = client.get(DEPARTEMENT, {"page": 2})

    assert len(response.context["results"].sites) == 1
    assert 'rel="prev"' in response.text


def test_a_departement_without_a_region_nor_a_site_has_a_page(client):
    response = client.get("/departements/989-ile-de-clipperton/")

    assert response.status_code == 200
    assert "Aucune France services" in response.text


def test_a_region_counts_the_sites_in_service_of_each_departement(client):
    make_site(commune=RODEZ)
    make_site(commune=ONET)
    make_site(commune=TOULOUSE)
    make_site(commune=TOULOUSE, status=Site.Status.WITHDRAWN)

    response = client.get(REGION)

    counts = {one.code: one.how_many for one in response.context["departements"]}
    assert list(counts) == sorted(counts)
    assert len(counts) == 13
    assert {code: many for code, many in counts.items() if many} == {"12": 2, "31": 1}
    assert response.context["total"] == 3
    assert DEPARTEMENT in links(response)


# --- One address -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "true"),
    [
        ("/communes/12202/", COMMUNE),
        ("/communes/12202-rhodez/", COMMUNE),
        ("/departements/12/", DEPARTEMENT),
        ("/departements/2A-corse/", "/departements/2A-corse-du-sud/"),
        ("/regions/76-midi-pyrenees/", REGION),
        (f"/communes/{PARIS_12E}-paris-12e-arrondissement/", "/communes/75056-paris/"),
    ],
)
def test_other_addresses_of_a_place_lead_to_the_true_one_but_not_for_ever(client, asked, true):
    response = client.get(asked)

    assert (response.status_code, response.headers["Location"]) == (301, true)
    assert "max-age=300" in response.headers["Cache-Control"]


def test_a_former_commune_leads_to_the_one_of_today(client):
    former = Commune.objects.filter(departement="12").exclude(replaced_by=None).select_related("replaced_by").first()

    response = client.get(f"/communes/{former.pk}-{former.slug}/")

    today = former.replaced_by
    assert (response.status_code, response.headers["Location"]) == (301, f"/communes/{today.pk}-{today.slug}/")


@pytest.mark.parametrize(
    "address", ["/communes/99999-x/", "/communes/rodez/", "/departements/00-x/", "/regions/99/", "/communes/12202-%00/"]
)
def test_an_unknown_place_is_a_404(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_a_place_says_its_canonical_address_and_how_it_is_shared(client, address):
    page = client.get(address, {"utm": "x"}).text

    assert f'href="http://testserver{address}">' in page.replace("\n", "")
    assert f'<meta property="og:url" content="http://testserver{address}">' in page
    assert 'property="og:title"' in page
    assert 'property="og:description"' in page


@pytest.mark.parametrize("address", PAGES)
def test_fictitious_sites_are_said_to_be_so_and_not_listed_by_search_engines(client, address):
    site = make_site(is_demo=True)
    page = client.get(address).text
    assert "Données de démonstration" in page
    assert '<meta name="robots" content="noindex">' in page

    Site.objects.filter(pk=site.pk).update(is_demo=False)
    page = client.get(address).text
    assert "Données de démonstration" not in page
    assert "noindex" not in page


# --- Cost and caches -------------------------------------------------------------------------------


@pytest.mark.parametrize("how_many", [0, 1, 10, 25])
@pytest.mark.parametrize("address", PAGES)
def test_a_place_costs_at_most_eight_queries(client, django_assert_max_num_queries, address, how_many):
    for _ in range(how_many):
        make_site(commune=RODEZ)
        make_site(commune=ONET)

    for page in (1, 2):
        with django_assert_max_num_queries(8):
            client.get(address, {"page": page})


@pytest.mark.parametrize("address", PAGES)
def test_a_place_costs_the_same_for_one_site_and_for_ten(client, django_assert_num_queries, address):
    expected = {COMMUNE: 6, DEPARTEMENT: 4, REGION: 5}[address]
    make_site()
    with django_assert_num_queries(expected):
        client.get(address)

    for _ in range(9):
        make_site()
    with django_assert_num_queries(expected):
        client.get(address)


@pytest.mark.parametrize("address", PAGES)
def test_a_place_is_sent_again_only_when_the_data_or_the_minute_changes(client, address, monkeypatch):
    make_site()
    monkeypatch.setattr(timezone, "now", lambda: NOON_ON_A_TUESDAY)
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    seen = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=seen).status_code == 304

    monkeypatch.setattr(timezone, "now", lambda: NOON_ON_A_TUESDAY.replace(minute=1))

    assert client.get(address, headers=seen).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda site: Site.objects.filter(pk=site.pk).update(phone="05 36 49 00 02"),
        lambda site: WeeklySlot.objects.filter(site=site, weekday=1).update(closes=time(18)),
        lambda site: WeeklySlot.objects.filter(site=site, weekday=1).delete(),
        lambda site: site.delete(),
    ],
)
def test_a_change_made_without_the_models_changes_the_etag_too(client, monkeypatch, change):
    site = make_site()
    monkeypatch.setattr(timezone, "now", lambda: NOON_ON_A_TUESDAY)
    seen = {"If-None-Match": client.get(COMMUNE).headers["ETag"]}

    change(site)

    assert client.get(COMMUNE, headers=seen).status_code == 200


def test_a_list_is_seen_as_soon_as_it_is_applied_and_as_soon_as_it_is_taken_back(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON_ON_A_TUESDAY)
    empty = client.get(COMMUNE).headers["ETag"]

    _, batch = import_rows(LISTED)
    applied = client.get(COMMUNE, headers={"If-None-Match": empty})
    with apply.alone():
        undo.write(batch, undo.plan(batch), None)
    taken_back = client.get(COMMUNE, headers={"If-None-Match": applied.headers["ETag"]})

    assert (applied.status_code, taken_back.status_code) == (200, 200)
    assert LISTED["lib_fs"] in applied.text
    assert LISTED["lib_fs"] not in taken_back.text


# --- The way there ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("commune", "chain"),
    [
        (RODEZ, [REGION, DEPARTEMENT, COMMUNE]),
        (PARIS_12E, ["/regions/11-ile-de-france/", "/departements/75-paris/", "/communes/75056-paris/"]),
        (
            SAINT_DENIS_REUNION,
            ["/regions/04-la-reunion/", "/departements/974-la-reunion/", "/communes/97411-saint-denis/"],
        ),
        (METZ, ["/regions/44-grand-est/", "/departements/57-moselle/", "/communes/57463-metz/"]),
    ],
)
def test_a_site_leads_to_its_region_departement_and_commune(client, commune, chain):
    found = links(client.get(make_site(commune=commune).get_absolute_url()))

    assert [link for link in found if link.startswith(("/regions/", "/departements/", "/communes/"))] == chain
    for link in chain:
        assert client.get(link).status_code == 200
