"""One's own account."""

from datetime import date

import pytest

from tests.accounts.steps import ACCOUNT, SECOND, SIGN_IN, give_password
from tests.people import grant, make_user, signed_in

pytestmark = pytest.mark.django_db


def test_the_account_tells_what_is_granted_and_until_when(agent):
    grant(agent, region="76", valid_until=date(2030, 1, 31))
    grant(agent, departement="57", can_edit=True, valid_until=date(2020, 12, 31))

    page = " ".join(signed_in(agent).get(ACCOUNT).text.split())

    assert agent.email in page
    assert "<strong>Aveyron (12)</strong> : vous modifiez, sans date de fin" in page
    assert "<strong>Occitanie</strong> : vous lisez, jusqu'au 31 janvier 2030" in page
    assert "<strong>Moselle (57)</strong> : vous modifiez, c'est fini depuis le 31 décembre 2020" in page
    assert "0 code de secours sur 10" in page


def test_who_holds_nothing_still_has_an_account():
    assert "Aucun territoire pour le moment" in signed_in(make_user()).get(ACCOUNT).text


def test_an_account_needs_the_second_factor(client, agent):
    assert client.get(ACCOUNT).url == f"{SIGN_IN}?next={ACCOUNT}"
    give_password(client, agent)

    assert client.get(ACCOUNT).url == f"{SECOND}?next={ACCOUNT}"
    assert client.post(ACCOUNT, {"name": "Pirate"}).url.startswith(SECOND)


def test_a_name_is_all_that_one_changes_of_oneself(agent):
    before = agent.__class__.objects.filter(pk=agent.pk).values().get()
    other = make_user(name="Autre")
    client = signed_in(agent)
    asked = {
        "name": "Camille Martin",
        "email": "pirate@exemple.fr",
        "is_superuser": "on",
        "is_active": "",
        "proconnect_sub": "x",
        "password": "x",
        "pk": other.pk,
        "id": other.pk,
        "scopes-0-kind": "national",
        "can_edit": "on",
        "groups": "1",
    }

    assert client.post(ACCOUNT, asked).url == ACCOUNT

    after = agent.__class__.objects.filter(pk=agent.pk).values().get()
    assert {name for name in after if after[name] != before[name]} - {"last_login"} == {"name"}
    assert after["name"] == "Camille Martin"
    other.refresh_from_db()
    assert other.name == "Autre"
    assert [str(scope.departement) for scope in agent.scopes.all()] == ["Aveyron (12)"]


def test_a_name_too_long_is_refused_and_nothing_else_shows_it(agent):
    response = signed_in(agent).post(ACCOUNT, {"name": "x" * 121})

    assert response.status_code == 400
    assert "x" * 121 not in response.text.split("<form")[1]


def test_a_name_is_shown_as_text(agent):
    client = signed_in(agent)
    client.post(ACCOUNT, {"name": "<script>alert(1)</script>"})

    assert "<script>alert" not in client.get(ACCOUNT).text
