"""What holds for every public address: what it costs, and what it does with what it does not understand."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from sites import pages, urls
from sites.models import Closure
from tests.factories import METZ, ONET, RODEZ, make_site, make_stop

pytestmark = pytest.mark.django_db

SITE = "/sites/{site.external_id}-{site.slug}"
# The name of each public page -> addresses of that kind.
PAGES = {
    "home": ["/"],
    "search": [
        "/recherche/",
        "/recherche/?q=Rodez",
        "/recherche/?q=Aveyron",
        "/recherche/?q=xyzzyx",
        "/recherche/?q=St",
        "/recherche/?q=carte+grise+Rodez",
        "/recherche/?q=passeport",
        "/recherche/?q=France+services+de",
    ],
    "suggestions": ["/recherche/suggestions/?q=rod"],
    "map": ["/carte/", "/carte/?zone=44.2,2.4,44.5,2.8", "/carte/?departement=12"],
    "map_sites": ["/carte/sites.json"],
    "map_sites_of": ["/carte/sites-0123456789abcdef.json"],
    "map_shown": ["/carte/retenus.json?ouvert=1"],
    "map_popup": ["/carte/sites/{site.external_id}/"],
    "site": [f"{SITE}/", "/sites/{bus.external_id}-{bus.slug}/", "/sites/{site.external_id}/"],
    "sheet": [f"{SITE}.pdf"],
    "calendar": [f"{SITE}.ics"],
    "report": [f"{SITE}/signaler/"],
    "commune": ["/communes/12202-rodez/", "/communes/12176-onet-le-chateau/", "/communes/12202/"],
    "departement": ["/departements/12-aveyron/", "/departements/975-saint-pierre-et-miquelon/"],
    "region": ["/regions/76-occitanie/"],
    "demarches": ["/demarches/"],
    "demarche": ["/demarches/rsa/"],
    "robots": ["/robots.txt"],
    "sitemap": ["/sitemap.xml"],
    "sitemap_part": ["/sitemap-sites.xml", "/sitemap-communes.xml?p=2"],
    "plan-du-site": ["/plan-du-site/"],
    "stats": ["/stats/"],
    **{slug: [f"/{slug}/"] for slug in pages.WRITTEN},
}
ADDRESSES = [address for addresses in PAGES.values() for address in addresses]


def test_every_public_page_is_named_here():
    """So that the rules below hold for it."""
    assert set(PAGES) == {pattern.name for pattern in urls.urlpatterns}


def some_sites(how_many):
    """As many sites, antennes and rounds, with closures and in one network; a site and a round among them."""
    today = timezone.localdate()
    for number in range(how_many):
        site = make_site(RODEZ, network="Réseau", kind=["principal", "antenne"][number % 2])
        make_site(METZ)
        Closure.objects.create(site=site, starts=today + timedelta(days=number), ends=today + timedelta(days=number))
        bus = make_site(ONET, format="bus")
        for weekday in range(1, 6):
            make_stop(bus, weekday=weekday)
    return {"site": site, "bus": bus}


@pytest.mark.parametrize("how_many", [1, 10])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_public_page_costs_at_most_eight_queries(client, django_assert_max_num_queries, address, how_many):
    cache.clear()
    call_command("load_demarches", verbosity=0)
    known = some_sites(how_many)

    with django_assert_max_num_queries(8):
        response = client.get(address.format(**known))

    assert response.status_code in (200, 301, 302, 400), response.status_code


# --- What no form of ours sends --------------------------------------------------------------------

BAD = [
    "%00",
    "a%00b",
    "%FF%FE",  # not UTF-8
    "%ED%A0%80",  # half of a surrogate pair
    "-1",
    "999999999999",
    "9" * 5_000,  # more digits than Python reads
    "1e400",
    "nan",
    "-inf",
    "%D9%A3",  # 3, in Arabic
    "'%22%3E%3Cscript%3E",
    "%F0%9F%9A%8C" * 300,
    "24:00",
    "%E2%80%AE",
    "",
]
FILTERS = ["ouvert", "jour", "heure", "creneau", "rdv", "type", "service", "demarche"]
READ_BY = {
    "/recherche/?q=Rodez": ["q", "lat", "lon", "label", "rayon", "page", *FILTERS],
    "/recherche/?lat=44.35&lon=2.57": ["lat", "lon", "label", "rayon", "page"],
    "/recherche/suggestions/?": ["q"],
    "/communes/12202-rodez/?": ["page", *FILTERS],
    "/departements/12-aveyron/?": ["page", *FILTERS],
    "/regions/76-occitanie/?": FILTERS,
    "/sitemap-communes.xml?": ["p"],
    "/carte/?": ["zone", "departement", "page", *FILTERS],
    "/carte/retenus.json?": FILTERS,
}


@pytest.mark.parametrize(("address", "name"), [(address, name) for address, names in READ_BY.items() for name in names])
def test_a_value_that_nobody_sends_is_answered_all_the_same(client, address, name):
    make_site()

    for value in BAD:
        response = client.get(f"{address}&{name}=1&{name}[]={value}&{name}={value}")  # it would raise its exception
        assert response.status_code in (200, 400, 404), (value[:80], response.status_code)


@pytest.mark.parametrize(
    "address",
    ["/sites/{}/", "/sites/1-{}/", "/communes/{}/", "/communes/12202-{}/", "/departements/{}/", "/regions/{}/", "/{}/"],
)
def test_an_address_that_nobody_links_to_is_not_found(client, address):
    make_site()

    for value in BAD[:-1]:
        response = client.get(address.format(value))
        assert response.status_code in (301, 400, 404), (value[:80], response.status_code)
