"""What strangers, and those who stole a password, try at the door: one test for each thing that once worked."""

import pytest
from axes.models import AccessAttempt
from django.test import Client

from franceservices.accounts.links import NEW_PASSWORD
from tests.accounts.steps import SECOND, SET_UP, SIGN_IN
from tests.people import make_user, signed_in

pytestmark = pytest.mark.django_db


def fail(email, address):
    return Client(REMOTE_ADDR=address).post(SIGN_IN, {"username": email, "password": "pas celui-là"})


@pytest.mark.parametrize(
    "other", ["ſidonie@exemple.fr", "sıdonıe@exemple.fr", "SIDONIE@exemple.fr", " sidonie@exemple.fr"]
)
def test_another_way_to_write_an_address_gives_no_more_tries(other):
    """PostgreSQL finds the account under letters that Python does not lower to the same ones: ſ is a small S."""
    make_user(email="sidonie@exemple.fr")
    for _ in range(5):
        fail("sidonie@exemple.fr", "192.0.2.1")

    assert fail(other, "192.0.2.1").status_code == 429


def test_ipv4_lines_written_as_ipv6_are_not_one_line():
    """A server that listens on [::] sees ::ffff:192.0.2.1: the whole of IPv4 is in that /64."""
    for number in range(100):
        fail(f"personne{number}@exemple.fr", "::ffff:192.0.2.1")

    assert fail("une.autre@exemple.fr", "::ffff:192.0.2.1").status_code == 429
    assert fail("une.autre@exemple.fr", "::ffff:198.51.100.7").status_code == 400


def test_a_failure_keeps_nothing_of_what_else_was_sent():
    """The new password and the new application's key come with the old password that was mistyped."""
    user = make_user()
    client = signed_in(user)
    key = client.get(SET_UP).context["key"]

    client.post(
        "/gestion/mot-de-passe/?jeton=lettre",
        {"proof": "faux", "new_password1": "un phare dans la brume", "new_password2": "un phare dans la brume"},
    )
    client.post(SET_UP, {"proof": "faux", "key": key, "code": "123456"})

    kept = str(list(AccessAttempt.objects.values()))
    assert AccessAttempt.objects.exists()
    assert not [secret for secret in ("phare", key, "lettre") if secret in kept]


@pytest.mark.parametrize("wanted", ["staff:home", "nulle-part", "a\0b", "2026-01-01T00:00", "-1", "\u0663"])
def test_what_is_no_address_of_ours_leads_to_ones_sites(wanted):
    client = signed_in(make_user())

    assert client.get(SIGN_IN, {"next": wanted}).url == "/gestion/"
    assert client.get(SECOND, {"next": wanted}).url == "/gestion/"


def test_a_session_cookie_that_none_of_ours_could_be_is_no_session():
    answer = Client().get("/gestion/", headers={"cookie": r'sessionid="\000bcdefgh"'})

    assert answer.url == f"{SIGN_IN}?next=/gestion/"


def test_the_address_of_a_link_is_told_to_no_page_that_it_leads_to(client, agent):
    """Its token would go, as the page that asks, with each style sheet: into a proxy's log."""
    answer = client.get(NEW_PASSWORD.address(agent))

    assert answer.status_code == 200
    assert answer.headers["Referrer-Policy"] == "strict-origin"
