"""Writing what the rows of a list say: one transaction, one at a time, and a history that says which list did it.

Everything is written from the rows that were kept (`models.ImportRow`), in SQL: no row comes back to Python.
"""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from psycopg.errors import DeadlockDetected, LockNotAvailable

from sites.imports import apply_statements as sql
from sites.imports import stored
from sites.imports.analysis import plan_against_today, planned_rows
from sites.imports.cells.columns import positions_in_sheet
from sites.imports.held import chosen, undecided
from sites.imports.plan import counts_of
from sites.imports.state import state
from sites.models import Closure, ImportBatch, ImportRow, ListProposal, Site, SitePartner, Stop, WeeklySlot
from sites.signals import demonstration_leaves

Action = ImportRow.Action
# Any constant will do, as long as nothing else locks on it.
LOCK = 20_200_101
AT_A_TIME = 5_000


class CannotWriteNow(Exception):
    """Nothing is wrong with the list: try again in a moment."""


class ImportRunning(CannotWriteNow):
    """Another import is being written."""

    def __init__(self):
        super().__init__("Un autre import est en cours : attendez qu'il se termine, puis recommencez.")


class DirectoryBusy(CannotWriteNow):
    """Someone is writing sites, and does not finish within the database's `lock_timeout`."""

    def __init__(self):
        super().__init__("Des sites sont en cours de modification : recommencez dans un instant.")


@dataclass(frozen=True)
class Source:
    """The file as it was received."""

    file_name: str
    sha256: str
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, file_name, data):
        return cls(file_name[-200:], hashlib.sha256(data).hexdigest(), data)


@contextmanager
def patient_transaction():
    """A transaction in which the database waits for us while rows are read and compared: for more than a page may idle.

    Work that dies still lets go of its locks, since its connection ends with it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


@contextmanager
def alone():
    """A transaction in which no one else writes sites. Raises `CannotWriteNow`."""
    with _or_busy(), patient_transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise ImportRunning
        # Pages can still be read; an agent's edit waits for the end of the import.
        cursor.execute("LOCK TABLE sites_site, sites_weeklyslot IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield


@contextmanager
def _or_busy():
    """`DirectoryBusy` in place of a lock that was not had in time: on the tables, or later on what hangs on sites."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
            raise DirectoryBusy from error
        raise


def import_table(
    table, source, *, is_complete=False, is_demo=False, valid_rows_only=False, may_write=lambda plan: True
):
    """Analyse a table and write it, unless it changes nothing, has errors, or `may_write(plan)` says no: (`Plan`,
    `ImportBatch` or None).

    With `valid_rows_only`, lines in error are left out instead. No one else writes sites meanwhile, so what is written
    is what was analysed. Raises `CannotWriteNow`.
    """
    with alone():
        with transaction.atomic():
            batch = ImportBatch.objects.create(
                file_name=source.file_name,
                sha256=source.sha256,
                is_demo=is_demo,
                is_complete=is_complete,
                valid_rows_only=valid_rows_only,
                encoding=table.encoding,
                delimiter=table.delimiter,
                sheet=table.sheet[:100],
            )
            plan = plan_against_today(is_demo, is_complete)
            rows = planned_rows(table, is_complete=is_complete, is_demo=is_demo)
            stored.keep(batch, plan.counting(rows), positions_in_sheet(table))
            if not (plan.can_be_written(valid_rows_only) and may_write(plan)):
                transaction.set_rollback(True)
                return plan, None
        if not is_demo:  # it can be made again
            stored.keep_file(batch, source.content)
        batch.counts, batch.analysed_at = plan.all_counts, timezone.now()
        write(batch)
    return plan, batch


def has_changed_since(batch):
    """Whether the list would no longer do what it was shown to do when it was analysed."""
    # What a list leaves as it is, another list may have changed: then all that it names counts.
    named = batch.rows.exclude(action__in=[Action.ABSENT, Action.ERROR])
    rows = named if _another_list_since(batch) else _touching(batch)
    now = Subquery(Site.objects.filter(pk=OuterRef("site")).annotate(now=state()).values("now"))
    known = Site.objects.filter(external_id=OuterRef("external_id"), is_demo=batch.is_demo)
    changed = rows.exclude(site=None).annotate(now=now).exclude(now=F("state"))
    created = rows.filter(action=Action.CREATE).filter(Exists(known))
    # A site that was to be changed is gone: only a demonstration site can be.
    gone = _touching(batch).filter(site=None).exclude(action=Action.CREATE)
    return changed.exists() or created.exists() or gone.exists() or _lacks_a_new_site(batch)


def _another_list_since(batch):
    lists = ImportBatch.objects.filter(is_demo=batch.is_demo).exclude(pk=batch.pk)
    return lists.filter(Q(applied_at__gt=batch.analysed_at) | Q(taken_back_at__gt=batch.analysed_at)).exists()


def _lacks_a_new_site(batch):
    """Whether a site came into service since, which a complete list does not name: it would have to be closed."""
    in_service = Site.objects.open_to_public().filter(is_demo=batch.is_demo).order_by()
    named = batch.rows.filter(site=OuterRef("pk"))  # by its index: by identifiers, each site would read all the rows
    return batch.is_complete and in_service.filter(~Exists(named)).exists()


def _touching(batch):
    return batch.rows.filter(Q(action__in=ImportRow.WRITES) | ~Q(held={}))


def write(batch, user=None, said=lambda done, total: None):
    """Write the rows of a batch, and mark it as applied by a `User`. Call it `alone`, with a counted batch.

    `said` is told how many rows are written, of how many.
    """
    context = {"import_batch": batch.pk, "source": "import"} | ({"user": user.pk} if user else {})
    with pghistory.context(**context):
        if not batch.is_demo:
            _remove_demonstration()
        _choose(batch)
        if batch.valid_rows_only:
            _keep_the_absent_open(batch)
        _close_today(batch)
        _count_again(batch)
        spans = _spans(batch)
        for number, span in enumerate(spans, start=1):
            for statement in sql.SITES:
                _execute(statement, batch, span)
            said(min(number * AT_A_TIME, len(spans) * AT_A_TIME), len(spans) * AT_A_TIME)
        for statement in sql.PROPOSALS:
            _execute(statement, batch, (0, 2**62))
        batch.status = ImportBatch.Status.APPLIED
        batch.applied_at, batch.applied_by, batch.message = timezone.now(), user, ""
        batch.save()
    tell_the_planner()


def _spans(batch):
    """[(first, last)] of the row numbers that are written at a time."""
    rows = batch.rows.filter(action__in=ImportRow.WRITES).order_by("pk")
    numbers = list(rows.values_list("pk", flat=True))
    return [(some[0], some[-1]) for some in (numbers[at : at + AT_A_TIME] for at in range(0, len(numbers), AT_A_TIME))]


def _choose(batch):
    """Turn the list's values that were chosen over the prefecture's into changes of their rows."""
    rows = list(batch.rows.exclude(taken=[]))
    for row in rows:
        before, after = chosen(row.held, row.taken)
        row.before, row.after = before | row.before, after | row.after
        batch.counts["held"] -= len(undecided(row.held))
        row.held |= {name: [row.held[name][0], None] for name in row.taken}
        batch.counts["held"] += len(undecided(row.held))
        if row.action == Action.UNCHANGED:
            row.action = Action.UPDATE
    ImportRow.objects.bulk_update(rows, ["before", "after", "held", "action"], batch_size=AT_A_TIME)


def _keep_the_absent_open(batch):
    """A site whose line is in error may look absent: while lines are left out, absence means nothing."""
    absent = batch.rows.filter(action=Action.CLOSE)
    absent.update(action=Action.ABSENT, before={}, after={})


def _close_today(batch):
    """A list may be confirmed days after it was analysed: its rows tell the day that is written."""
    closed = {"status": Site.Status.CLOSED, "closed_on": timezone.localdate().isoformat()}
    batch.rows.filter(action=Action.CLOSE).update(after=closed)


def _count_again(batch):
    """What was chosen since the analysis has made changes of lines that made none."""
    by_action = batch.rows.order_by().values_list("action").annotate(Count("pk"))
    batch.counts |= counts_of(dict(by_action)) | {"moved": batch.rows.filter(before__has_key="location").count()}


def _execute(statement, batch, span):
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {"batch": batch.pk, "first": span[0], "last": span[1], "is_demo": batch.is_demo, "now": timezone.now()},
        )


def _remove_demonstration():
    """Fictitious sites give way to real ones. Nothing else is ever deleted."""
    if not Site.objects.demonstration().exists():
        return
    demonstration_leaves.send(Site)
    WeeklySlot.objects.filter(site__is_demo=True).delete()
    Stop.objects.filter(site__is_demo=True).delete()
    Site.objects.demonstration().exclude(parent=None).update(parent=None)  # or it would protect its principal
    Site.objects.demonstration().delete()


def tell_the_planner():
    """What the tables hold now. Autovacuum never comes by an empty one, such as the closures at first: believing that
    it holds rows, PostgreSQL took 20 s for "après 18 h" in all of France instead of 0.1 s. Nor does it come at once by
    the histories: taking back the list that was just applied took minutes.
    """
    models: tuple[Any, ...] = (Site, WeeklySlot, Closure, Stop, SitePartner, ListProposal)
    tables = [table._meta.db_table for model in models for table in (model, model.pgh_event_model)]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
