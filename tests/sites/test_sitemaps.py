"""robots.txt and the sitemap in parts."""

import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from franceservices.territories.models import Commune, Departement, Region
from sites.models import Site
from tests.factories import make_site

pytestmark = pytest.mark.django_db


def addresses(response):
    return re.findall(r"<loc>(.*?)</loc>", response.text)


def path_and_query(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_robots_may_read_all_but_searches_and_are_told_of_the_sitemap(client):
    response = client.get("/robots.txt", headers={"host": "localhost"})

    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.text.splitlines() == [
        "User-agent: *",
        "Disallow: /recherche/?",
        "Disallow: /carte/?",
        "",
        "Sitemap: http://localhost/sitemap.xml",
    ]


def test_the_sitemap_names_each_part_once_at_the_host_that_was_asked(client):
    found = addresses(client.get("/sitemap.xml", headers={"host": "localhost"}))

    assert len(found) == len(set(found)) == 1 + 1 + 1 + 7 + 1 + 1 + 2
    assert all(address.startswith("http://localhost/sitemap-") for address in found)


def test_every_commune_of_today_is_in_one_part_and_no_other_code(client):
    parts = [address for address in addresses(client.get("/sitemap.xml")) if "communes" in address]

    listed = [addresses(client.get(path_and_query(part))) for part in parts]

    assert all(len(part) <= 10_000 for part in listed)
    found = [address for part in listed for address in part]
    assert len(found) == len(set(found)) == Commune.objects.current().count() == 34_969
    assert "http://testserver/communes/12202-rodez/" in found
    assert not any("/75112-" in address for address in found)


@pytest.mark.parametrize(("part", "model"), [("departements", Departement), ("regions", Region)])
def test_every_departement_and_region_is_listed_and_answers(client, part, model):
    found = addresses(client.get(f"/sitemap-{part}.xml"))

    assert len(found) == model.objects.count()
    assert {client.get(path_and_query(address)).status_code for address in found} == {200}


def test_sites_in_service_are_listed_but_no_fictitious_one(client):
    site = make_site()
    make_site(is_demo=True)
    make_site(status=Site.Status.WITHDRAWN)

    response = client.get("/sitemap-sites.xml")

    assert addresses(response) == [f"http://testserver{site.get_absolute_url()}"]
    assert f"<lastmod>{timezone.localtime(site.updated_at):%Y-%m-%d}</lastmod>" in response.text


@pytest.mark.parametrize("address", ["/sitemap-sites.xml", "/sitemap-communes.xml?p=3", "/sitemap-regions.xml"])
@pytest.mark.parametrize("how_many", [1, 10])
def test_a_part_costs_two_queries(client, django_assert_num_queries, address, how_many):
    for _ in range(how_many):
        make_site()

    with django_assert_num_queries(2):
        client.get(address)


@pytest.mark.parametrize("address", ["/sitemap-nulle-part.xml", "/sitemap-communes.xml?p=99", "/sitemap-sites.xml?p=x"])
def test_an_unknown_part_is_a_404(client, address):
    assert client.get(address).status_code == 404


def test_the_pages_that_there_is_one_of_are_listed_and_answer(client):
    found = addresses(client.get("/sitemap-pages.xml"))

    assert {"http://testserver/", "http://testserver/carte/", "http://testserver/demarches/"} <= set(found)
    for address in found:
        assert client.get(urlsplit(address).path).status_code == 200, address
