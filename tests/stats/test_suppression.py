"""Who sees what: the public never gets a small number, agents get them all."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from franceservices.territories.models import Departement
from stats import publications, suppression, territory
from stats.models import MonthlyByDemarche, MonthlyTotal
from stats.suppression import Audience
from tests.factories import METZ, RODEZ, TOULOUSE, make_import, make_site, report_activity, report_satisfaction
from tests.people import grant, make_agent, make_national, make_reader, make_user, signed_in

pytestmark = pytest.mark.django_db
ALBI = "81004"
MARCH, APRIL = date(2023, 3, 1), date(2023, 4, 1)
AVEYRON, LITTLE, BIG = (
    "/statistiques/departements/12-aveyron/",
    "/statistiques/sites/51-petite/",
    "/statistiques/sites/52-grande/",
)


@pytest.fixture
def figures():
    """In Aveyron, a site with 3 démarches, two with many; elsewhere, many."""
    batch = make_import()
    call_command("load_demarches", verbosity=0)
    for number, (commune, name, requests) in enumerate(
        [
            (RODEZ, "Petite", 3),
            (RODEZ, "Grande", 70),
            (RODEZ, "Autre", 90),
            (TOULOUSE, "Rose", 80),
            (METZ, "Lorraine", 60),
        ],
        start=1,
    ):
        site = make_site(commune, external_id=f"5{number}", name=name, slug=name.lower())
        report_activity(site, MARCH, requests, requests, batch=batch)
        report_satisfaction(site, MARCH, requests, requests - 1, batch=batch)
    suppression.settle()


def value(page, code):
    _, _, after = page.content.decode().partition(f'data-indicator="{code}"')
    return after.split('data-value="', 1)[1].split('"', 1)[0]


def test_a_small_number_is_not_told_nor_is_the_one_that_would_reveal_it(client, figures):
    assert value(client.get(LITTLE), "requests_month") == ""
    assert "non communiqué" in client.get(LITTLE).content.decode()
    assert value(client.get(BIG), "requests_month") == ""
    assert value(client.get("/statistiques/sites/53-autre/"), "requests_month") == "90"
    assert value(client.get(AVEYRON), "requests_month") == "163"


def test_agents_see_it(figures):
    agent = signed_in(make_agent())

    assert value(agent.get(LITTLE), "requests_month") == "3"
    assert value(agent.get(BIG), "requests_month") == "70"


def test_hidden_numbers_do_not_leave_the_database_for_the_public(figures):
    (row,) = MonthlyTotal.objects.filter(territory="site-51").seen_by(Audience.PUBLIC)

    assert {name: number for name, number in row.items() if name.startswith("seen_")} == dict.fromkeys(
        ("seen_requests", "seen_completed", "seen_completed_of", "seen_respondents", "seen_very_satisfied")
    )


def test_what_was_just_written_is_hidden_until_it_is_settled(client, figures):
    report_activity(make_site(METZ, external_id="59"), MARCH, 500)

    assert value(client.get("/statistiques/regions/44-grand-est/"), "requests_month") == ""
    assert suppression.settle() == 1
    assert value(client.get("/statistiques/regions/44-grand-est/"), "requests_month") == "560"


def test_settling_again_changes_nothing(figures):
    def flags():
        return list(MonthlyTotal.objects.order_by("pk").values_list("pk", *suppression.TOTAL_FLAGS, "settled"))

    before = flags()

    assert suppression.settle() == 0
    assert suppression.settle([MARCH]) == 1
    assert flags() == before


def test_every_month_can_be_decided_anew(figures, capsys):
    MonthlyTotal.objects.update(hides_requests=False)

    call_command("hide_small_numbers")
    assert "Rien n'a changé" in capsys.readouterr().out
    call_command("hide_small_numbers", all=True)

    assert MonthlyTotal.objects.get(territory="site-51").hides_requests


def test_another_threshold_is_followed_everywhere(client, figures, settings):
    settings.SMALL_NUMBER_THRESHOLD = 1
    call_command("hide_small_numbers", verbosity=0)
    assert value(client.get(LITTLE), "requests_month") == "3"
    assert not MonthlyByDemarche.objects.filter(hides_requests=True).exists()

    settings.SMALL_NUMBER_THRESHOLD = 80
    call_command("hide_small_numbers", verbosity=0)
    assert value(client.get(BIG), "requests_month") == ""


@pytest.mark.parametrize(
    ("who", "audience"),
    [
        (make_agent, Audience.AGENTS),
        (make_reader, Audience.AGENTS),
        (make_national, Audience.AGENTS),
        (make_user, Audience.PUBLIC),  # nothing is entrusted to them
    ],
)
def test_agents_are_those_to_whom_a_territory_is_entrusted(figures, who, audience):
    page = signed_in(who()).get(LITTLE)

    assert (value(page, "requests_month") == "3") is audience.sees_small_numbers


def test_a_password_alone_shows_no_more_than_to_the_public(client, figures):
    client.force_login(make_agent())

    assert value(client.get(LITTLE), "requests_month") == ""


def test_a_grant_that_is_over_shows_no_more_than_to_the_public(figures):
    user = make_user()
    grant(user, departement="12", valid_until=date(2020, 1, 1))

    assert value(signed_in(user).get(LITTLE), "requests_month") == ""


def test_the_public_costs_no_query_to_be_told_apart(client, figures):
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with CaptureQueriesContext(connection) as queries:
        assert suppression.audience_of(request) is Audience.PUBLIC

    assert not queries


@pytest.mark.parametrize("is_published", [True, False])
def test_a_departement_that_was_published_is_not_what_hides_another(client, is_published):
    """Its total is told for good: beside it, what is left of the région's would tell the small one."""
    batch, at = make_import(), date(2023, 4, 1)
    for commune, requests in ((RODEZ, 20), (TOULOUSE, 600), (METZ, 3000)):
        report_activity(make_site(commune, external_id=commune), MARCH, requests, batch=batch)
    suppression.settle()
    if is_published:
        aveyron = territory.of_departement(Departement.objects.get(pk="12"))
        publications.freeze(aveyron, at, "", publications.figures_of(aveyron, at), None)

    report_activity(make_site(ALBI, external_id=ALBI), MARCH, 3, batch=batch)
    suppression.settle()

    assert (value(client.get(AVEYRON), "requests_month") == "20") is is_published
    assert (value(client.get("/statistiques/departements/31-haute-garonne/"), "requests_month") == "") is is_published
