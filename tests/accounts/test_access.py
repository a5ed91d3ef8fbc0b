"""The one door of the staff's pages."""

import pytest
from django.test import Client

from tests.factories import METZ, RODEZ, make_site
from tests.people import make_agent, make_national, make_reader, make_user, signed_in

pytestmark = pytest.mark.django_db


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client):
    response = client.get("/gestion/?tri=nom")

    assert response.url == "/gestion/connexion/?next=/gestion/%3Ftri%3Dnom"


def test_a_password_alone_is_not_enough():
    client = Client()
    client.force_login(make_agent())

    response = client.get("/gestion/")

    assert response.url == "/gestion/second-facteur/?next=/gestion/"


def test_who_holds_no_territory_is_told_so():
    response = signed_in(make_user()).get("/gestion/")

    assert response.status_code == 403
    assert "Aucun territoire ne vous est confié" in response.text


def test_a_page_of_the_staff_shows_only_the_territory_granted_and_is_kept_by_nobody():
    make_site(RODEZ, name="France services du Rouergue")
    make_site(METZ, name="France services de la Moselle")

    response = signed_in(make_agent("12")).get("/gestion/")

    assert "du Rouergue" in response.text
    assert "de la Moselle" not in response.text
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_public_pages_ask_nobody_who_they_are(client):
    response = client.get("/")

    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize(("make", "offered"), [(make_national, True), (make_agent, False), (make_reader, False)])
@pytest.mark.parametrize("address", ["/gestion/", "/gestion/compte/"])
def test_the_header_leads_to_the_administration_those_who_may_enter(make, offered, address):
    page = signed_in(make()).get(address).text

    assert ('href="/admin/"' in page) is offered


def test_what_is_not_found_leads_back_to_ones_sites_and_elsewhere_to_the_search(client):
    under = signed_in(make_agent()).get("/gestion/sites/NULLEPART/").text
    public = client.get("/nulle-part/").text

    assert "Revenir à mes sites" in under
    assert "Trouver une France services" not in under
    assert "Revenir à mes sites" not in public
