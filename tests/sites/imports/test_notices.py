"""Once a list is applied: who is told, of what, once, and that no failure stops the others."""

import smtplib
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from sites.imports import lifecycle, notices, tasks
from sites.models import ImportBatch, ImportNotice, Site
from tests.people import grant, make_agent, make_national, make_reader, make_user
from tests.sites.imports.lists import ALBI, RODEZ, csv_of, import_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def _empty_queue(transactional_db):
    """Its tables are not Django's: nothing empties them behind a test that commits."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture
def earlier_list():
    """Rodez and Albi are there; nobody is to be told of it."""
    return import_rows(RODEZ, ALBI)[1]


def apply(*rows, **options):
    """The batch of a list, once those whom it concerns are told."""
    batch = import_rows(*rows, **options)[1]
    notices.tell(batch)
    return batch


def written_to():
    return [address for letter in mail.outbox for address in letter.to]


def many(how_many, **changed):
    return [RODEZ | {"id_fs": str(n), "lib_fs": f"Site {n:02}"} | changed for n in range(1, how_many + 1)]


@pytest.mark.usefixtures("earlier_list")
def test_whoever_edits_what_changed_is_told_and_nobody_else():
    aveyron, tarn = make_agent("12"), make_agent("81")
    region = make_user("region@exemple.fr")
    grant(region, region="76", can_edit=True)
    make_national()
    make_reader("76")
    over = make_agent("12")
    over.scopes.update(valid_until=timezone.localdate() - timedelta(days=1))

    apply(RODEZ | {"lib_fs": "Renommée"}, ALBI)

    assert sorted(written_to()) == sorted([aveyron.email, region.email])
    assert tarn.email not in written_to()


@pytest.mark.usefixtures("earlier_list")
def test_a_message_says_what_changed_of_which_site_in_plain_french():
    make_agent("12")
    new, closed = RODEZ | {"id_fs": "7003", "lib_fs": "Tout neuf"}, RODEZ | {"id_fs": "7004", "lib_fs": "Fini"}
    again = RODEZ | {"id_fs": "7005", "lib_fs": "Revenu"}
    import_rows(closed, again)
    Site.objects.filter(external_id="7005").update(status="closed", closed_on=date(2026, 1, 1))
    changed = RODEZ | {"lib_fs": "Renommée", "telephone": "05 36 49 00 02", "h_mardi": "", "h_lundi": "08:00 - 12:00"}

    batch = apply(changed | {"h_jeudi": "08:00 - 09:00"}, ALBI, new, again, is_complete=True)

    (letter,) = mail.outbox
    assert letter.subject == "France services : ce que la liste nationale change pour vos sites"
    for text in (
        "Bonjour Camille Agent,\n\nLa liste nationale « liste.csv » a été appliquée le ",
        "SITES FERMÉS : 1\nIls ne sont plus dans la liste nationale : le public ne les trouve plus.\n  - Fini\n",
        "NOUVEAUX SITES : 1\n",
        "  - Tout neuf\n    http://127.0.0.1:8000/gestion/sites/7003/\n",
        "SITES ROUVERTS : 1\n",
        "  - Revenu\n",
        "SITES MODIFIÉS : 1\n  - France services de Rodez : nom, téléphone, horaires (lundi, mardi, jeudi)\n",
        "Tous vos sites : http://127.0.0.1:8000/gestion/\n",
    ):
        assert text in letter.body, letter.body
    assert "Albi" not in letter.body
    assert "À VOUS DE CHOISIR" not in letter.body
    assert "\n\n\n" not in letter.body
    assert str(batch.notices.get().user) == "Camille Agent"


@pytest.mark.usefixtures("earlier_list")
def test_the_first_sites_are_named_and_the_others_counted():
    make_agent("12")

    apply(RODEZ | {"telephone": "05 36 49 00 02"}, *many(25))

    body = mail.outbox[0].body
    assert "NOUVEAUX SITES : 25" in body
    assert "  - Site 20\n" in body
    assert "Site 21" not in body
    assert "  - et 5 autres\n" in body
    assert "SITES MODIFIÉS : 1\n  - 1 site, à voir dans « Mes sites »\n" in body


def test_the_very_first_list_is_told_in_numbers():
    make_agent("12")

    apply(*many(60), ALBI)

    body = mail.outbox[0].body
    assert "est la première de ce portail. Elle y inscrit 60 sites de votre territoire." in body
    assert "Site 01" not in body
    assert len(body) < 1_000


@pytest.mark.usefixtures("earlier_list")
def test_what_the_prefecture_holds_is_told_as_waiting_for_its_choice():
    make_agent("12")
    Site.objects.filter(external_id="7001").update(locally_owned_fields=["phone"], phone="05 36 49 00 99")

    apply(RODEZ, ALBI)

    body = mail.outbox[0].body
    assert "À VOUS DE CHOISIR : 1\n" in body
    assert "http://127.0.0.1:8000/gestion/propositions/" in body
    assert "SITES MODIFIÉS" not in body


@pytest.mark.usefixtures("earlier_list")
def test_a_site_that_moves_to_another_departement_is_told_to_both():
    aveyron, tarn = make_agent("12"), make_agent("81")

    apply(ALBI | {"id_fs": "7001"}, ALBI)

    assert sorted(written_to()) == sorted([aveyron.email, tarn.email])


def test_it_says_to_whom_to_write(settings):
    settings.PUBLISHER = settings.PUBLISHER | {"email": ""}
    agent, national = make_agent("12"), make_national()
    batch = apply(RODEZ)
    assert "écrivez à la personne qui vous a invité" in mail.outbox[0].body

    batch.applied_by = national
    summary = notices.summary_for(notices.editors(timezone.localdate())[0][1], batch)
    assert f"écrivez à {national.email}" in notices.text_of("applied", batch, agent, summary=summary)

    settings.PUBLISHER = settings.PUBLISHER | {"email": "equipe@exemple.fr"}
    assert "écrivez à equipe@exemple.fr" in notices.text_of("applied", batch, agent, summary=summary)


def test_a_name_of_a_file_stays_on_its_line():
    agent = make_agent("12")
    batch = import_rows(RODEZ)[1]
    batch.file_name = "liste\nde\rmars.csv"

    notices.tell(batch)

    assert "\nde" not in mail.outbox[0].body
    assert agent.email in written_to()


def test_nobody_is_told_twice_even_if_the_work_is_done_again():
    make_agent("12")
    batch = apply(RODEZ)

    notices.tell(batch)

    assert len(mail.outbox) == 1
    assert ImportNotice.objects.count() == 1


def test_one_address_that_is_refused_stops_nobody_else_and_is_tried_again(monkeypatch):
    good, bad = make_agent("12"), make_user("aaa@exemple.fr")
    grant(bad, departement="12", can_edit=True)
    batch = import_rows(RODEZ)[1]
    send_mail = notices.send_mail

    def sometimes(subject, body, sender, to):
        if to == [bad.email]:
            raise smtplib.SMTPRecipientsRefused({})
        send_mail(subject, body, sender, to)

    monkeypatch.setattr(notices, "send_mail", sometimes)
    with pytest.raises(notices.NotAllTold) as error:
        notices.tell(batch)
    assert bad.email not in str(error.value)
    assert written_to() == [good.email]

    monkeypatch.undo()
    notices.tell(batch)
    assert written_to() == [good.email, bad.email]


def test_a_refused_message_makes_the_task_be_tried_again_and_not_for_ever():
    job = tasks.tell_agents.configure().job
    error = notices.NotAllTold()

    waits = [tasks.tell_agents.get_retry_exception(error, job.evolve(attempts=n)) for n in range(6)]

    assert all(waits[:5])
    assert waits[5] is None


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_mail_server(monkeypatch):
    waited_in_a_transaction = []
    make_agent("12")
    batch = import_rows(RODEZ)[1]
    monkeypatch.setattr(notices, "send_mail", lambda *_: waited_in_a_transaction.append(connection.in_atomic_block))

    notices.tell(batch)

    assert waited_in_a_transaction == [False]


@pytest.mark.usefixtures("_empty_queue")
def test_agents_are_told_if_and_only_if_the_list_is_committed_even_by_the_worker():
    """The worker's queue has connections of its own."""
    batch = import_rows(RODEZ)[1]
    with app.replace_connector(app.connector.get_worker_connector()):
        with transaction.atomic():
            tasks.tell_agents_later(batch)
            transaction.set_rollback(True)
        assert not ProcrastinateJob.objects.exists()

        with transaction.atomic():
            tasks.tell_agents_later(batch)
        assert ProcrastinateJob.objects.get().args == {"batch_pk": batch.pk}


@pytest.mark.usefixtures("_empty_queue")
def test_a_list_that_is_confirmed_tells_agents_once_applied():
    national = make_national()
    make_agent("12")
    batch = lifecycle.receive("liste.csv", csv_of(RODEZ), national, is_complete=False)
    lifecycle.analyse(batch)
    lifecycle.confirm(batch, national)
    tasks.apply(batch.pk)

    assert ProcrastinateJob.objects.filter(task_name="sites.imports.tasks.tell_agents").count() == 1
    tasks.tell_agents(batch.pk)
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("_empty_queue")
def test_a_list_that_is_taken_back_tells_those_who_were_told_of_it():
    agent, national = make_agent("12"), make_national()
    batch = apply(RODEZ)
    lifecycle.take_back(batch, national)
    tasks.take_back(batch.pk)

    assert ProcrastinateJob.objects.filter(task_name="sites.imports.tasks.tell_agents").count() == 1
    tasks.tell_agents(batch.pk)
    assert [letter.to for letter in mail.outbox] == [[agent.email]] * 2
    assert "annulée" in mail.outbox[1].subject


def taken_back(batch):
    ImportBatch.objects.filter(pk=batch.pk).update(status="taken_back", taken_back_at=timezone.now())
    batch.refresh_from_db()
    return batch


def test_who_was_told_of_a_list_is_told_once_that_it_is_taken_back():
    agent = make_agent("12")
    batch = apply(RODEZ)
    make_agent("12")
    mail.outbox.clear()

    for _ in range(2):
        notices.tell(taken_back(batch))

    (letter,) = mail.outbox
    assert letter.to == [agent.email]
    assert "a été annulée le" in letter.body


def test_a_list_that_is_taken_back_before_anyone_was_told_is_told_to_nobody():
    make_agent("12")

    notices.tell(taken_back(import_rows(RODEZ)[1]))

    assert not mail.outbox


def test_a_message_that_a_list_is_taken_back_is_tried_again_too(monkeypatch):
    make_agent("12")
    batch = taken_back(apply(RODEZ))
    mail.outbox.clear()

    def refuse(*_):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(notices, "send_mail", refuse)
    with pytest.raises(notices.NotAllTold):
        notices.tell(batch)
    monkeypatch.undo()
    notices.tell(batch)

    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("earlier_list")
def test_a_list_that_contests_the_commune_of_a_prefecture_is_told_where_the_site_stays():
    aveyron, _tarn = make_agent("12"), make_agent("81")
    Site.objects.filter(external_id="7001").update(locally_owned_fields=["commune", "postal_code"])

    apply(RODEZ | {"lib_fs": "Renommée", "insee_com": "81004", "code_postal": "81000", "lib_com": "Albi"}, ALBI)

    assert Site.objects.get(external_id="7001").commune_id == "12202"
    assert written_to() == [aveyron.email]


@pytest.mark.usefixtures("earlier_list")
def test_a_site_that_changes_departement_is_told_on_both_sides():
    agents = make_agent("12"), make_agent("81")

    apply(RODEZ | {"insee_com": "81004", "code_postal": "81000", "lib_com": "Albi"}, ALBI)

    assert sorted(written_to()) == sorted(agent.email for agent in agents)
