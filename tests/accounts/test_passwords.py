"""Invitations, forgotten passwords and changes of password."""

from datetime import timedelta
from smtplib import SMTPException
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from franceservices.accounts import invitations, passwords
from franceservices.accounts.links import INVITATION, NEW_PASSWORD
from franceservices.accounts.models import User
from franceservices.accounts.password_views import ForgottenPassword
from tests.accounts.steps import SECOND, SIGN_IN, give_password, reads_the_account
from tests.people import PASSWORD, make_user, signed_in

pytestmark = pytest.mark.django_db
FORGOTTEN, NEW, INVITED, CHANGE = (
    "/gestion/mot-de-passe/oublie/",
    "/gestion/mot-de-passe/nouveau/",
    "/gestion/invitation/",
    "/gestion/mot-de-passe/",
)
GOOD = "la truite remonte la Truyère"


@pytest.fixture
def invited():
    return User.objects.create_user("invitee@exemple.fr", name="Sasha Invitée")


def choose(client, page, token, password=GOOD, again=None, **fields):
    typed = {"jeton": token, "new_password1": password, "new_password2": again or password}
    return client.post(page, typed | fields)


def link_in_the_mail():
    """The link of the last mail, as path and token."""
    (line,) = [line for line in mail.outbox[-1].body.splitlines() if line.startswith("http")]
    parts = urlsplit(line)
    return parts.path, parse_qs(parts.query)["jeton"][0]


def later(monkeypatch, **delay):
    """As if links were asked about later."""
    now = signing.time.time() + timedelta(**delay).total_seconds()
    monkeypatch.setattr(signing.time, "time", lambda: now)


# --- Invitations -----------------------------------------------------------------------------------


def test_an_invitation_opens_an_account(client, invited, settings):
    settings.PORTAL_URL = "https://portail.exemple.fr"
    link = invitations.invite(invited)
    (sent,) = mail.outbox
    path, token = link_in_the_mail()

    assert link in sent.body
    assert link.startswith("https://portail.exemple.fr/gestion/invitation/?jeton=")
    assert sent.to == ["invitee@exemple.fr"]
    assert "Bonjour Sasha Invitée," in sent.body
    assert path == INVITED
    page = client.get(link.removeprefix("https://portail.exemple.fr"))
    assert "invitee@exemple.fr" in page.text
    assert choose(client, path, token).url == SECOND
    assert client.get(SECOND).url == "/gestion/second-facteur/installer/"
    assert give_password(Client(), invited, GOOD).url == SECOND


def test_an_invitation_serves_once(client, invited):
    token = INVITATION.token(invited)
    choose(client, INVITED, token)

    assert Client().get(INVITED, {"jeton": token}).status_code == 410
    assert choose(Client(), INVITED, token, "un autre mot de passe").status_code == 410
    invited.refresh_from_db()
    assert invited.check_password(GOOD)


def test_looking_at_an_invitation_does_not_use_it(client, invited):
    """Mail servers open links to check them."""
    token = INVITATION.token(invited)
    for _ in range(3):
        assert client.get(INVITED, {"jeton": token}).status_code == 200

    assert choose(client, INVITED, token).url == SECOND


@pytest.mark.parametrize(
    ("link", "page", "lives", "is_over"),
    [
        (INVITATION, INVITED, {"days": 6, "hours": 23}, False),
        (INVITATION, INVITED, {"days": 7, "seconds": 1}, True),
        (NEW_PASSWORD, NEW, {"minutes": 59}, False),
        (NEW_PASSWORD, NEW, {"minutes": 61}, True),
    ],
)
def test_a_link_dies_of_age(client, invited, monkeypatch, link, page, lives, is_over):
    token = link.token(invited)

    later(monkeypatch, **lives)

    assert (client.get(page, {"jeton": token}).status_code == 410) is is_over


def test_a_link_is_good_for_its_own_page_and_its_own_person(client, invited):
    other = make_user()
    token = INVITATION.token(invited)

    assert client.get(NEW, {"jeton": token}).status_code == 410
    for forged in ("", "x", "é", token[:-1], f"{other.pk}{token}", signing.dumps([other.pk, "x"])):
        assert client.get(INVITED, {"jeton": forged}).status_code == 410
        assert choose(client, INVITED, forged).status_code == 410
    assert choose(client, INVITED, token, user=other.pk, username=other.email).url == SECOND
    other.refresh_from_db()
    assert other.check_password(PASSWORD)


def test_a_link_dies_when_its_owner_signs_in_or_is_closed(client):
    user, closed = make_user(), make_user()
    tokens = NEW_PASSWORD.token(user), NEW_PASSWORD.token(closed)
    give_password(client, user)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    assert [Client().get(NEW, {"jeton": token}).status_code for token in tokens] == [410, 410]


def test_an_invitation_that_cannot_be_sent_is_told_with_its_link(invited, monkeypatch):
    def down(*_):
        raise SMTPException

    monkeypatch.setattr(mail.backends.locmem.EmailBackend, "send_messages", down)

    with pytest.raises(invitations.NotSent) as told:
        invitations.invite(invited)
    assert INVITED in told.value.link


def test_the_link_of_one_ends_the_session_of_another_in_the_same_browser(invited, agent):
    client = signed_in(agent)

    choose(client, INVITED, INVITATION.token(invited))

    assert client.session["_auth_user_id"] == str(invited.pk)
    assert not reads_the_account(client)


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("trop court", None, "12 caractères"),
        ("motdepasse123", "motdepasse124", "ne sont pas les mêmes"),
        ("qwerty123456", None, "trop courant"),
        ("invitee@exemple.fr", None, "trop semblable"),
        ("", None, "Choisissez un mot de passe."),
        ("x" * 201, None, "200"),
    ],
)
def test_weak_passwords_are_refused_in_french(client, invited, password, again, sentence):
    response = choose(client, INVITED, INVITATION.token(invited), password, again)

    assert response.status_code == 400
    errors = response.context["form"].errors
    assert sentence in str(errors["new_password2" if again else "new_password1"])
    invited.refresh_from_db()
    assert not invited.has_usable_password()


# --- Forgotten -------------------------------------------------------------------------------------


def test_a_forgotten_password_is_chosen_again_with_a_link(client, agent):
    client.post(FORGOTTEN, {"email": agent.email.upper()})
    path, token = link_in_the_mail()
    open_elsewhere = signed_in(agent)
    token = NEW_PASSWORD.token(User.objects.get(pk=agent.pk))

    assert client.get(path, {"jeton": token}).status_code == 200
    assert choose(client, path, token).url == SECOND
    assert not reads_the_account(client), "the second factor is asked all the same"
    assert not reads_the_account(open_elsewhere)
    assert give_password(Client(), agent).status_code == 400
    assert give_password(Client(), agent, GOOD).url == SECOND
    assert client.get(NEW, {"jeton": token}).status_code == 410


def test_the_answer_is_the_same_whether_or_not_an_account_exists(agent):
    closed = make_user(is_active=False)
    answers = {}
    for email in (agent.email, closed.email, "inconnu@exemple.fr"):
        response = Client().post(FORGOTTEN, {"email": email})
        answers[email] = response.status_code, response.text.replace(email, "")

    assert len(set(answers.values())) == 1
    assert [sent.to for sent in mail.outbox] == [[agent.email]]


def test_the_answer_leaves_before_anything_is_looked_up_or_sent(rf, agent, django_assert_num_queries):
    request = rf.post(FORGOTTEN, {"email": agent.email})
    request.user = type("Nobody", (), {"is_authenticated": False, "is_verified": False})()
    request._messages = []
    with django_assert_num_queries(1):  # whether sites are fictitious, for the banner
        response = ForgottenPassword.as_view()(request)
    assert b"Regardez vos courriels" in response.content
    assert not mail.outbox

    response.close()

    assert len(mail.outbox) == 1


def test_a_mailbox_is_not_filled_by_a_stranger(client, agent):
    for _ in range(3):
        client.post(FORGOTTEN, {"email": agent.email})
    assert len(mail.outbox) == 1
    User.objects.update(password_link_sent_at=timezone.now() - passwords.A_MAIL_EVERY - timedelta(seconds=1))

    client.post(FORGOTTEN, {"email": agent.email})

    assert len(mail.outbox) == 2


def test_the_host_that_a_stranger_names_is_not_in_the_link(client, agent):
    client.post(FORGOTTEN, {"email": agent.email}, headers={"host": "localhost", "x-forwarded-host": "evil.example"})

    assert "evil" not in mail.outbox[0].body
    assert "localhost" not in mail.outbox[0].body


def test_a_mail_server_that_is_down_is_nobodys_business(client, agent, monkeypatch):
    def down(*_):
        raise TimeoutError

    monkeypatch.setattr(mail.backends.locmem.EmailBackend, "send_messages", down)

    assert client.post(FORGOTTEN, {"email": agent.email}).status_code == 200


@pytest.mark.parametrize("email", ["", "camille", "a@b@c", "a\n@exemple.fr", "x" * 400 + "@exemple.fr"])
def test_what_is_no_address_is_told_so(client, email):
    response = client.post(FORGOTTEN, {"email": email})

    assert response.status_code == 400
    assert not mail.outbox


def test_a_link_dies_when_the_password_is_changed_in_another_way(client, agent):
    token = NEW_PASSWORD.token(agent)
    change(signed_in(agent))
    User.objects.filter(pk=agent.pk).update(last_login=None)  # as it was

    assert client.get(NEW, {"jeton": token}).status_code == 410


def test_a_new_password_opens_again_for_who_was_locked_out_by_strangers(client, agent):
    for line in range(50):
        give_password(Client(REMOTE_ADDR=f"198.51.100.{line}"), agent, "non")
    assert give_password(client, agent).status_code == 429

    choose(client, NEW, NEW_PASSWORD.token(agent))

    assert give_password(Client(), agent, GOOD).url == SECOND


# --- Changed ---------------------------------------------------------------------------------------


def change(client, proof=PASSWORD, **fields):
    return client.post(CHANGE, {"proof": proof, "new_password1": GOOD, "new_password2": GOOD} | fields)


def test_changing_the_password_ends_the_other_sessions(agent):
    here, elsewhere = signed_in(agent), signed_in(agent)
    key = here.cookies["sessionid"].value

    assert change(here).url == "/gestion/compte/"

    assert reads_the_account(here)
    assert here.cookies["sessionid"].value != key
    assert not reads_the_account(elsewhere)
    assert give_password(Client(), agent, GOOD).url == SECOND


@pytest.mark.parametrize(
    "fields",
    [{"proof": "non"}, {"proof": ""}, {"new_password1": "court", "new_password2": "court"}, {"new_password2": "autre"}],
)
def test_a_password_is_not_changed_without_the_present_one_or_for_a_weak_one(agent, fields):
    client = signed_in(agent)

    assert change(client, **fields).status_code == 400

    assert give_password(Client(), agent).url == SECOND


def test_changing_the_password_needs_the_second_factor(client, agent):
    give_password(client, agent)

    assert change(client).url.startswith(SECOND)
    assert Client().post(CHANGE).url.startswith(SIGN_IN)
