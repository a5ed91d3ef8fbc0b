"""The work on lists that a page does not wait for: the worker does it (`manage.py procrastinate worker`).

Each task can be done again: a worker that dies leaves the database as it was before the task.
"""

from contextlib import contextmanager

from asgiref.sync import sync_to_async
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from sites.imports import lifecycle
from sites.imports.apply import CannotWriteNow
from sites.models import ImportBatch

STALLED_S = 30
MOST_ATTEMPTS = 3
FAILED = (
    "Le travail s'est arrêté sur une erreur inattendue : rien n'a été écrit. Recommencez ; si l'erreur revient, "
    "prévenez l'équipe technique du portail."
)


@app.task(queue="imports", lock="imports")
def analyse(batch_pk):
    with _given_back_if_it_fails(batch_pk) as batch:
        if batch.status == ImportBatch.Status.RECEIVED:
            lifecycle.analyse(batch)


@app.task(queue="imports", lock="imports")
def apply(batch_pk):
    with _given_back_if_it_fails(batch_pk) as batch:
        lifecycle.apply_list(batch)


@app.task(queue="imports", lock="imports")
def take_back(batch_pk):
    with _given_back_if_it_fails(batch_pk) as batch:
        lifecycle.take_back_list(batch)


@contextmanager
def _given_back_if_it_fails(batch_pk):
    batch = ImportBatch.objects.get(pk=batch_pk)
    try:
        yield batch
    except CannotWriteNow as error:
        lifecycle.give_back(batch, str(error))
    except Exception:
        lifecycle.give_back(batch, FAILED)
        raise


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context, timestamp):
    """Have the work of a worker that died done again: it has not said for 30 s that it is alive.

    Work that killed its worker three times is not tried again.
    """
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        if job.attempts + 1 < MOST_ATTEMPTS:
            await jobs.retry_job(job)
            continue
        await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
        if batch_pk := job.task_kwargs.get("batch_pk"):
            batch = await ImportBatch.objects.aget(pk=batch_pk)
            await sync_to_async(lifecycle.give_back)(batch, FAILED)
