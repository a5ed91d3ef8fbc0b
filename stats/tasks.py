"""The work on figures that a page does not wait for: the worker does it.

Each task can be done again: a worker that dies leaves the database as it was before, and
`sites.imports.tasks.retry_stalled` has its work done again, whatever it was.
"""

from contextlib import contextmanager

from django.db.models import Exists, OuterRef, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from sites.imports.tasks import FAILED
from stats.coverage.compute import compute_if_due
from stats.imports import lifecycle
from stats.imports.work import CannotWrite
from stats.models import ActivityImport
from stats.suppression import settle

# The queue and the lock of the lists: one heavy work at a time.
IMPORTS = "imports"


@app.task(queue=IMPORTS, lock=IMPORTS)
def analyse(figures_pk):
    with _given_back_if_it_fails(figures_pk) as batch:
        lifecycle.analyse(batch)


@app.task(queue=IMPORTS, lock=IMPORTS)
def write(figures_pk):
    with _given_back_if_it_fails(figures_pk) as batch:
        lifecycle.write(batch)


@app.task(queue=IMPORTS, lock=IMPORTS)
def take_back(figures_pk):
    with _given_back_if_it_fails(figures_pk) as batch:
        lifecycle.take_back_figures(batch)


@contextmanager
def _given_back_if_it_fails(figures_pk):
    batch = ActivityImport.objects.select_related("applied_by", "taken_back_by").get(pk=figures_pk)
    try:
        yield batch
    except CannotWrite as error:
        lifecycle.give_back(batch, str(error))
    except Exception:
        lifecycle.give_back(batch, FAILED)
        raise


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", queueing_lock="give_figures_back")
def give_back_what_nobody_works_on(timestamp):
    """Files whose job is gone: the database was not there to note that their work had failed."""
    jobs = ProcrastinateJob.objects.annotate(of=KT("args__figures_pk")).filter(queue_name="imports")
    at_work = jobs.filter(status__in=["todo", "doing"], of=Cast(OuterRef("pk"), TextField()))
    for batch in ActivityImport.objects.filter(~Exists(at_work), status__in=ActivityImport.IN_PROGRESS):
        lifecycle.give_back(batch, FAILED)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="upkeep", queueing_lock="hide_small_numbers")
def hide_small_numbers(timestamp):
    """Show again what was written without an import: the totals of a site that moved, a correction made in SQL."""
    settle()


@app.periodic(cron="*/10 * * * *")
@app.task(queue="upkeep", queueing_lock="compute_coverage")
def compute_coverage(timestamp):
    """Follow the sites that open, close or move, and the stops that begin and end."""
    compute_if_due()
