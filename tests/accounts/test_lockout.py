"""How many failures are borne, and that a stranger cannot easily lock someone out."""

import subprocess
import sys
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from franceservices.run import BASE_DIR
from tests.accounts.steps import SECOND, SIGN_IN, give_password
from tests.people import make_user

pytestmark = pytest.mark.django_db


def fail(email, address="192.0.2.1", **options):
    return Client(REMOTE_ADDR=address, **options).post(SIGN_IN, {"username": email, "password": "pas celui-là"})


def succeed(user, address="192.0.2.1"):
    return give_password(Client(REMOTE_ADDR=address), user)


@pytest.mark.parametrize("email", ["connu@exemple.fr", "inconnu@exemple.fr"])
def test_the_fifth_failure_closes_the_door_of_an_account_from_there(email):
    make_user(email="connu@exemple.fr")

    answers = [fail(email) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 429, 429]
    assert "attendez 30 minutes" in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "1800"


def test_who_is_locked_out_is_not_let_in_by_the_good_password_until_the_wait_is_over(agent):
    for _ in range(5):
        fail(agent.email)
    assert succeed(agent).status_code == 429

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))

    assert succeed(agent).url == SECOND


def test_trying_while_locked_out_does_not_make_it_longer(agent):
    for _ in range(5):
        fail(agent.email)
    before = list(AccessAttempt.objects.values())

    fail(agent.email)

    assert list(AccessAttempt.objects.values()) == before


def test_a_stranger_elsewhere_does_not_lock_an_agent_out(agent):
    for _ in range(10):
        fail(agent.email, "198.51.100.7")

    assert succeed(agent).url == SECOND


def test_neither_another_case_nor_another_browser_gives_more_tries(agent):
    for name in (agent.email, agent.email.upper(), f" {agent.email} ", agent.email.title()):
        fail(name, HTTP_USER_AGENT=name)

    assert fail(agent.email).status_code == 429


def test_an_account_bears_fifty_failures_from_everywhere(agent):
    for line in range(50):
        fail(agent.email, f"198.51.100.{line}")

    assert fail(agent.email, "203.0.113.1").status_code == 429
    assert fail("quelquun@exemple.fr", "203.0.113.1").status_code == 400


def test_a_line_bears_a_hundred_failures_on_all_accounts(agent):
    for number in range(100):
        fail(f"agent{number}@exemple.fr")

    assert succeed(agent).status_code == 429
    assert succeed(agent, "203.0.113.1").url == SECOND


def test_an_ipv6_line_is_its_64_first_bits(agent):
    for number in range(5):
        fail(agent.email, f"2001:db8::{number + 1}")

    assert fail(agent.email, "2001:db8::ffff").status_code == 429
    assert fail(agent.email, "2001:db8:1::1").status_code == 400


def test_behind_a_proxy_the_line_is_what_the_proxy_wrote(settings, agent):
    settings.BEHIND_PROXY = True
    for number in range(5):
        fail(agent.email, "10.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 192.0.2.9")

    assert fail(agent.email, "10.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 192.0.2.9").status_code == 429
    assert fail(agent.email, "10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.9, 192.0.2.8").status_code == 400


@pytest.mark.parametrize("written", ["", "nowhere", "1.2.3.4:5678"])
def test_a_line_that_cannot_be_read_is_no_error(settings, agent, written):
    settings.BEHIND_PROXY = True

    assert fail(agent.email, HTTP_X_FORWARDED_FOR=written).status_code == 400


def test_signing_in_forgives_ones_own_mistakes_and_not_those_of_strangers(agent):
    for _ in range(4):
        fail(agent.email)
        fail(agent.email, "198.51.100.7")

    succeed(agent)

    assert fail(agent.email).status_code == 400
    assert fail(agent.email, "198.51.100.7").status_code == 429


def test_no_password_is_kept(agent):
    fail(agent.email)
    fail(agent.email)

    kept = repr(list(AccessAttempt.objects.values()))
    assert "pas celui-là" not in kept
    assert "csrfmiddlewaretoken=*" in kept or "csrfmiddlewaretoken" not in kept


def test_failures_say_nothing_in_the_logs(agent, caplog):
    for _ in range(6):
        fail(agent.email)
    succeed(agent, "203.0.113.1")

    assert not [record for record in caplog.records if record.name.startswith("axes")]
    assert agent.email not in caplog.text


def test_failures_are_forgotten_once_they_count_no_more(agent):
    fail(agent.email)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))

    fail("autre@exemple.fr")

    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["autre@exemple.fr"]


def test_commands_start_in_silence():
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=BASE_DIR, capture_output=True, text=True)

    assert "AXES" not in done.stdout + done.stderr
