"""What becomes of what citizens report: decided once, thanked or explained by e-mail, and forgotten."""

import logging
import smtplib
import threading
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.db import connection
from django.utils import timezone

from sites.models import ErrorReport, Site
from sites.staff import report_views, reports_queue
from tests.factories import METZ, TOULOUSE, make_site
from tests.people import grant, make_agent, make_reader, signed_in
from tests.sites.staff.test_to_check import make_report

pytestmark = pytest.mark.django_db

QUEUE = "/gestion/signalements/"


def accept(client, report):
    return client.post(f"{QUEUE}{report.pk}/corrige/")


def reject(client, report, **fields):
    return client.post(f"{QUEUE}{report.pk}/refuser/", {"reason": "0"} | fields)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def shown(response):
    return [row["report"].message for row in response.context["rows"]]


# --- The queue ---------------------------------------------------------------------------------------------


def test_those_that_wait_come_first_the_oldest_before_and_handled_ones_stay(desk, agent):
    site, now = make_site(), timezone.now()
    for message, status, age, handled in (
        ("traité hier", "accepted", 9, 1),
        ("neuf", "new", 1, None),
        ("vieux", "new", 5, None),
        ("traité il y a trois jours", "rejected", 8, 3),
    ):
        report = make_report(site, message=message, status=status, handled_by=agent if handled else None)
        ErrorReport.objects.filter(pk=report.pk).update(
            reported_at=now - timedelta(days=age), handled_at=now - timedelta(days=handled) if handled else None
        )

    assert shown(desk.get(QUEUE)) == ["vieux", "neuf", "traité hier", "traité il y a trois jours"]
    assert shown(desk.get(QUEUE, {"etat": "a-traiter"})) == ["vieux", "neuf"]
    assert shown(desk.get(QUEUE, {"etat": "refuses"})) == ["traité il y a trois jours"]
    assert "2 à traiter" in desk.get(QUEUE, {"etat": "corriges"}).text


def test_only_what_is_told_of_ones_own_territory_is_shown(desk):
    make_report(make_site(METZ), message="Ailleurs, et bien loin.")
    make_report(make_site(), message="Ici, et tout près.")

    assert shown(desk.get(QUEUE)) == ["Ici, et tout près."]


def test_a_badge_of_the_table_leads_to_the_reports_of_its_site(desk):
    site = make_site()
    make_report(site, message="Celui-ci, s'il vous plaît.")
    make_report(make_site(), message="Pas celui-là, merci.")

    assert shown(desk.get(QUEUE, {"site": site.external_id})) == ["Celui-ci, s'il vous plaît."]


@pytest.mark.parametrize(
    ("subject", "line"),
    [
        ("hours", "lun. à ven. : 9 h - 17 h"),
        ("place", "1 place de la Mairie"),
        ("contact", "05 36 49 00 01"),
        ("closed", "En service"),
    ],
)
def test_a_report_stands_beside_what_the_page_says_today(desk, subject, line):
    make_report(make_site(), subject=subject)

    assert line in desk.get(QUEUE).text.replace("\u00a0", " ")


def test_what_citizens_write_is_text(desk):
    make_report(make_site(), message="<script>alert(1)</script>")

    assert "<script>alert" not in desk.get(QUEUE).text


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_queue_costs_the_same_however_many_reports(desk, how_many, django_assert_num_queries):
    for _ in range(how_many):
        make_report(make_site())

    with django_assert_num_queries(9):
        desk.get(QUEUE)


def test_who_only_reads_sees_the_queue_and_decides_nothing():
    report = make_report(make_site())
    reader = signed_in(make_reader("76"))

    page = reader.get(QUEUE)

    assert shown(page) == [report.message]
    assert "Refuser" not in page.text
    assert "<form" not in page.text.split("<main")[1]
    assert {accept(reader, report).status_code, reject(reader, report).status_code} == {404}
    assert ErrorReport.objects.get().status == "new"


def test_controls_are_on_the_sites_that_one_edits_only():
    user = make_agent("12")
    grant(user, region="76")
    ours, read = make_report(make_site()), make_report(make_site(TOULOUSE))

    page = signed_in(user).get(QUEUE).text

    assert f"/{ours.pk}/refuser/" in page
    assert f"/{read.pk}/refuser/" not in page


# --- Deciding ----------------------------------------------------------------------------------------------


def test_to_correct_leads_to_the_form_and_changes_nothing_yet(desk):
    site = make_site()
    report = make_report(site)

    assert f'href="/gestion/sites/{site.external_id}/?signalement={report.pk}"' in desk.get(QUEUE).text
    assert ErrorReport.objects.get().status == "new"


def test_what_is_corrected_is_kept_with_who_and_when(desk, agent):
    report = make_report(make_site())

    response = accept(desk, report)

    assert (response.status_code, response["Location"]) == (302, QUEUE)
    report.refresh_from_db()
    assert (report.status, report.handled_by) == ("accepted", agent)
    assert timezone.now() - report.handled_at < timedelta(minutes=1)
    assert "Camille Agent" in desk.get(QUEUE).text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"reason": "1"}, reports_queue.REASONS[1]),
        ({"reason": "autre", "words": "Le lieu ouvre bien à 8 h."}, "Le lieu ouvre bien à 8 h."),
    ],
)
def test_a_report_is_refused_with_a_usual_reason_or_ones_own(desk, agent, fields, reason):
    report = make_report(make_site())

    reject(desk, report, **fields)

    report.refresh_from_db()
    assert (report.status, report.rejection_reason, report.handled_by) == ("rejected", reason, agent)
    assert reason.replace("'", "&#x27;") in desk.get(QUEUE).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "Choisissez une raison"),
        ({"reason": "9"}, "Choisissez une des raisons"),
        ({"reason": "autre"}, "Écrivez la raison"),
        ({"reason": "autre", "words": "   "}, "Écrivez la raison"),
        ({"reason": "autre", "words": "x" * 301}, "au plus 300"),
    ],
)
def test_no_report_is_refused_without_a_reason(desk, fields, sentence):
    report = make_report(make_site())

    page = reject(desk, report, **fields)

    assert page.status_code == 400
    assert sentence in page.text
    assert ErrorReport.objects.get().status == "new"


def test_every_usual_reason_fits():
    assert all(len(reason) <= 300 for reason in reports_queue.REASONS)
    assert report_views.RejectForm({"reason": str(len(reports_queue.REASONS) - 1)}).is_valid()


def test_another_departements_report_is_404(desk):
    report = make_report(make_site(METZ))

    answers = [accept(desk, report), reject(desk, report), desk.get(f"{QUEUE}{report.pk}/refuser/")]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert ErrorReport.objects.get().status == "new"


def test_a_second_agent_is_told_that_it_is_done(desk, agent):
    report = make_report(make_site())
    colleague = make_agent("12")
    accept(desk, report)

    response = reject(signed_in(colleague), report)

    assert said(response) == ["Ce signalement a déjà été traité par Camille Agent. Rien n'a été changé."]
    report.refresh_from_db()
    assert (report.status, report.handled_by, report.rejection_reason) == ("accepted", agent, "")


def test_a_form_opened_before_someone_else_decided_says_so(desk):
    report = make_report(make_site())
    accept(desk, report)

    page = desk.get(f"{QUEUE}{report.pk}/refuser/")

    assert "a déjà été traité par Camille Agent" in page.text
    assert "Refuser ce signalement" not in page.text


@pytest.mark.django_db(transaction=True)
def test_of_two_agents_at_the_same_instant_one_decides():
    report, agent = make_report(make_site()), make_agent("12")
    refused = []

    def decide():
        try:
            reports_queue.accept(report, agent)
        except reports_queue.AlreadyHandled:
            refused.append(True)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 3


# --- Letters -----------------------------------------------------------------------------------------------


def test_whoever_left_an_address_is_thanked_and_forgotten(desk, django_capture_on_commit_callbacks):
    site = make_site(name="Chez l'Ami & Cie")
    report = make_report(site, email="ada@exemple.fr")

    with django_capture_on_commit_callbacks(execute=True):
        accept(desk, report)

    (letter,) = mail.outbox
    assert letter.to == ["ada@exemple.fr"]
    assert "la fiche est juste" in letter.body
    assert "« Chez l'Ami & Cie »" in letter.body
    assert f"http://127.0.0.1:8000{site.get_absolute_url()}" in letter.body
    assert ErrorReport.objects.get().email == ""


def test_a_refusal_is_explained(desk, django_capture_on_commit_callbacks):
    report = make_report(make_site(), email="ada@exemple.fr")

    with django_capture_on_commit_callbacks(execute=True):
        reject(desk, report, reason="autre", words="Le lieu ouvre bien à 8 h.")

    assert "Le lieu ouvre bien à 8 h." in mail.outbox[0].body
    assert ErrorReport.objects.get().email == ""


def test_nobody_is_written_to_without_an_address(desk, django_capture_on_commit_callbacks):
    report = make_report(make_site())

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        accept(desk, report)

    assert not callbacks
    assert not mail.outbox


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(), smtplib.SMTPRecipientsRefused({"ada@exemple.fr": (550, b"no")})]
)
def test_a_mail_server_that_fails_loses_no_decision_and_breaks_no_page(
    desk, django_capture_on_commit_callbacks, monkeypatch, caplog, error
):
    report = make_report(make_site(), email="ada@exemple.fr")

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("sites.staff.reports_queue.send_mail", fail)
    with django_capture_on_commit_callbacks(execute=True), caplog.at_level(logging.WARNING):
        response = accept(desk, report)

    assert response.status_code == 302
    assert (ErrorReport.objects.get().status, ErrorReport.objects.get().email) == ("accepted", "")
    assert "not sent" in caplog.text
    assert "ada@exemple.fr" not in caplog.text


# --- For the page that edits a site ------------------------------------------------------------------------


def test_a_waiting_report_of_ones_sites_is_found_by_its_number(agent):
    ours, theirs = make_report(make_site()), make_report(make_site(METZ))
    handled = make_report(make_site(), status="accepted")
    sites = Site.objects.in_departement("12")

    assert reports_queue.report_for(sites, str(ours.pk)) == ours
    for wrong in (str(theirs.pk), str(handled.pk), "", None, "x", "²", "9" * 40, "\x00", "-1"):
        assert reports_queue.report_for(sites, wrong) is None
