"""Django's admin: whom it lets in, what nobody may do there, and what hostile forms get."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from franceservices import administration
from franceservices.accounts import invitations
from franceservices.accounts.models import TerritoryScope, User
from tests.people import grant, make_agent, make_national, make_reader, make_user, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
USERS = "/admin/accounts/user/"


@pytest.fixture
def me():
    return make_national()


@pytest.fixture
def client(me):
    return signed_in(me)


@pytest.fixture(autouse=True)
def invited(monkeypatch):
    """Who was sent an invitation."""
    sent = []
    monkeypatch.setattr(invitations, "invite", sent.append)
    return sent


@pytest.mark.parametrize(
    ("table", "action", "key"),
    [
        ("accounts/user", "invite_again", "abc"),
        ("accounts/user", "remove_second_factor", ""),
        ("accounts/user", "invite_again", "\0"),
        ("sites/partner", "delete_selected", "\0"),
    ],
)
def test_ticking_a_row_that_cannot_be_does_nothing(client, table, action, key, invited):
    answer = client.post(f"/admin/{table}/", {"action": action, "_selected_action": key})

    assert (answer.status_code, invited) == (400, [])


@pytest.mark.django_db(transaction=True)
def test_granting_what_is_granted_already_by_a_forged_form_is_refused(client):
    user = make_agent("12")
    same = {"user": user.pk, "kind": "departement", "departement": "12", "id": user.scopes.get().pk}

    answer = client.post(page_of(user), form_of(user) | scope_rows(same, initial=-1))

    assert answer.status_code == 400


def page_of(user):
    return f"{USERS}{user.pk}/change/"


def scope_rows(*rows, initial=0):
    """The inline part of a person's form; each row is a dict."""
    data = {"scopes-TOTAL_FORMS": len(rows), "scopes-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"scopes-{number}-{name}": value for name, value in row.items()}
    return data


def form_of(user, **fields):
    return {"email": user.email, "name": user.name, "is_active": "on", **scope_rows()} | fields


def all_of(user):
    """All that is kept of someone and of what is granted to them."""
    return User.objects.filter(pk=user.pk).values().get(), list(user.scopes.order_by("pk").values())


def test_the_tables_are_well_described():
    assert administration.site.check(None) == []


# --- Who comes in ------------------------------------------------------------------------------------------


def test_there_is_no_sign_in_page_but_the_portals():
    response = Client().get("/admin/sites/")

    assert response.url == "/gestion/connexion/?next=/admin/sites/"


@pytest.mark.parametrize("address", ["login/", "logout/", "password_change/", "r/1/1/"])
def test_djangos_own_sign_in_and_password_pages_are_not_there(client, address):
    assert client.get(f"/admin/{address}").status_code == 404


def test_a_password_alone_is_sent_to_the_second_factor(me):
    client = Client()
    client.force_login(me)

    assert client.get("/admin/").url == "/gestion/second-facteur/?next=/admin/"


@pytest.mark.parametrize("make", [make_agent, make_reader, make_user])
def test_for_others_it_does_not_exist(make):
    assert signed_in(make()).get("/admin/").status_code == 404


def test_djangos_own_flags_open_nothing():
    assert signed_in(make_user(is_superuser=True)).get("/admin/").status_code == 404


def test_who_is_deactivated_is_out_at_once_though_a_session_remains(client, me):
    User.objects.filter(pk=me.pk).update(is_active=False)

    assert client.get("/admin/").url.startswith("/gestion/connexion/")


def test_who_loses_the_second_factor_is_out_at_once(client, me):
    TOTPDevice.objects.filter(user=me).delete()

    assert client.get("/admin/").url.startswith("/gestion/second-facteur/")


# --- People ------------------------------------------------------------------------------------------------


def test_someone_is_added_by_an_address_and_invited(client, invited, django_capture_on_commit_callbacks):
    scope = {"kind": "departement", "departement": "12", "can_edit": "on"}

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{USERS}add/", {"email": "ada@exemple.fr", "name": "Ada", **scope_rows(scope)})

    added = User.objects.get(email="ada@exemple.fr")
    assert not added.has_usable_password()
    assert added.scopes.get().departement_id == "12"
    assert invited == [added]


def test_what_the_form_does_not_show_can_not_be_sent(client):
    sent = {
        "is_superuser": "on",
        "is_staff": "on",
        "password": "!",
        "last_login_0": "2020-01-01",
        "user_permissions": "1",
    }
    other = make_agent()

    client.post(f"{USERS}add/", {"email": "ada@exemple.fr", "name": "Ada", **scope_rows(), **sent})
    client.post(page_of(other), form_of(other, name="Autre") | sent)

    for user in (User.objects.get(email="ada@exemple.fr"), User.objects.get(pk=other.pk)):
        assert not user.is_superuser
        assert user.password != "!"
        assert user.last_login is None
        assert not user.user_permissions.exists()
    assert User.objects.get(pk=other.pk).name == "Autre"


def test_an_address_that_has_signed_in_stays(client):
    other = make_agent()
    signed_in(other)

    client.post(page_of(other), form_of(other, email="detournee@exemple.fr"))

    assert not User.objects.filter(email="detournee@exemple.fr").exists()


def test_an_invitation_that_can_not_be_sent_is_told_and_the_account_is_kept(
    client, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(user):
        raise invitations.NotSent("lien")

    monkeypatch.setattr(invitations, "invite", refuse)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{USERS}add/", {"email": "ada@exemple.fr", **scope_rows()})

    assert User.objects.filter(email="ada@exemple.fr").exists()
    assert "Inviter à nouveau" in client.get(USERS).text


def test_someone_is_invited_again(client, invited, django_capture_on_commit_callbacks):
    other = make_agent()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(USERS, {"action": "invite_again", "_selected_action": [other.pk]})

    assert invited == [other]


def test_who_lost_a_phone_gets_rid_of_the_second_factor_and_it_is_written_down(client):
    other = make_agent()

    client.post(USERS, {"action": "remove_second_factor", "_selected_action": [other.pk]})

    assert not TOTPDevice.objects.filter(user=other).exists()
    assert "Second facteur" in LogEntry.objects.get().change_message


def test_an_action_is_not_done_by_reading(client):
    other = make_agent()

    client.get(USERS, {"action": "remove_second_factor", "_selected_action": other.pk})

    assert TOTPDevice.objects.filter(user=other).exists()


# --- Nobody raises themselves, nor deletes anyone ----------------------------------------------------------


def test_ones_own_account_is_read_and_not_changed(client, me):
    before = all_of(me)

    page = client.get(page_of(me))
    response = client.post(page_of(me), form_of(me, name="Autre", is_active=""))

    assert page.status_code == 200
    assert 'name="_save"' not in page.text
    assert not re.search('name="scopes-[^"]*(kind|can_edit|DELETE)"', page.text)
    assert response.status_code == 403
    assert all_of(me) == before


def test_nothing_is_granted_to_oneself_by_any_form(client, me):
    other = make_agent()
    mine = me.scopes.get()
    before = all_of(me)
    wanted = {"kind": "region", "region": "76", "can_edit": "on"}

    client.post(page_of(me), form_of(me, **scope_rows(wanted)))
    client.post(page_of(other), form_of(other, **scope_rows(wanted | {"user": me.pk})))
    client.post(page_of(other), form_of(other, **scope_rows(wanted | {"id": mine.pk, "user": me.pk}, initial=1)))
    client.post(page_of(other), form_of(other, **scope_rows({"id": mine.pk, "DELETE": "on"}, initial=1)))
    client.post("/admin/accounts/territoryscope/add/", wanted | {"user": me.pk})
    client.post(f"/admin/accounts/territoryscope/{mine.pk}/change/", wanted | {"user": me.pk})
    client.post(f"/admin/accounts/territoryscope/{mine.pk}/delete/", {"post": "yes"})

    assert all_of(me) == before


def test_the_scope_of_another_is_not_taken_over(client):
    other, third = make_agent(), make_agent("57")
    theirs = {"id": third.scopes.get().pk, "user": other.pk, "kind": "national", "can_edit": "on"}

    client.post(page_of(other), form_of(other, **scope_rows(theirs, initial=1)))

    assert third.scopes.get().kind == "departement"
    assert not TerritoryScope.objects.filter(user=other, kind="national").exists()


@pytest.mark.parametrize("action", ["remove_second_factor", "invite_again"])
def test_actions_leave_oneself_out(client, me, invited, action, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(USERS, {"action": action, "_selected_action": [me.pk]})

    assert TOTPDevice.objects.filter(user=me).exists()
    assert not invited


def test_nobody_is_deleted(client):
    other = make_agent()

    response = client.post(f"{USERS}{other.pk}/delete/", {"post": "yes"})
    client.post(USERS, {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"})

    assert response.status_code == 403
    assert User.objects.filter(pk=other.pk).exists()


def test_what_is_granted_to_others_is_changed_and_taken_back(client):
    other = make_agent()
    scope = {"id": other.scopes.get().pk, "user": other.pk, "kind": "departement", "departement": "57"}

    client.post(page_of(other), form_of(other, **scope_rows(scope, initial=1)))
    assert other.scopes.get().departement_id == "57"

    client.post(page_of(other), form_of(other, **scope_rows(scope | {"DELETE": "on"}, initial=1)))
    assert not other.scopes.exists()


def test_who_administers_only_reads_elsewhere_once_that_is_over(me, client):
    me.scopes.update(can_edit=False)
    grant(me, departement="12", can_edit=True)

    assert client.get("/admin/").status_code == 404


@pytest.mark.parametrize("address", [f"{USERS}?q=%00", "/admin/sites/site/?status__exact=%00", "/admin/%00/"])
def test_a_nul_is_refused(client, address):
    assert client.get(address).status_code in (400, 404)


def test_forms_ask_for_their_token(me):
    client = signed_in(me, enforce_csrf_checks=True)

    assert client.post(f"{USERS}add/", {"email": "ada@exemple.fr"}).status_code == 403
