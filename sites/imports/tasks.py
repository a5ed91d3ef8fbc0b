"""The work on lists that a page does not wait for: the worker does it (`manage.py procrastinate worker`).

Each task can be done again: a worker that dies leaves the database as it was before the task.
"""

from contextlib import contextmanager
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.db.models import Exists, OuterRef, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import JobDeferrer, Status
from procrastinate.manager import JobManager
from procrastinate.retry import RetryStrategy

from sites.imports import lifecycle, notices, stored
from sites.imports.apply import CannotWriteNow
from sites.models import ImportBatch

STALLED_S = 30
MOST_ATTEMPTS = 3
KEPT_DAYS = 30
DETAILS_KEPT_DAYS = 90
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


@app.task(queue="messages", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def tell_agents(batch_pk):
    """Write to those whose sites a list changed. Refused messages are tried again for an hour: 5 s, 25 s, 2 min…"""
    notices.tell(ImportBatch.objects.get(pk=batch_pk))


def tell_agents_later(batch):
    """Have `tell_agents` done once the transaction that is open is committed, and never if it is not.

    In the worker, the queue has connections of its own: the job must go by Django's, which holds the transaction.
    """
    job = tell_agents.configure().job
    JobDeferrer(job=job, job_manager=JobManager(DjangoConnector())).defer(batch_pk=batch.pk)


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context, timestamp):
    """Have the work of a worker that died done again: it has not said for 30 s that it is alive.

    Work that killed its worker three times is not tried again; upkeep never is, since it comes back by itself. A list
    that no job works on any more is given back: the database was not there to note that its work had failed.
    """
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        if job.queue != "upkeep" and job.attempts + 1 < MOST_ATTEMPTS:
            await jobs.retry_job(job)
            continue
        await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
    await sync_to_async(_give_back_what_nobody_works_on)()


def _give_back_what_nobody_works_on():
    jobs = ProcrastinateJob.objects.annotate(of=KT("args__batch_pk")).filter(queue_name="imports")
    at_work = jobs.filter(status__in=["todo", "doing"], of=Cast(OuterRef("pk"), TextField()))
    for batch in ImportBatch.objects.filter(~Exists(at_work), status__in=ImportBatch.IN_PROGRESS):
        lifecycle.give_back(batch, FAILED)


@app.periodic(cron="40 3 * * *")
@app.task(queue="upkeep", queueing_lock="forget_old_jobs", pass_context=True)
async def forget_old_jobs(context, timestamp):
    """Delete the jobs that ended 30 days ago, and the upkeep of the day before: there is some each minute."""
    for hours, queue in ((24, "upkeep"), (KEPT_DAYS * 24, None)):
        await context.app.job_manager.delete_old_jobs(
            nb_hours=hours, queue=queue, include_failed=True, include_cancelled=True, include_aborted=True
        )


@app.periodic(cron="50 3 * * *")
@app.task(queue="upkeep", queueing_lock="forget_details")
def forget_details(timestamp):
    """Forget what was found in lists that wrote nothing, 90 days after they came. Their files and counts are kept."""
    long_ago = timezone.now() - timedelta(days=DETAILS_KEPT_DAYS)
    for batch in ImportBatch.objects.filter(status__in=ImportBatch.WROTE_NOTHING, received_at__lt=long_ago):
        stored.forget(batch)
