"""The weekly message: to whom, what it says, never twice, and no failure stops the others."""

import smtplib
from datetime import date, timedelta

import pghistory
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from franceservices.accounts.scopes import Scope
from sites.imports import undo
from sites.models import Closure, ReminderSent, Site, WeeklySlot
from sites.staff import checking, reminders
from tests.factories import METZ, ONET, make_site
from tests.people import grant, make_agent, make_national, make_reader, make_user
from tests.sites.imports.lists import RODEZ, import_rows
from tests.sites.staff.test_to_check import make_proposal, make_report

pytestmark = pytest.mark.django_db


def remind(capsys, *args):
    """Run the command: what it printed, line by line."""
    call_command("send_reminders", *args)
    return capsys.readouterr().out.splitlines()


def checked_site(**fields):
    """A site of Aveyron on which there is nothing to say."""
    return make_site(verified_at=timezone.now(), **fields)


def written_to():
    return {address for letter in mail.outbox for address in letter.to}


def test_whoever_edits_something_today_is_reminded_and_nobody_else(capsys):
    make_site()
    agent, national = make_agent("12"), make_national()
    make_reader("76")
    make_user()
    over = make_agent("12")
    over.scopes.update(valid_until=timezone.localdate() - timedelta(days=1))
    left = make_agent("12")
    left.is_active = False
    left.save()

    lines = remind(capsys)

    assert written_to() == {agent.email, national.email}
    assert lines == [f"{email} : envoyé" for email in sorted([agent.email, national.email])]


def test_a_message_tells_what_is_to_check_reported_and_proposed(capsys):
    make_agent("12")
    site = make_site(name="Chez l'Ami", week={})
    make_report(site, subject="closed")
    make_proposal(site)
    make_site(METZ, name="D'ailleurs")

    remind(capsys)

    (letter,) = mail.outbox
    for text in (
        "Bonjour Camille Agent",
        "1 en attente\n  - Chez l'Ami : Ce lieu n'existe plus",
        "Sans horaires : 1 site\n  - Chez l'Ami\n  http://127.0.0.1:8000/gestion/?verifier=sans-horaires",
        "Pas vérifié depuis 6 mois : 1 site\n",
        "Liste nationale différente : 1 site\n",
        "Tous vos sites : http://127.0.0.1:8000/gestion/",
        "demandez-le à l'administrateur",
    ):
        assert text in letter.body, letter.body
    assert "D'ailleurs" not in letter.body


def test_many_sites_are_counted_and_the_first_named(capsys):
    make_agent("12")
    for number in range(11):
        make_site(name=f"Site {number:02}")

    remind(capsys)

    assert "Pas vérifié depuis 6 mois : 11 sites" in mail.outbox[0].body
    assert "  - Site 07\n  - et 3 autres\n" in mail.outbox[0].body


def test_nothing_to_say_no_message(capsys):
    agent = make_agent("12")
    with pghistory.context(user=agent.pk):
        checked_site()

    assert remind(capsys) == [f"{agent.email} : rien à dire"]
    assert not mail.outbox
    assert not ReminderSent.objects.exists()


def changed(agent, today=None):
    today = today or timezone.localdate()
    return reminders.summary_for(agent, Scope.of(agent, today).edits, today).changed


def test_what_others_changed_is_told_with_who_and_when_and_not_ones_own_changes():
    agent, colleague = make_agent("12"), make_agent("12")
    with pghistory.context(user=agent.pk):
        ours, theirs, elsewhere = checked_site(name="À nous"), checked_site(name="À eux"), make_site(METZ)
        mine = checked_site(name="Par moi")
    with pghistory.context(user=colleague.pk):
        for site in (ours, elsewhere):
            site.phone = "05 36 49 00 99"
            site.save()
        Closure.objects.create(site=theirs, starts=date(2026, 12, 24))
        WeeklySlot.objects.filter(site=theirs, weekday=1).delete()
    with pghistory.context(user=agent.pk):
        mine.note = "Sonnez"
        mine.save()

    (lines,) = changed(agent)

    assert lines.title == f"Camille Agent, le {timezone.localdate():%d/%m/%Y}"
    assert (lines.count, lines.names) == (2, ["À eux", "À nous"])


def test_what_a_list_changed_is_told_as_such():
    agent = make_agent("12")

    import_rows(RODEZ)

    (lines,) = changed(agent)
    assert lines.title.startswith("Liste nationale, le ")
    assert lines.names == ["France services de Rodez"]


def test_a_list_taken_back_is_told_as_such():
    agent = make_agent("12")
    _, batch = import_rows(RODEZ)

    undo.write(batch, undo.plan(batch), None)

    titles = {lines.title.partition(",")[0] for lines in changed(agent)}
    assert titles == {"Liste nationale", "Annulation d'une liste nationale"}


def test_sites_that_are_no_more_are_not_counted():
    national = make_national()
    make_site(is_demo=True)

    import_rows(RODEZ)

    assert [(lines.count, lines.names) for lines in changed(national)] == [(1, ["France services de Rodez"])]


def test_a_check_by_a_colleague_is_no_change():
    agent, colleague = make_agent("12"), make_agent("12")
    with pghistory.context(user=agent.pk):
        site = make_site()
    Site.objects.update(updated_at=timezone.now() - timedelta(days=2))
    before = len(changed(agent))
    with pghistory.context(user=colleague.pk):
        checking.stamp(Site.objects.all(), [site.external_id], colleague)

    assert len(changed(agent)) == before


def test_a_change_of_two_weeks_ago_is_no_news():
    agent = make_agent("12")
    import_rows(RODEZ)

    assert changed(agent, timezone.localdate() + timedelta(days=14)) == []


def test_never_twice_in_a_week_and_again_the_next(capsys):
    agent = make_agent("12")
    make_site()

    first = remind(capsys, "--today", "2026-12-01")
    again = remind(capsys, "--today", "2026-12-06")
    next_week = remind(capsys, "--today", "2026-12-07")

    assert (first, again) == ([f"{agent.email} : envoyé"], [f"{agent.email} : déjà envoyé cette semaine"])
    assert next_week == [f"{agent.email} : envoyé"]
    assert len(mail.outbox) == 2


def test_a_dry_run_writes_to_nobody_and_keeps_nothing(capsys):
    agent = make_agent("12")
    make_site()

    assert remind(capsys, "--dry-run") == [f"{agent.email} : serait envoyé"]
    assert not mail.outbox
    assert not ReminderSent.objects.exists()


def test_one_address_that_fails_stops_nobody_else_and_is_tried_again(capsys, monkeypatch):
    make_site(ONET)
    good, bad = make_agent("12"), make_user("aaa@exemple.fr")
    grant(bad, departement="12", can_edit=True)
    send_mail = reminders.send_mail

    def sometimes(subject, body, sender, to):
        if to == [bad.email]:
            raise smtplib.SMTPRecipientsRefused({})
        send_mail(subject, body, sender, to)

    monkeypatch.setattr(reminders, "send_mail", sometimes)
    with pytest.raises(CommandError, match="1 message non envoyé"):
        call_command("send_reminders")

    assert written_to() == {good.email}
    assert f"{bad.email} : non envoyé (SMTPRecipientsRefused)" in capsys.readouterr().err
    monkeypatch.undo()
    assert remind(capsys) == [f"{bad.email} : envoyé", f"{good.email} : déjà envoyé cette semaine"]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_mail_server(monkeypatch):
    waited_in_a_transaction = []
    monkeypatch.setattr(reminders, "send_mail", lambda *_: waited_in_a_transaction.append(connection.in_atomic_block))

    reminders.send(make_agent("12"), reminders.Summary([], [], None), date(2026, 11, 23))

    assert waited_in_a_transaction == [False]
