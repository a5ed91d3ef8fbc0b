"""Telling of an error: what is kept, what is refused and how it is said, what is forgotten."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sites import reports
from sites.models import ErrorReport, Site
from tests.factories import ONET, make_site

pytestmark = pytest.mark.django_db
TOLD = {"subject": "hours", "message": "Fermé le lundi depuis septembre.", "email": ""}


def token(site, seconds=60):
    """A form's token, given that many seconds ago."""
    with pytest.MonkeyPatch.context() as patch:
        now = datetime.now(tz=UTC).timestamp()
        patch.setattr("django.core.signing.time.time", lambda: now - seconds)
        return reports.form_token(site)


def tell(client, site, seconds=60, headers=None, **fields):
    data = TOLD | {"jeton": token(site, seconds)} | fields
    return client.post(site.report_url, data, headers=headers)


# --- What is kept ------------------------------------------------------------------------------------------


def test_an_error_is_kept_for_the_prefecture(client):
    site = make_site()

    response = tell(client, site, email="ada@exemple.fr")

    assert (response.status_code, response["Location"]) == (302, f"{site.report_url}?merci")
    report = ErrorReport.objects.get()
    assert (report.site, report.subject, report.status) == (site, "hours", "new")
    assert (report.message, report.email) == (TOLD["message"], "ada@exemple.fr")
    assert "127.0.0.1" not in report.sender


def test_nobody_gets_a_cookie(client):
    site = make_site()

    for response in (client.get(site.report_url), tell(client, site), client.get(f"{site.report_url}?merci")):
        assert not response.cookies


def test_a_page_of_a_site_leads_to_the_form(client):
    site = make_site()

    assert f'href="{site.report_url}"' in client.get(site.get_absolute_url()).text
    assert "Merci" in client.get(f"{site.report_url}?merci").text


def test_blanks_are_made_one_and_lines_are_kept(client):
    tell(client, make_site(), message="  Fermé   le lundi \r\n\r\n depuis\tseptembre  ")

    assert ErrorReport.objects.get().message == "Fermé le lundi\n\ndepuis septembre"


def test_the_same_thing_told_twice_is_kept_once(client):
    site = make_site()

    assert tell(client, site).status_code == tell(client, site).status_code == 302
    assert ErrorReport.objects.count() == 1


def test_words_are_text_wherever_they_are_shown_again(client):
    page = tell(client, make_site(), message="<script>alert(1)</script>", subject="")

    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text


# --- What is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"subject": ""}, "Choisissez ce qui est faux"),
        ({"subject": "autre"}, "Choisissez ce qui est faux"),
        ({"message": ""}, "Écrivez ce qu"),
        ({"message": "fermé"}, "au moins 10 caractères"),
        ({"message": "x" * 1001}, "au plus 1 000 caractères"),
        ({"message": "http://a.fr http://b.fr www.c.fr"}, "trop de liens"),
        ({"message": "un octet nul \x00 caché"}, "Rien n"),
        ({"email": "ada@"}, "pas complète"),
        ({"email": "ada@exemple.fr\nBcc: tous@exemple.fr"}, "pas complète"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(client, fields, said):
    typed = {"message": "Le téléphone a changé en mai."} | fields

    page = tell(client, make_site(), **typed)

    assert page.status_code == 400
    assert said in page.text.replace("&#x27;", "'")
    assert typed["message"].replace("\x00", "")[:20] in page.text.replace("\x00", "")
    assert not ErrorReport.objects.exists()


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "Relisez, puis envoyez à nouveau"), (25 * 3600, "ouverte depuis trop longtemps")]
)
def test_a_form_sent_too_soon_or_too_late_is_sent_again_with_one_click(client, seconds, said):
    site = make_site()

    page = tell(client, site, seconds)

    assert page.status_code == 400
    assert said in page.text
    assert TOLD["message"] in page.text
    assert not ErrorReport.objects.exists()


@pytest.mark.parametrize("forged", ["", "1:aaaa:bbbb", "\u0000"])
def test_a_token_that_is_not_ours_is_worth_nothing(client, forged):
    assert tell(client, make_site(), jeton=forged).status_code == 400
    assert not ErrorReport.objects.exists()


def test_a_token_is_good_for_its_own_site_only(client):
    site, other = make_site(), make_site(ONET)

    assert tell(client, site, jeton=token(other)).status_code == 400
    assert not ErrorReport.objects.exists()


def test_a_robot_in_the_trap_is_thanked_and_not_kept(client):
    response = tell(client, make_site(), site_web="http://spam.invalid")

    assert response.status_code == 302
    assert not ErrorReport.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://ailleurs.invalid"}],
)
def test_what_another_site_sends_is_refused(client, headers):
    assert tell(client, make_site(), headers=headers).status_code == 403
    assert not ErrorReport.objects.exists()


def test_what_our_own_page_sends_is_kept_without_the_cookie_that_django_wants():
    site = make_site()
    headers = {"sec-fetch-site": "same-origin", "origin": "http://testserver"}

    assert tell(Client(enforce_csrf_checks=True), site, headers=headers).status_code == 302


def test_a_huge_form_is_refused(client):
    assert tell(client, make_site(), message="x" * 30_000).status_code == 413


def test_a_site_that_was_withdrawn_has_no_form(client):
    site = make_site(status=Site.Status.WITHDRAWN)

    assert client.get(site.report_url).status_code == tell(client, site).status_code == 404


def test_an_old_name_leads_to_the_form_of_today(client):
    site = make_site()

    moved = client.get(f"/sites/{site.external_id}-ancien/signaler/")

    assert (moved.status_code, moved["Location"]) == (301, site.report_url)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    message=st.text(max_size=200), email=st.text(max_size=40), subject=st.text(max_size=10), jeton=st.text(max_size=40)
)
def test_whatever_is_sent_is_answered(client, message, email, subject, jeton):
    site = Site.objects.first() or make_site()

    response = client.post(
        site.report_url, {"message": message, "email": email, "subject": subject, "jeton": jeton, "site_web": ""}
    )

    assert response.status_code == 400
    assert not ErrorReport.objects.exists()


# --- Limits ------------------------------------------------------------------------------------------------


def test_a_sender_tells_of_five_errors_a_day(client):
    sites = [make_site() for _ in range(6)]

    answers = [tell(client, site).status_code for site in sites]

    assert answers == [302] * 5 + [429]
    assert ErrorReport.objects.count() == 5


def test_a_site_is_told_of_twenty_times_a_day_by_all(client):
    site = make_site()
    for number in range(20):
        reports.keep(site, f"192.0.2.{number}", "hours", f"Message numéro {number}", "")

    response = tell(client, site)

    assert response.status_code == 429
    assert site.phone in response.text


def test_the_next_day_one_may_tell_again(client):
    site = make_site()
    for number in range(5):
        reports.keep(site, "127.0.0.1", "hours", f"Message numéro {number}", "")
    ErrorReport.objects.update(reported_at=timezone.now() - timedelta(days=1, minutes=1))

    assert tell(client, site).status_code == 302


def test_a_sender_is_the_address_that_the_proxy_saw(client, settings):
    site = make_site()

    for believed, written in ((False, "203.0.113.9"), (True, "198.51.100.7, 203.0.113.9")):
        settings.BEHIND_PROXY = believed
        tell(client, site, headers={"x-forwarded-for": written}, message=f"Message {believed}, assez long")

    today = timezone.now().date()
    senders = set(ErrorReport.objects.values_list("sender", flat=True))
    assert senders == {reports.sender("127.0.0.1", today), reports.sender("203.0.113.9", today)}


def test_a_fingerprint_changes_each_day_and_counts_an_ipv6_line_as_one():
    today, tomorrow = date(2026, 6, 2), date(2026, 6, 3)

    assert reports.sender("192.0.2.1", today) != reports.sender("192.0.2.1", tomorrow)
    assert reports.sender("192.0.2.1", today) != reports.sender("192.0.2.2", today)
    assert reports.sender("2001:db8::1", today) == reports.sender("2001:db8::ffff:2", today)
    assert reports.sender("2001:db8::1", today) != reports.sender("2001:db8:0:1::1", today)


@pytest.mark.django_db(transaction=True)
def test_no_two_senders_pass_the_last_place_together(monkeypatch):
    site = make_site()
    monkeypatch.setattr(reports, "A_SITE_A_DAY", 1)
    refused = []

    def send(number):
        try:
            reports.keep(site, f"192.0.2.{number}", "hours", f"Message numéro {number}", "")
        except reports.TooManyReports:
            refused.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ErrorReport.objects.count() == 1
    assert len(refused) == 5


# --- What is forgotten -------------------------------------------------------------------------------------


def test_addresses_are_forgotten_once_handled_or_after_six_months_and_reports_after_two_years(capsys):
    site, now = make_site(), timezone.now()
    for number, (age, status) in enumerate([(1, "new"), (1, "accepted"), (200, "new"), (800, "rejected")]):
        report = ErrorReport.objects.create(
            site=site, subject="hours", message=f"Message {number}", email="a@exemple.fr", status=status, sender="x"
        )
        ErrorReport.objects.filter(pk=report.pk).update(reported_at=now - timedelta(days=age))

    call_command("purge_reports")

    assert list(ErrorReport.objects.order_by("pk").values_list("message", "email")) == [
        ("Message 0", "a@exemple.fr"),
        ("Message 1", ""),
        ("Message 2", ""),
    ]
    assert "3 adresses effacées, 1 signalements supprimés." in capsys.readouterr().out


@pytest.mark.django_db
def test_a_report_can_be_written_by_the_version_that_served_before_this_one():
    """While a new version is put in place, the old one still answers: it knows no reason to refuse."""
    site = make_site()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sites_errorreport (site_id, subject, message, email, status, sender, reported_at)"
            " VALUES (%s, 'hours', 'Fermé le mardi', '', 'new', '', now())",
            [site.pk],
        )

    assert ErrorReport.objects.get().rejection_reason == ""
