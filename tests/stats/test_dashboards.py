"""The dashboards: what they say of a territory, at a date, to whom."""

from datetime import date

import pytest
from django.core.management import call_command

from tests.factories import METZ, RODEZ, TOULOUSE, make_import, make_site, report_activity, report_satisfaction

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH = (date(2023, month, 1) for month in (1, 2, 3))
OCCITANIE = "/statistiques/regions/76-occitanie/"


@pytest.fixture(autouse=True)
def today(time_machine=None):
    call_command("load_demarches", verbosity=0)


@pytest.fixture
def figures():
    batch = make_import()
    for number, commune in enumerate((RODEZ, TOULOUSE, METZ), start=1):
        site = make_site(commune, external_id=f"9{number}")
        for month in (JANUARY, FEBRUARY, MARCH):
            report_activity(site, month, 100 * number, 80 * number, partner="dgfip", batch=batch)
            report_activity(site, month, 50 * number, None, partner="ants", demarche="carte-grise", batch=batch)
        report_satisfaction(site, MARCH, 100, 93, batch=batch)
    make_site(RODEZ, external_id="94")


def value(page, code):
    text = page.content.decode()
    start = text.index(f'data-indicator="{code}"')
    return text[start:].split('data-value="', 1)[1].split('"', 1)[0]


def test_a_region_counts_its_sites_and_their_requests(client, figures):
    page = client.get(OCCITANIE, {"au": "2023-04-01"})

    assert page.status_code == 200
    assert value(page, "sites") == "3"
