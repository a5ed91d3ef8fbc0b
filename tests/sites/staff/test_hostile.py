"""What hostile forms and addresses try on the prefecture's pages: one test for each thing that once worked."""

import pytest
from django.utils import timezone

from sites import reports
from sites.models import Site
from tests.factories import METZ, RODEZ, make_site
from tests.people import grant, make_agent, signed_in
from tests.sites.staff.test_edit_page import address, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return signed_in(make_agent("12"))


@pytest.mark.parametrize("action", ["add.hours.", "add.hours.12", "copy.", "copy.1.", "copy.1.23"])
def test_a_button_for_no_day_does_not_exist(agent, action):
    assert agent.post(address(make_site()), {"action": action}).status_code == 404


def test_an_hour_in_digits_of_another_script_is_asked_again(agent):
    site = make_site()

    answer = agent.post(address(site), opened(agent, site) | {"hours-0-opens": "8:\u0663\u0660"})

    assert answer.status_code == 400


@pytest.mark.parametrize("moment", ["2000-01-01T00:00:00+23:59", "9998-12-31T23:59:59-23:59"])
def test_a_moment_in_a_time_zone_of_nowhere_is_a_moment_all_the_same(agent, moment):
    """PostgreSQL knows no such zone."""
    site = make_site()

    assert agent.get(f"{address(site)}retablir/", {"etat": moment}).status_code in (200, 404)


def test_ipv4_senders_written_as_ipv6_are_not_one_sender():
    day = timezone.localdate()

    assert reports.sender("::ffff:192.0.2.1", day) != reports.sender("::ffff:198.51.100.7", day)
    assert reports.sender("::ffff:192.0.2.1", day) == reports.sender("192.0.2.1", day)


@pytest.mark.django_db(transaction=True)
def test_a_page_kept_since_a_territory_was_lost_moves_no_site_there():
    user = make_agent("12")
    lent = grant(user, departement="57", can_edit=True)
    agent, site = signed_in(user), make_site(commune=METZ, postal_code="57000")
    was_there = timezone.now().isoformat()
    Site.objects.filter(pk=site.pk).update(commune=RODEZ, postal_code="12000")
    page = f"{address(site)}retablir/"
    token = agent.get(page, {"etat": was_there}).context["token"]
    lent.delete()

    answer = agent.post(page, {"jeton": token})

    site.refresh_from_db()
    assert (answer.status_code, site.commune_id) == (409, RODEZ)
