"""The way of a list: who may do what, and when; nothing is written that was not looked at."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from sites.imports import lifecycle
from sites.models import ImportBatch, ImportFile, ImportRow, Site
from tests.people import make_national
from tests.sites.imports.lists import ALBI, RODEZ, csv_of
from tests.sites.staff.imports.ready import in_service, numbered, ready

pytestmark = pytest.mark.django_db
Status = ImportBatch.Status
RENAMED = RODEZ | {"lib_fs": "Maison de Rodez"}
BROKEN = ALBI | {"h_lundi": "25:00 - 26:00"}


def jobs():
    """[(task, number of the list)] that wait for the worker."""
    waiting = ProcrastinateJob.objects.filter(status="todo", queue_name="imports").order_by("id")
    return [(job.task_name.rsplit(".")[-1], job.args["batch_pk"]) for job in waiting]


def names():
    return list(Site.objects.order_by("external_id").values_list("name", flat=True))


def in_status(status, **fields):
    """A list of one new name for Rodez, put in a status."""
    batch = ready(RENAMED)
    applied_at = batch.analysed_at if status in ImportBatch.WAS_APPLIED else None
    ImportBatch.objects.filter(pk=batch.pk).update(status=status, applied_at=applied_at, **fields)
    batch.refresh_from_db()
    return batch


def apply(batch, **options):
    lifecycle.confirm(batch, make_national(), **options)
    return lifecycle.apply_list(batch)


# --- Received --------------------------------------------------------------------------------------


def test_a_list_is_kept_byte_for_byte_with_its_digest_and_waits_for_the_worker():
    data, user = csv_of(RODEZ, encoding="cp1252"), make_national()

    batch = lifecycle.receive("liste.csv", data, user, is_complete=True)

    assert bytes(ImportFile.objects.get(batch=batch).content) == data
    assert batch.sha256 == hashlib.sha256(data).hexdigest()
    assert (batch.status, batch.received_by, batch.is_complete) == (Status.RECEIVED, user, True)
    assert jobs() == [("analyse", batch.pk)]


def test_no_job_waits_for_a_list_that_could_not_be_kept():
    with transaction.atomic():
        lifecycle.receive("liste.csv", csv_of(RODEZ), make_national(), is_complete=False)
        transaction.set_rollback(True)

    assert not jobs()
    assert not ImportBatch.objects.exists()


# --- Analysed --------------------------------------------------------------------------------------


def test_a_list_that_can_be_read_is_ready_and_nothing_is_written():
    batch = ready(RODEZ, BROKEN)

    assert (batch.status, batch.message) == (Status.READY, "")
    assert (batch.counts["created"], batch.counts["errors"], batch.counts["rows"]) == (1, 1, 2)
    assert (batch.encoding, batch.delimiter) == ("utf-8", ",")
    assert not Site.objects.exists()


@pytest.mark.parametrize("data", [b"PK\x03\x04 truncated", b"nom;ville\nRodez;12\n", csv_of()])
def test_a_list_that_cannot_be_read_is_refused_with_a_sentence(data):
    batch = ready(data=data)

    assert batch.status == Status.REFUSED
    assert batch.message.endswith(".")
    assert batch.analysed_at
    assert not batch.rows.exists()


def test_a_list_that_says_nothing_new_is_told_so_and_cannot_be_confirmed():
    in_service(RODEZ)

    batch = ready(RODEZ)

    assert (batch.status, batch.message) == (Status.READY, lifecycle.NOTHING_TO_DO)
    with pytest.raises(lifecycle.NotNow):
        lifecycle.confirm(batch, make_national())


def test_errors_alone_are_not_called_nothing_to_do():
    assert ready(BROKEN).message == ""


def test_analysing_again_leaves_one_result():
    batch = ready(RODEZ, BROKEN)

    lifecycle.analyse(batch)

    assert (batch.rows.count(), batch.issues.filter(severity="error").count()) == (2, 1)


# --- Confirmed -------------------------------------------------------------------------------------


def test_whoever_confirms_second_is_told():
    batch, user = ready(RODEZ), make_national()
    lifecycle.confirm(batch, user)

    with pytest.raises(lifecycle.NotNow, match="application en cours"):
        lifecycle.confirm(batch, make_national())

    batch.refresh_from_db()
    assert (batch.status, batch.applied_by) == (Status.CONFIRMED, user)
    assert jobs() == [("apply", batch.pk)]


@pytest.mark.usefixtures("_empty_queue")
def test_of_two_administrators_at_the_very_same_time_one_wins():
    batch, first, second = ready(RODEZ), make_national(), make_national()

    def confirm():
        try:
            lifecycle.confirm(ImportBatch.objects.get(pk=batch.pk), second)
        except lifecycle.NotNow as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            lifecycle.confirm(batch, first)
            other = pool.submit(confirm)
            wait_for_a_lock()
        told = other.result(timeout=10)

    assert "application en cours" in told
    batch.refresh_from_db()
    assert batch.applied_by == first
    assert jobs() == [("apply", batch.pk)]


def wait_for_a_lock(seconds=5):
    """Until another connection waits for ours."""
    deadline = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone() is not None:
                return
            time.sleep(0.02)
    raise TimeoutError


# --- Changed since ---------------------------------------------------------------------------------


def test_a_site_edited_since_the_analysis_and_nothing_is_written():
    in_service(RODEZ)
    batch = ready(RENAMED, ALBI)
    Site.objects.update(note="Entrée par la cour", name="Espace de Rodez")

    apply(batch)

    batch.refresh_from_db()
    assert names() == ["Espace de Rodez"]
    assert (batch.status, batch.message) == (Status.READY, lifecycle.CHANGED_SINCE)
    assert (batch.applied_at, batch.applied_by) == (None, None)
    row = batch.rows.get(action="update")
    assert row.before["name"] == "Espace de Rodez"
    assert row.before["note"] == "Entrée par la cour"


def test_a_worker_that_wakes_up_too_late_does_not_analyse_again():
    batch = ImportBatch.objects.get(pk=ready(RODEZ, ALBI).pk)
    batch.status = Status.RECEIVED  # as it was when the worker began

    lifecycle.analyse(batch)

    assert batch.rows.count() == 2
    assert ImportBatch.objects.get(pk=batch.pk).status == Status.READY


def test_the_new_difference_can_be_confirmed_then():
    in_service(RODEZ)
    batch = ready(RENAMED, ALBI)
    Site.objects.update(name="Espace de Rodez")
    apply(batch)
    batch.refresh_from_db()

    apply(batch)

    batch.refresh_from_db()
    assert (batch.status, batch.message) == (Status.APPLIED, "")
    assert names() == ["Maison de Rodez", "France services d'Albi"]


def test_a_site_created_since_the_analysis_and_nothing_is_written():
    batch = ready(RODEZ, ALBI)
    in_service(ALBI)

    apply(batch)

    batch.refresh_from_db()
    assert (batch.status, names()) == (Status.READY, [ALBI["lib_fs"]])
    assert (batch.counts["created"], batch.counts["unchanged"]) == (1, 1)


def test_an_edit_of_a_site_that_the_list_leaves_alone_does_not_matter():
    in_service(RODEZ, ALBI)
    batch = ready(RENAMED, ALBI)
    Site.objects.filter(external_id=ALBI["id_fs"]).update(note="Entrée par la cour")

    apply(batch)

    batch.refresh_from_db()
    assert batch.status == Status.APPLIED
    assert names()[0] == "Maison de Rodez"


# --- Valid rows only -------------------------------------------------------------------------------


def test_a_list_with_errors_is_applied_by_its_valid_rows_or_not_at_all():
    batch = ready(RODEZ, BROKEN)
    with pytest.raises(lifecycle.NotNow):
        lifecycle.confirm(batch, make_national())

    apply(batch, valid_rows_only=True)

    assert names() == [RODEZ["lib_fs"]]


def test_valid_rows_alone_close_no_site():
    in_service(*numbered(3))
    batch = ready(RODEZ, BROKEN, is_complete=True)
    assert batch.counts["closed"] == 3

    apply(batch, valid_rows_only=True)

    batch.refresh_from_db()
    assert Site.objects.open_to_public().count() == 4
    assert batch.counts["closed"] == 0
    assert batch.rows.filter(action=ImportRow.Action.ABSENT).count() == 3


def test_valid_rows_that_meet_a_change_are_to_be_decided_again():
    in_service(RODEZ)
    batch = ready(RENAMED, BROKEN)
    Site.objects.update(note="Entrée par la cour")

    apply(batch, valid_rows_only=True)

    batch.refresh_from_db()
    assert (batch.status, batch.valid_rows_only) == (Status.READY, False)


def test_valid_rows_alone_raise_no_alarm_of_absence():
    in_service(*numbered(12))
    batch = ready(RODEZ, BROKEN, is_complete=True)

    assert {alarm.code for alarm in lifecycle.alarms_of(batch)} == {"absent", "changed", "few"}
    assert lifecycle.alarms_of(batch, valid_rows_only=True) == []


# --- Read again, abandoned, given back -------------------------------------------------------------


def test_a_list_is_read_again_as_it_is_asked():
    data = csv_of(RODEZ | {"lib_fs": "Maison d'été"}, encoding="cp1252")
    batch = ready(data=data)
    assert (batch.encoding, batch.rows.get().name) == ("cp1252", "Maison d'été")

    lifecycle.read_again(batch, encoding="iso-8859-15", delimiter=",")
    assert (batch.status, jobs()) == (Status.RECEIVED, [("analyse", batch.pk)])
    lifecycle.analyse(batch)

    assert (batch.status, batch.encoding, batch.delimiter) == (Status.READY, "iso-8859-15", ",")
    assert batch.rows.count() == 1


def test_a_wrong_delimiter_is_refused_and_can_be_corrected():
    batch = ready(RODEZ)
    lifecycle.read_again(batch, delimiter=";")
    lifecycle.analyse(batch)
    assert (batch.status, batch.rows.count()) == (Status.REFUSED, 0)

    lifecycle.read_again(batch)
    lifecycle.analyse(batch)

    assert (batch.status, batch.message, batch.rows.count()) == (Status.READY, "", 1)


@pytest.mark.parametrize("status", [Status.READY, Status.REFUSED])
def test_a_list_that_waits_may_be_abandoned(status):
    batch = in_status(status)

    lifecycle.abandon(batch)

    assert batch.status == Status.ABANDONED
    assert ImportFile.objects.filter(batch=batch).exists()


@pytest.mark.parametrize("act", [lifecycle.abandon, lifecycle.read_again])
@pytest.mark.parametrize("status", sorted(set(Status) - {Status.READY, Status.REFUSED}))
def test_a_list_at_work_or_done_is_neither_abandoned_nor_read_again(status, act):
    batch = in_status(status)

    with pytest.raises(lifecycle.NotNow, match=batch.get_status_display().lower()):
        act(batch)

    batch.refresh_from_db()
    assert (batch.status, jobs()) == (status, [])


INSTEAD = {Status.RECEIVED: Status.REFUSED, Status.CONFIRMED: Status.READY, Status.TAKING_BACK: Status.APPLIED}


@pytest.mark.parametrize("status", list(Status))
def test_a_list_whose_work_failed_is_given_back_to_a_person_and_no_other(status):
    batch = in_status(status)

    lifecycle.give_back(batch, "Le travail s'est arrêté.")

    batch.refresh_from_db()
    assert batch.status == INSTEAD.get(status, status)
    assert batch.message == ("Le travail s'est arrêté." if status in INSTEAD else "")


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.TAKING_BACK])
def test_a_list_that_is_given_back_keeps_nothing_of_the_decision_that_failed(status):
    batch = in_status(status, applied_by=make_national(), taken_back_by=make_national(), valid_rows_only=True)

    lifecycle.give_back(batch, "Le travail s'est arrêté.")

    batch.refresh_from_db()
    decided = batch.applied_by if status == Status.CONFIRMED else batch.taken_back_by
    assert decided is None
    assert batch.valid_rows_only == (status == Status.TAKING_BACK)


# --- Already applied -------------------------------------------------------------------------------


def test_the_same_content_that_is_applied_today_is_recognised():
    first = ready(RODEZ)
    apply(first)

    assert lifecycle.already_applied(ready(RODEZ)) == first
    assert lifecycle.already_applied(ready(RENAMED)) is None
    assert lifecycle.already_applied(first) is None


@pytest.mark.parametrize("status", [Status.TAKEN_BACK, Status.TAKING_BACK, Status.ABANDONED])
def test_content_that_is_not_applied_any_more_does_not_count(status):
    in_status(status)

    assert lifecycle.already_applied(ready(RENAMED)) is None
