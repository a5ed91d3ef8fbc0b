"""Signing in by e-mail and password: what it opens, and what it tells a stranger."""

import re

import pytest
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session
from django.test import Client

from franceservices.accounts.models import User
from tests.accounts.steps import SECOND, SIGN_IN, give_code, give_password, reads_the_account, sign_in
from tests.people import PASSWORD, make_user, signed_in

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " https://evil.example",
    "https:evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "\x00//evil.example",
]


def test_a_password_leads_to_the_second_factor_which_leads_to_ones_sites(client, agent):
    first = give_password(client, agent)
    second = sign_in(client, agent)

    assert first.url == SECOND
    assert second.url == "/gestion/"
    assert client.get("/gestion/").status_code == 200


def test_one_goes_on_to_the_page_that_was_asked_for(client, agent):
    asked = client.get("/gestion/signalements/?tri=date")
    page = client.get(asked.url)
    wanted = page.context["next"]

    first = give_password(client, agent, next=wanted)
    second = sign_in(client, agent, next=wanted)

    assert first.url == "/gestion/second-facteur/?next=%2Fgestion%2Fsignalements%2F%3Ftri%3Ddate"
    assert second.url == "/gestion/signalements/?tri=date"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_led_elsewhere(client, agent, address):
    page = client.get(SIGN_IN, {"next": address})
    first = give_password(client, agent, next=address)
    second = sign_in(client, agent, next=address)
    again = client.get(SIGN_IN, {"next": address})

    assert "evil" not in page.text
    assert "alert(1)" not in page.text
    assert first.url == SECOND
    assert second.url == "/gestion/"
    assert again.url == "/gestion/"


def test_the_address_may_be_typed_in_any_case(client):
    user = make_user(email="Camille.Martin@Aveyron.gouv.fr")

    assert give_password(client, "cAMILLE.martin@aveyron.GOUV.fr ").url == SECOND
    assert client.session["_auth_user_id"] == str(user.pk)


def told(response):
    """All that a stranger reads, but for the CSRF token, the clock and the address that they typed."""
    form = response.context["form"]
    of_the_moment = ("X-Request-ID", "Expires")
    headers = {name: value for name, value in response.headers.items() if name not in of_the_moment}
    return response.status_code, str(form.errors), headers, re.sub(r'(value|csrf\w+)="[^"]*"', "", response.text)


def strangers():
    """What a stranger may type, with addresses of one length."""
    make_user(email="ouvert@exemple.fr")
    make_user(email="fermee@exemple.fr", is_active=False)
    User.objects.create_user("invite@exemple.fr")
    return {
        "wrong password": ("ouvert@exemple.fr", "pas le bon mot de passe"),
        "unknown": ("absent@exemple.fr", PASSWORD),
        "closed": ("fermee@exemple.fr", PASSWORD),
        "never opened": ("invite@exemple.fr", PASSWORD),
    }


def test_a_stranger_is_told_the_same_whether_or_not_an_account_exists():
    answers = {name: told(give_password(Client(), *typed)) for name, typed in strangers().items()}

    assert len({repr(answer) for answer in answers.values()}) == 1, answers
    status, sentence, *_ = answers["unknown"]
    assert status == 400
    assert "ne sont pas les bons" in sentence


def test_it_costs_as_many_hashings_whether_or_not_an_account_exists(monkeypatch):
    typed = strangers()
    hashings = []
    encode = hashers.get_hasher().__class__.encode

    def counted(self, *arguments, **options):
        hashings.append(1)
        return encode(self, *arguments, **options)

    monkeypatch.setattr(hashers.get_hasher().__class__, "encode", counted)
    costs = {}
    for name, (email, password) in typed.items():
        hashings.clear()
        give_password(Client(), email, password)
        costs[name] = len(hashings)

    assert costs == dict.fromkeys(typed, 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"username": "", "password": ""}, "Écrivez votre adresse électronique."),
        ({"username": "camille", "password": "x"}, "Cette adresse n&#x27;est pas complète."),
        ({"username": "a\x00@exemple.fr", "password": "x"}, "Cette adresse n&#x27;est pas complète."),
        ({"username": "a@exemple.fr", "password": "x" * 100_000}, "200"),
        ({"username": "a@exemple.fr", "password": "\x00"}, "caract"),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(client, typed, sentence):
    response = client.post(SIGN_IN, typed)

    assert response.status_code == 400
    assert sentence in response.text
    assert 'aria-invalid="true"' in response.text
    assert "<title>Erreur" in response.text


def test_browsers_and_password_managers_know_the_fields(client, agent):
    page = client.get(SIGN_IN).text
    give_password(client, agent)
    second = client.get(SECOND).text

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="one-time-code"' in second


def test_signing_in_gives_the_session_another_key_each_time(client, agent):
    """Session fixation: a key that a stranger has planted opens nothing."""
    client.post("/gestion/mot-de-passe/oublie/", {"email": "x@exemple.fr"})
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    keys = [session.session_key]

    give_password(client, agent)
    keys.append(client.cookies["sessionid"].value)
    sign_in(client, agent)
    keys.append(client.cookies["sessionid"].value)

    assert len(set(keys)) == 3
    stranger = Client()
    for key in keys[:2]:
        stranger.cookies["sessionid"] = key
        assert not reads_the_account(stranger)
    assert set(Session.objects.values_list("session_key", flat=True)) == {keys[2]}


@pytest.mark.parametrize(
    "address",
    [
        SIGN_IN,
        SECOND,
        "/gestion/second-facteur/installer/",
        "/gestion/second-facteur/codes/",
        "/gestion/deconnexion/",
        "/gestion/compte/",
        "/gestion/mot-de-passe/",
        "/gestion/mot-de-passe/oublie/",
        "/gestion/mot-de-passe/nouveau/",
        "/gestion/invitation/",
        "/gestion/proconnect/",
    ],
)
def test_a_form_from_elsewhere_is_refused(agent, address):
    client = signed_in(agent, enforce_csrf_checks=True)

    response = client.post(address, {"username": agent.email, "password": PASSWORD, "code": "123456"})

    assert response.status_code == 403
    assert "vérifier cet envoi" in response.text
    assert reads_the_account(client)


def test_a_form_of_ours_is_taken(strict_client, agent):
    page = strict_client.get(SIGN_IN)
    fields = {"csrfmiddlewaretoken": page.context["csrf_token"], "username": agent.email, "password": PASSWORD}

    assert strict_client.post(SIGN_IN, fields).url == SECOND


def test_signing_out_ends_the_session_and_is_never_done_by_a_link(agent):
    client = signed_in(agent)
    key = client.cookies["sessionid"].value
    assert client.get("/gestion/deconnexion/").status_code == 405
    assert reads_the_account(client)

    response = client.post("/gestion/deconnexion/", {"next": "https://evil.example/"})

    assert response.url == SIGN_IN
    client.cookies["sessionid"] = key
    assert not reads_the_account(client)


def test_who_is_signed_in_is_not_asked_again(agent):
    assert signed_in(agent).get(SIGN_IN, {"next": "/gestion/compte/"}).url == "/gestion/compte/"


def test_pages_of_accounts_are_kept_by_nobody(client, agent):
    pages = [client.get(SIGN_IN), client.get("/gestion/mot-de-passe/oublie/"), client.get("/gestion/invitation/")]
    give_password(client, agent)
    pages += [client.get(SECOND), give_code(client, "000000"), signed_in(agent).get("/gestion/compte/")]

    assert all("no-store" in page["Cache-Control"] for page in pages)
