"""The home page, a site's page, suggestions, and the pages that say that something is wrong."""

from datetime import date

import pytest
from django.db import connection

from sites.models import Partner, Site
from tests.factories import ONET, TOULOUSE, make_site

pytestmark = pytest.mark.django_db


# --- Home ------------------------------------------------------------------------------------------


def test_home_counts_the_sites_that_take_visitors(client):
    make_site()
    make_site(format=Site.Format.BUS)
    make_site(status=Site.Status.CLOSED, closed_on=date(2025, 1, 31))

    figures = client.get("/").context["figures"]

    assert figures == {"sites": 2, "antennes": 0, "itinerant": 1, "departements": 1}


def test_home_names_the_nine_partners(client):
    page = client.get("/").text

    assert Partner.objects.count() == 9
    for partner in Partner.objects.all():
        assert partner.name in page


def test_demonstration_data_are_said_to_be_so_and_official_ones_are_not(client):
    site = make_site(is_demo=True)
    assert "Données de démonstration" in client.get("/").text

    Site.objects.filter(pk=site.pk).update(is_demo=False)
    assert "Données de démonstration" not in client.get("/").text


# --- A site ----------------------------------------------------------------------------------------


def test_a_site_shows_all_that_the_list_knows_of_it(client):
    site = make_site(
        name="France services de l'Aubrac",
        address_extra="Maison du canton",
        email="aubrac@exemple.fr",
        note="Ouvert le premier samedi du mois.\nAccès par la cour.",
        network="Nord-Aveyron",
        appointment="possible",
        labelled_on=date(2020, 1, 1),
    )

    page = client.get(site.get_absolute_url()).text

    for text in (
        "France services de l&#x27;Aubrac",
        "Maison du canton",
        "aubrac@exemple.fr",
        "premier samedi du mois",
        "Nord-Aveyron",
        "Rendez-vous possible",
        "1er janvier 2020",
        "12000 Rodez",
        "9 h - 17 h",
        'href="tel:0536490001"',
        f"Numéro {site.external_id}",
        "geo:",
    ):
        assert text in page


def test_a_site_has_one_address_and_others_lead_to_it(client):
    site = make_site(external_id="42", name="France services de Rodez")

    assert site.get_absolute_url() == "/sites/42-france-services-de-rodez/"
    for other in ("/sites/42/", "/sites/42-ancien-nom/", "/sites/42-/"):
        response = client.get(other)
        assert response.status_code == 301
        assert response.headers["Location"] == site.get_absolute_url()


@pytest.mark.parametrize("address", ["/sites/999999/", "/sites/42-%00/", "/sites/é/", "/sites/" + "9" * 500 + "/"])
def test_an_unknown_site_is_a_404_with_a_way_on(client, address):
    response = client.get(address)

    assert response.status_code == 404
    assert "Trouver une France services" in response.text


def test_a_closed_site_says_since_when_and_leads_to_the_nearest(client):
    site = make_site(status=Site.Status.CLOSED, closed_on=date(2025, 1, 31))

    page = client.get(site.get_absolute_url()).text

    assert "Ce lieu a fermé le 31 janvier 2025" in page
    assert "/recherche/?lat=" in page
    assert "data-state" not in page


def test_a_withdrawn_site_is_not_shown(client):
    site = make_site(status=Site.Status.WITHDRAWN)

    assert client.get(site.get_absolute_url()).status_code == 404


def test_a_site_names_the_others_of_its_network_in_its_departement(client):
    site = make_site(network="Ségala")
    make_site(commune=ONET, network="Ségala", name="Antenne d'Onet")
    make_site(commune=TOULOUSE, network="Ségala", name="Homonyme de Toulouse")

    page = client.get(site.get_absolute_url()).text

    assert "Antenne d&#x27;Onet" in page
    assert "Homonyme de Toulouse" not in page


def test_an_itinerant_site_does_not_send_people_to_its_garage(client):
    page = client.get(make_site(format=Site.Format.BUS).get_absolute_url()).text

    assert "appelez avant de vous déplacer" in page
    assert "Itinéraire" not in page


@pytest.mark.parametrize("how_many", [1, 10])
def test_a_site_costs_at_most_eight_queries(client, django_assert_max_num_queries, how_many):
    sites = [make_site(network="Ségala") for _ in range(how_many)]

    with django_assert_max_num_queries(8):
        client.get(sites[0].get_absolute_url())


# --- Suggestions -----------------------------------------------------------------------------------


def test_suggestions_are_places_with_the_address_of_their_results(client):
    found = client.get("/recherche/suggestions/", {"q": "rode"}).json()["suggestions"]

    assert {"label": "Rodez (12)", "detail": "Aveyron, 12000", "url": "/recherche/?q=Rodez+%2812%29"} in found


@pytest.mark.parametrize("typed", ["", " ", "a", "%", "\x00", "x" * 5000, "é" * 300, "12 rue", "🙂"])
def test_whatever_is_typed_suggestions_answer(client, typed):
    response = client.get("/recherche/suggestions/", {"q": typed})

    assert response.status_code == 200
    assert isinstance(response.json()["suggestions"], list)


def test_suggestions_are_not_kept_by_shared_caches(client):
    assert "private" in client.get("/recherche/suggestions/", {"q": "rode"}).headers["Cache-Control"]


# --- When something is wrong -----------------------------------------------------------------------


def test_a_failure_shows_a_page_with_a_way_on(client):
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sites_site RENAME TO elsewhere")

    response = client.get("/")

    assert response.status_code == 500
    assert "Le portail a un problème" in response.text
    assert "Réessayer la recherche" in response.text


def test_an_unknown_address_is_a_404_with_a_way_on(client):
    response = client.get("/nulle-part/")

    assert response.status_code == 404
    assert "Trouver une France services" in response.text
