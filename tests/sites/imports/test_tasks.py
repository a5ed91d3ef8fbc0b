"""What becomes of the work of a worker that died, and of jobs that are over."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from sites.imports import lifecycle, tasks
from sites.models import ImportBatch, ImportFile
from tests.people import make_national
from tests.sites.imports.lists import RODEZ, csv_of

pytestmark = pytest.mark.usefixtures("_empty_queue")
Status = ImportBatch.Status


@pytest.fixture
def batch(_empty_queue):
    """A list that is just received: its job waits."""
    return lifecycle.receive("liste.csv", csv_of(RODEZ), make_national(), is_complete=False)


def execute(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone() if cursor.description else None


def worker_takes_the_job(silent_for_s, attempts=0):
    """A worker started the only job that waits, and has not been heard of for so many seconds."""
    (worker,) = execute(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id",
        silent_for_s,
    )
    execute(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE status = 'todo'",
        worker,
        attempts,
    )


def run(task):
    """As the worker does: on connections of its own."""

    async def work():
        with app.replace_connector(app.connector.get_worker_connector()):
            async with app.open_async():
                await task.func(SimpleNamespace(app=app), 0)

    async_to_sync(work)()


def job():
    return ProcrastinateJob.objects.get()


def test_the_work_of_a_worker_that_died_waits_again(batch):
    worker_takes_the_job(silent_for_s=31)

    run(tasks.retry_stalled)

    assert (job().status, job().attempts) == ("todo", 1)
    batch.refresh_from_db()
    assert batch.status == Status.RECEIVED


def test_the_work_of_a_worker_that_lives_is_left_to_it(batch):
    worker_takes_the_job(silent_for_s=15)

    run(tasks.retry_stalled)

    assert job().status == "doing"


@pytest.mark.parametrize(
    ("status", "given_back"), [(Status.RECEIVED, Status.REFUSED), (Status.CONFIRMED, Status.READY)]
)
def test_work_that_killed_three_workers_is_given_back(batch, status, given_back):
    ImportBatch.objects.update(status=status)
    worker_takes_the_job(silent_for_s=31, attempts=2)

    run(tasks.retry_stalled)

    assert job().status == "failed"
    batch.refresh_from_db()
    assert (batch.status, batch.message) == (given_back, tasks.FAILED)


def test_a_list_that_no_job_works_on_is_given_back(batch):
    """PostgreSQL stopped: the failure of the job was noted once it was back, not that of the list."""
    execute("UPDATE procrastinate_jobs SET status = 'doing'")
    execute("UPDATE procrastinate_jobs SET status = 'failed'")

    run(tasks.retry_stalled)

    batch.refresh_from_db()
    assert (batch.status, batch.message) == (Status.REFUSED, tasks.FAILED)


def test_upkeep_that_died_is_not_done_again_and_stops_no_other(batch):
    tasks.retry_stalled.defer(timestamp=0)
    worker_takes_the_job(silent_for_s=31)
    tasks.retry_stalled.defer(timestamp=1)  # the next minute's: two may not wait

    run(tasks.retry_stalled)

    upkeep = ProcrastinateJob.objects.filter(queue_name="upkeep").order_by("pk")
    assert [one.status for one in upkeep] == ["failed", "todo"]
    assert ProcrastinateJob.objects.get(queue_name="imports").status == "todo"


def finished(queue, days_ago):
    """A job that ended so many days ago."""
    (pk,) = execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)"
        " VALUES (%s, 'x', 'succeeded', '{}') RETURNING id",
        queue,
    )
    execute("UPDATE procrastinate_events SET at = at - make_interval(days => %s) WHERE job_id = %s", days_ago, pk)
    execute(
        "INSERT INTO procrastinate_events (job_id, type, at)"
        " VALUES (%s, 'succeeded', now() - make_interval(days => %s))",
        pk,
        days_ago,
    )
    return pk


def test_jobs_that_are_over_are_forgotten_after_a_month_and_upkeep_after_a_day():
    kept = {finished("imports", 29), finished("upkeep", 0)}
    for queue, days_ago in (("imports", 31), ("messages", 31), ("upkeep", 2)):
        finished(queue, days_ago)

    run(tasks.forget_old_jobs)

    assert set(ProcrastinateJob.objects.values_list("pk", flat=True)) == kept


@pytest.mark.usefixtures("batch")
def test_a_command_tells_that_no_worker_lives_and_what_waits(capsys):
    with pytest.raises(CommandError, match="Aucun traitement ne répond : 1 travail attend") as error:
        call_command("check_worker")
    assert error.value.returncode == 1

    worker_takes_the_job(silent_for_s=31)
    with pytest.raises(CommandError, match="0 travail attend"):
        call_command("check_worker")

    execute("UPDATE procrastinate_workers SET last_heartbeat = now()")
    call_command("check_worker")
    assert capsys.readouterr().out == "1 traitement en marche, 0 travail en attente.\n"
    assert ProcrastinateWorker.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "days", "kept"),
    [("abandoned", 91, 0), ("refused", 91, 0), ("abandoned", 89, 1), ("ready", 91, 1), ("applied", 91, 1)],
)
def test_what_was_found_in_a_list_that_wrote_nothing_is_forgotten_after_90_days(status, days, kept, batch):
    lifecycle.analyse(batch)
    came = timezone.now() - timedelta(days=days)
    ImportBatch.objects.update(status=status, received_at=came, applied_at=came if status == "applied" else None)

    tasks.forget_details.func(0)

    assert (batch.rows.count(), ImportFile.objects.count()) == (kept, 1)
