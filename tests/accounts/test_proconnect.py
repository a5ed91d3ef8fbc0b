"""ProConnect, with a real provider on this machine (oidc-provider-mock): the flow, and what a stranger may try."""

import re
import warnings
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.contrib.auth.signals import user_login_failed
from django.test import Client, RequestFactory

from franceservices.accounts import proconnect
from franceservices.accounts.links import INVITATION
from franceservices.accounts.models import User
from tests.accounts.steps import SECOND, code_for, give_code, give_password, reads_the_account
from tests.people import make_agent, make_user, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]  # the provider's own warnings
START, BACK = "/gestion/proconnect/", "/gestion/proconnect/retour/"


@pytest.fixture(scope="module")
def provider():
    with running_provider() as address:
        yield address


@contextmanager
def running_provider():
    """The address of an OpenID provider that lets anyone in under the name that they type."""
    with warnings.catch_warnings():
        import authlib.deprecate  # noqa: F401 - which insists on being heard

        warnings.simplefilter("ignore")
        import oidc_provider_mock
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        with oidc_provider_mock.run_server_in_thread() as server:
            yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def _switched_on(settings, provider):
    settings.PROCONNECT_CLIENT_ID = settings.OIDC_RP_CLIENT_ID = "portail"
    settings.OIDC_RP_CLIENT_SECRET = "secret"
    settings.PROCONNECT_ISSUER = provider
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{provider}/oauth2/authorize"
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{provider}/oauth2/token"
    settings.OIDC_OP_USER_ENDPOINT = f"{provider}/userinfo"
    settings.OIDC_OP_JWKS_ENDPOINT = f"{provider}/jwks"
    settings.OIDC_VERIFY_KID = False  # this provider's tokens do not name their key
    settings.PROCONNECT_LOGOUT_URL = f"{provider}/oauth2/end_session"
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "franceservices.accounts.proconnect.ProConnectBackend",
    ]


def there(address, sub):
    """Where the provider sends back a browser whose owner says to be `sub` (a path with its query)."""
    answer = httpx.post(address, data={"sub": sub})
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def come(client, sub, **fields):
    """From our button to the provider, and back."""
    return client.get(there(client.post(START, fields).url, sub))


def bound(sub="f3a1", **fields):
    user = make_agent("12")
    User.objects.filter(pk=user.pk).update(proconnect_sub=sub, **fields)
    return User.objects.get(pk=user.pk)


def test_who_is_bound_comes_in_and_gives_a_code_too(client):
    user = bound()

    response = come(client, "f3a1", next="/gestion/compte/")

    assert response.url == "/gestion/compte/"
    assert not reads_the_account(client)
    assert client.get("/gestion/compte/").url.startswith(SECOND)
    give_code(client, code_for(user))
    assert reads_the_account(client)
    assert client.get("/gestion/").status_code == 200


def test_what_is_asked_of_the_provider(client):
    address = urlsplit(client.post(START).url)
    asked = {name: value for name, (value,) in parse_qs(address.query).items()}

    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid"
    assert asked["acr_values"] == "eidas1"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) == len(asked["nonce"]) == 32
    assert asked["redirect_uri"] == f"http://testserver{BACK}"


def test_an_unknown_identity_opens_nothing_even_with_the_e_mail_of_an_account(client, agent, provider):
    httpx.put(f"{provider}/users/stranger", json={"email": agent.email, "email_verified": True})

    response = come(client, "stranger")

    assert response.status_code == 403
    assert "aucun compte de ce portail n'est lié" in response.text.replace("&#x27;", "'")
    assert "_auth_user_id" not in client.session
    agent.refresh_from_db()
    assert agent.proconnect_sub is None
    assert User.objects.count() == 1


def test_an_e_mail_as_identity_is_not_an_account(client, agent):
    assert come(client, agent.email).status_code == 403


def test_a_closed_account_stays_closed(client):
    bound(is_active=False)

    response = come(client, "f3a1")

    assert response.status_code == 403
    assert "aucun compte de ce portail" in response.text


def test_a_session_from_proconnect_ends_when_its_owner_is_deactivated(client):
    user = bound()
    come(client, "f3a1")
    give_code(client, code_for(user))
    assert reads_the_account(client)
    User.objects.update(is_active=False)

    assert not reads_the_account(client)


def test_an_invitation_binds_and_serves_once(client):
    user = User.objects.create_user("invitee@exemple.fr")
    token = INVITATION.token(user)
    assert "ProConnect" in client.get("/gestion/invitation/", {"jeton": token}).text

    response = come(client, "a7", jeton=token)

    assert response.url == "/gestion/"
    assert client.get(SECOND).url == "/gestion/second-facteur/installer/"
    user.refresh_from_db()
    assert user.proconnect_sub == "a7"
    assert come(Client(), "b8", jeton=token).status_code == 403
    assert Client().get("/gestion/invitation/", {"jeton": token}).status_code == 410
    assert come(Client(), "a7").url == "/gestion/"


def test_an_invitation_that_is_not_ours_binds_nothing(client):
    user = User.objects.create_user("invitee@exemple.fr")

    assert come(client, "a7", jeton=INVITATION.token(user)[:-1]).status_code == 403
    user.refresh_from_db()
    assert user.proconnect_sub is None


def test_who_is_signed_in_binds_their_own_account(agent):
    client = signed_in(agent)

    response = come(client, "c9", lier="oui")

    assert response.url == "/gestion/compte/"
    assert "Votre compte est lié" in client.get(response.url).text
    agent.refresh_from_db()
    assert agent.proconnect_sub == "c9"


def test_a_password_alone_binds_nothing(client, agent):
    give_password(client, agent)

    assert come(client, "c9", lier="oui").status_code == 403
    agent.refresh_from_db()
    assert agent.proconnect_sub is None


def test_an_identity_is_bound_to_one_account_and_an_account_to_one_identity(agent):
    bound("f3a1")
    client = signed_in(agent)

    taken = come(client, "f3a1", lier="oui")
    come(client, "c9", lier="oui")
    other = come(client, "d0", lier="oui")

    assert taken.status_code == other.status_code == 403
    assert "déjà liée à un autre compte" in taken.text
    assert "déjà lié à une autre identité" in other.text
    agent.refresh_from_db()
    assert agent.proconnect_sub == "c9"


def test_an_answer_meant_for_another_browser_is_refused(client):
    """Whoever is made to follow a stranger's way back does not come in as the stranger."""
    bound()
    back = there(Client().post(START).url, "f3a1")

    response = client.get(back)

    assert response.status_code == 403
    assert "_auth_user_id" not in client.session


def test_an_answer_serves_once(client):
    bound()
    back = there(client.post(START).url, "f3a1")
    assert client.get(back).status_code == 302

    assert client.get(back).status_code == 403


def test_a_code_of_ones_own_making_is_refused(client):
    bound()
    state = parse_qs(urlsplit(client.post(START).url).query)["state"][0]

    response = client.get(BACK, {"state": state, "code": "invented"})

    assert response.status_code in (403, 502)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"error": "access_denied"},
        {"state": "x", "code": "y"},
        {"code": "y"},
        {"state": "\x00"},
        {"error": "x", "state": "y", "code": "z"},
    ],
)
def test_a_way_back_that_nobody_asked_for_signs_nobody_in_nor_out(agent, query):
    client = signed_in(agent)

    assert client.get(BACK, query).status_code == 403
    assert reads_the_account(client)


def test_who_gives_up_at_the_provider_is_told_that_nothing_changed(client):
    address = client.post(START).url
    back = urlsplit(httpx.post(address, data={"action": "deny"}).headers["location"])
    state = parse_qs(urlsplit(address).query)["state"][0]

    response = client.get(f"{back.path}?{back.query}&state={state}")

    assert response.status_code == 403
    assert "Vous avez renoncé" in response.text


@pytest.mark.parametrize(
    "change", [{"aud": "someone else"}, {"iss": "https://evil.example"}, {"nonce": "another"}, {"sub": "z"}]
)
def test_an_identity_token_that_is_not_for_us_is_refused(client, monkeypatch, change):
    bound()
    read = proconnect.ProConnectBackend.get_payload_data
    monkeypatch.setattr(proconnect.ProConnectBackend, "get_payload_data", lambda *arguments: read(*arguments) | change)

    response = come(client, "f3a1")

    assert response.status_code == 403
    assert "_auth_user_id" not in client.session


def test_claims_on_someone_else_are_refused(client, monkeypatch):
    bound()
    monkeypatch.setattr(proconnect.ProConnectBackend, "get_userinfo", lambda *_: {"sub": "another"})

    assert come(client, "f3a1").status_code == 403
    assert "_auth_user_id" not in client.session


def test_a_provider_that_is_down_is_told_of(client, settings):
    bound()
    back = there(client.post(START).url, "f3a1")
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token"

    response = client.get(back)

    assert response.status_code == 502
    assert "ProConnect ne répond pas" in response.text


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(client, address):
    bound()

    assert come(client, "f3a1", next=address).url == "/gestion/"


def test_the_session_gets_another_key(client):
    bound()
    client.post(START)
    planted = client.cookies["sessionid"].value

    come(client, "f3a1")

    assert client.cookies["sessionid"].value != planted


def test_signing_out_also_ends_the_session_at_the_provider(client, provider):
    user = bound()
    come(client, "f3a1")
    give_code(client, code_for(user))

    response = client.post("/gestion/deconnexion/")

    asked = urlsplit(response.url)
    assert response.url.startswith(f"{provider}/oauth2/end_session?")
    assert parse_qs(asked.query)["post_logout_redirect_uri"] == ["http://testserver/gestion/connexion/"]
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", parse_qs(asked.query)["id_token_hint"][0])
    assert not reads_the_account(client)


def test_unknown_identities_only_lock_out_the_line_that_they_come_from(client):
    bound()
    for line, failures in (("198.51.100.7", 60), ("198.51.100.8", 100)):
        for _ in range(failures):
            request = RequestFactory(REMOTE_ADDR=line).get(BACK)
            user_login_failed.send("test", credentials={}, request=request)

    assert come(Client(REMOTE_ADDR="198.51.100.8"), "f3a1").status_code == 429
    assert come(Client(REMOTE_ADDR="198.51.100.7"), "f3a1").status_code == 302
    assert come(client, "f3a1").status_code == 302


def test_it_is_started_by_a_form_only(client):
    assert client.get(START).status_code == 405
    assert Client(enforce_csrf_checks=True).post(START).status_code == 403


def test_where_it_is_not_configured_there_is_no_trace_of_it(client, agent, settings):
    settings.PROCONNECT_CLIENT_ID = ""

    assert client.post(START).status_code == 404
    assert client.get(BACK).status_code == 404
    assert "ProConnect" not in client.get("/gestion/connexion/").text
    assert "ProConnect" not in signed_in(make_user()).get("/gestion/compte/").text


def test_the_providers_code_stands_for_no_password(client, provider):
    """Django tries each way in with what was typed: this one must not look for a code in the address of that page."""
    bound("f3a1")
    started = client.post(START).url
    query = urlsplit(there(started.replace("nonce=", "x=").replace("code_challenge", "y"), "f3a1")).query

    answer = Client().post(f"/gestion/connexion/?{query}", {"username": "a@exemple.fr", "password": "n'importe quoi"})

    assert answer.status_code == 400


def test_ones_own_provider_does_not_prove_ones_password(provider):
    """On a screen left open: bind another identity, then choose another password, all without the earlier one."""
    user = make_agent("12")
    client = signed_in(user)
    started = client.post(START, {"lier": "1"}).url
    query = urlsplit(there(started.replace("nonce=", "x=").replace("code_challenge", "y"), "stranger")).query

    new = "un phare dans la brume"
    answer = client.post(
        f"/gestion/mot-de-passe/?{query}", {"proof": "faux", "new_password1": new, "new_password2": new}
    )

    assert answer.status_code == 400
    assert not User.objects.get(pk=user.pk).check_password(new)
