"""What search engines read of a site's page."""

import json
import re
from datetime import date, time

import pytest

from sites.models import Site
from tests.factories import make_site

pytestmark = pytest.mark.django_db


def data_block(response):
    """What the page's JSON-LD says, or None."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL)
    return json.loads(found[1]) if found else None


def test_a_site_is_described_to_search_engines(client):
    site = make_site(week={2: ((time(9), time(12)), (time(14), time(17, 30)))}, address_extra="Mairie")

    data = data_block(client.get(site.get_absolute_url()))

    tuesday = {"@type": "OpeningHoursSpecification", "dayOfWeek": "https://schema.org/Tuesday"}
    assert data == {
        "@context": "https://schema.org",
        "@type": "GovernmentOffice",
        "name": "France services de Rodez",
        "url": f"http://testserver{site.get_absolute_url()}",
        "telephone": "05 36 49 00 01",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "1 place de la Mairie, Mairie",
            "postalCode": "12000",
            "addressLocality": "Rodez",
            "addressCountry": "FR",
        },
        "geo": {"@type": "GeoCoordinates", "latitude": site.location.y, "longitude": site.location.x},
        "openingHoursSpecification": [
            tuesday | {"opens": "09:00", "closes": "12:00"},
            tuesday | {"opens": "14:00", "closes": "17:30"},
        ],
    }


@pytest.mark.parametrize(
    "fields",
    [{"is_demo": True}, {"status": Site.Status.CLOSED, "closed_on": date(2025, 1, 31)}],
    ids=["demo", "closed"],
)
def test_nobody_is_sent_to_a_fictitious_or_closed_site(client, fields):
    assert data_block(client.get(make_site(**fields).get_absolute_url())) is None


def test_an_itinerant_site_has_no_address_nor_hours_for_search_engines(client):
    data = data_block(client.get(make_site(format=Site.Format.BUS).get_absolute_url()))

    assert data.keys() == {"@context", "@type", "name", "url", "telephone"}


def test_unknown_hours_are_left_out(client):
    data = data_block(client.get(make_site(week={}).get_absolute_url()))

    assert "openingHoursSpecification" not in data


def test_a_name_cannot_leave_the_data_block(client):
    site = make_site(name="</script><script>alert(1)</script> & <!--", slug="x")

    response = client.get(site.get_absolute_url())

    assert "<script>alert" not in response.text
    assert data_block(response)["name"] == site.name
