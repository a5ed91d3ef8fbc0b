"""When a session ends, and what its cookie is."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.contrib.sessions.models import Session
from django.utils import timezone

from franceservices.accounts.models import User
from franceservices.run import BASE_DIR
from tests.accounts.steps import give_password, reads_the_account, sign_in
from tests.people import PASSWORD, signed_in
from tests.test_run import PRODUCTION, url_of_tests

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """`clock(hours=1)` puts all clocks that much further than now."""
    real = timezone.now

    def set_to(**delay):
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(**delay))

    return set_to


@pytest.mark.parametrize(("minutes", "is_over"), [(119, False), (121, True)])
def test_a_session_ends_after_two_hours_without_a_page(agent, clock, minutes, is_over):
    client = signed_in(agent)
    assert reads_the_account(client)

    clock(minutes=minutes)

    assert reads_the_account(client) is not is_over


def test_a_session_in_use_ends_after_ten_hours(agent, clock):
    client = signed_in(agent)
    for hour in range(10):
        clock(hours=hour, minutes=58)
        assert reads_the_account(client), hour

    clock(hours=10, minutes=1)

    assert not reads_the_account(client)


def test_reading_public_pages_does_not_keep_a_session_alive(agent, clock):
    client = signed_in(agent)
    before = Session.objects.get().expire_date
    clock(hours=1)

    assert not client.get("/").cookies

    assert Session.objects.get().expire_date == before


def test_the_second_factor_does_not_start_the_ten_hours_again(client, agent, clock):
    give_password(client, agent)
    clock(hours=1, minutes=50)
    from tests.accounts.steps import code_for, give_code

    give_code(client, code_for(agent))
    for minutes in (200, 300, 400, 500, 599):
        clock(minutes=minutes)
        assert reads_the_account(client)
    clock(minutes=601)

    assert not reads_the_account(client)


def test_a_session_is_not_written_at_every_page(agent, clock, django_assert_num_queries):
    client = signed_in(agent)
    reads_the_account(client)
    before = Session.objects.get().session_data
    clock(seconds=30)

    reads_the_account(client)

    assert Session.objects.get().session_data == before


def test_a_session_ends_with_the_browser_and_scripts_cannot_read_it(client, agent):
    sign_in(client, agent)
    cookie = client.cookies["sessionid"]

    assert cookie["max-age"] == ""
    assert cookie["expires"] == ""
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_session_ends_when_its_owner_is_deactivated(agent):
    client = signed_in(agent)
    User.objects.update(is_active=False)

    assert not reads_the_account(client)


def test_sessions_that_are_over_can_be_cleared(agent, clock):
    signed_in(agent)
    clock(hours=3)

    call_command("clearsessions")

    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_in_production_cookies_are_for_https_and_for_this_very_host(agent):
    agent.set_password(PASSWORD)
    script = (
        "import django; django.setup(); from django.test import Client; client = Client()\n"
        "from franceservices.accounts.models import User\n"
        f"user = User.objects.get(email={agent.email!r}); user.set_password({PASSWORD!r}); user.save()\n"
        f"typed = {{'username': {agent.email!r}, 'password': {PASSWORD!r}}}\n"
        "answer = client.post('/gestion/connexion/', typed, secure=True, headers={'host': '127.0.0.1'})\n"
        "print(answer.status_code); print(answer.cookies.output())"
    )
    environment = (
        os.environ | PRODUCTION | {"DATABASE_URL": url_of_tests(), "DJANGO_SETTINGS_MODULE": "franceservices.settings"}
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=BASE_DIR, env=environment, capture_output=True, text=True)

    status, *cookies = done.stdout.splitlines()
    assert status == "302", done.stderr
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith(("Set-Cookie: __Host-session=", "Set-Cookie: __Host-csrf="))
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert "Max-Age" not in cookie
