"""The commands on accounts."""

from datetime import date, timedelta
from io import StringIO

import pytest
from axes.models import AccessLog
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from franceservices.accounts import demonstration
from franceservices.accounts.models import User
from franceservices.accounts.scopes import Scope
from tests.accounts.steps import give_code, give_password
from tests.people import make_agent

pytestmark = pytest.mark.django_db


def run(*arguments):
    said = StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def test_an_agent_is_created_granted_and_invited():
    said = run(
        "create_agent", "Nouvel.Agent@exemple.fr", "--departement", "2a", "--until", "2030-12-31", "--name", "Zoé"
    )

    user = User.objects.get(email__iexact="nouvel.agent@exemple.fr")
    assert user.name == "Zoé"
    assert not user.has_usable_password()
    scope = user.scopes.get()
    assert (scope.departement_id, scope.can_edit, scope.valid_until) == ("2A", True, date(2030, 12, 31))
    assert [sent.to for sent in mail.outbox] == [[user.email]]
    assert "Corse-du-Sud (2A), modifie" in said


def test_granting_again_changes_the_grant_and_makes_no_second_account():
    run("create_agent", "a@exemple.fr", "--region", "76", "--read-only")
    run("create_agent", "A@exemple.fr", "--region", "76", "--until", "2030-12-31")

    scope = User.objects.get().scopes.get()
    assert (scope.region_id, scope.can_edit, scope.valid_until) == ("76", True, date(2030, 12, 31))


def test_a_national_administrator_is_made_by_the_operator():
    run("create_agent", "n@exemple.fr", "--national")

    assert Scope.of(User.objects.get(), date(2026, 1, 1)).is_national


def test_the_link_may_be_written_instead_of_sent():
    said = run("create_agent", "a@exemple.fr", "--departement", "12", "--no-mail")

    assert "/gestion/invitation/?jeton=" in said
    assert not mail.outbox


def test_who_has_signed_in_already_is_not_invited_again(client):
    agent = make_agent()
    give_password(client, agent)

    run("create_agent", agent.email, "--departement", "57")

    assert agent.scopes.count() == 2
    assert not mail.outbox


@pytest.mark.parametrize(
    "arguments",
    [
        ["pas une adresse", "--departement", "12"],
        ["a@exemple.fr"],
        ["a@exemple.fr", "--departement", "999"],
        ["a@exemple.fr", "--region", "12"],
        ["a@exemple.fr", "--departement", "12", "--national"],
        ["a@exemple.fr", "--departement", "12", "--until", "31/12/2030"],
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_made(arguments):
    with pytest.raises(CommandError):
        run("create_agent", *arguments)

    assert not User.objects.exists()


def test_a_lost_second_factor_is_set_up_again(client):
    agent = make_agent()
    run("reset_second_factor", agent.email.upper())
    give_password(client, agent)

    assert client.get("/gestion/second-facteur/").url == "/gestion/second-facteur/installer/"
    with pytest.raises(CommandError):
        run("reset_second_factor", "inconnu@exemple.fr")


def test_sign_ins_older_than_six_months_are_forgotten(client):
    give_password(client, make_agent())
    AccessLog.objects.update(attempt_time=timezone.now() - timedelta(days=181))
    give_password(Client(), make_agent())

    run("axes_reset_logs", "--age", "180")

    assert AccessLog.objects.count() == 1


def test_demonstration_accounts_open_with_what_the_readme_says(client):
    run("load_demo_accounts")
    run("load_demo_accounts")
    assert User.objects.count() == 3

    for email in demonstration.ACCOUNTS:
        give_password(client, email, demonstration.PASSWORD)
        code = run("demo_code", email).split()[0]
        assert give_code(client, code).url == "/gestion/"
        assert client.get("/gestion/").status_code == 200
        client.post("/gestion/deconnexion/")


@pytest.mark.parametrize("command", [["load_demo_accounts"], ["demo_code", "agent@exemple.fr"]])
def test_demonstration_accounts_are_refused_in_production(settings, command):
    run("load_demo_accounts")
    User.objects.all().delete()
    settings.IN_PRODUCTION = True

    with pytest.raises(CommandError, match="production"):
        run(*command)
    assert not User.objects.exists()


def test_the_code_of_a_real_account_is_told_to_nobody():
    with pytest.raises(CommandError, match="Comptes de démonstration"):
        run("demo_code", make_agent().email)
