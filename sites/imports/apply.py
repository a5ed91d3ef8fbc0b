"""Writing a plan: one transaction, one import at a time, and a history that says which import did it."""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass

import pghistory
from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from sites.imports.analysis import CREATE, REOPEN, UPDATE, analyse
from sites.imports.columns import DAYS
from sites.imports.issues import ERROR
from sites.models import Closure, ImportBatch, ListProposal, Site, SitePartner, Stop, WeeklySlot

# Any constant will do, as long as nothing else locks on it.
LOCK = 20_200_101
BATCH = 5_000
WRITTEN_BY_LISTS = (
    "name",
    "slug",
    "kind",
    "format",
    "network",
    "commune",
    "address",
    "address_extra",
    "postal_code",
    "location",
    "phone",
    "email",
    "appointment",
    "note",
    "status",
    "labelled_on",
    "closed_on",
    "updated_at",
)


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

    @classmethod
    def of(cls, file_name, data):
        return cls(file_name[-200:], hashlib.sha256(data).hexdigest())


def import_table(table, source, *, is_complete=False, is_demo=False):
    """Analyse `table` and write it, unless it has errors or changes nothing: (plan, `ImportBatch` or None).

    No one else writes sites meanwhile, so what is written is what was analysed. Raises `CannotWriteNow`.
    """
    with _alone():
        plan = analyse(table, is_complete=is_complete, is_demo=is_demo)
        if plan.issues_of(ERROR) or not plan.changes_something:
            return plan, None
        return plan, _write(plan, source)


@contextmanager
def _alone():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise ImportRunning
        try:
            # Pages can still be read; an agent's edit waits for the end of the import.
            cursor.execute("LOCK TABLE sites_site, sites_weeklyslot IN SHARE ROW EXCLUSIVE MODE")
        except OperationalError as error:
            raise DirectoryBusy from error
        # The history's triggers go through the queue of deferred checks for each row: the cost grows as its square.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # While the rows are read and compared, the database waits for us: on a long list, for more than a page may be
        # idle. An import that dies still lets go of its locks, since its connection ends with it.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


def _write(plan, source):
    batch = ImportBatch.objects.create(
        file_name=source.file_name,
        sha256=source.sha256,
        is_demo=plan.is_demo,
        is_complete=plan.is_complete,
        counts=plan.counts,
    )
    with pghistory.context(import_batch=batch.pk, source="import"):
        if not plan.is_demo:
            _remove_demonstration()
        _write_sites(plan)
        _write_hours(plan)
        if plan.is_complete:
            _close(plan.absent)
        _write_proposals(plan.proposals, batch)
    tell_the_planner()
    return batch


def tell_the_planner():
    """What the tables hold now. Autovacuum never comes by an empty one, such as the closures at first: believing that
    it holds rows, PostgreSQL took 20 s for "après 18 h" in all of France instead of 0.1 s.
    """
    tables = [model._meta.db_table for model in (Site, WeeklySlot, Closure, Stop, SitePartner)]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _remove_demonstration():
    """Fictitious sites give way to real ones. Nothing else is ever deleted."""
    WeeklySlot.objects.filter(site__is_demo=True).delete()
    Stop.objects.filter(site__is_demo=True).delete()
    Site.objects.demonstration().exclude(parent=None).update(parent=None)  # or it would protect its principal
    Site.objects.demonstration().delete()


def _write_sites(plan):
    Site.objects.bulk_create([change.site for change in plan.of(CREATE)], batch_size=BATCH)
    known = [change.site for change in plan.of(UPDATE, REOPEN)]
    _let_go_of_principals(plan)
    # One statement for thousands of sites; each of them exists, so nothing is inserted.
    Site.objects.bulk_create(
        known, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN_BY_LISTS
    )


def _let_go_of_principals(plan):
    """What was an antenne, and is a principal now, depends no more on the one that the prefecture chose for it."""
    promoted = [change.site.pk for change in plan.of(UPDATE, REOPEN) if "kind" in change.differences]
    Site.objects.filter(pk__in=promoted).exclude(parent=None).update(parent=None)


def _write_hours(plan):
    _copy_slots(slot for change in plan.of(CREATE) for slot in _slots_of(change))
    _replace_slots([change for change in plan.of(UPDATE, REOPEN) if change.week])


def _slots_of(change):
    """(site, weekday, opens, closes) of the hours that a change gives."""
    for weekday, slots in (change.week or {}).items():
        for slot in slots:
            yield change.site.pk, weekday, *slot


def _replace_slots(changes):
    """Only the slots that differ are deleted and inserted, so that the history stays readable."""
    wanted = {slot for change in changes for slot in _slots_of(change)}
    existing = WeeklySlot.objects.filter(site__in=[change.site.pk for change in changes], weekday__lte=len(DAYS))
    kept, gone = set(), []
    for pk, *slot in existing.values_list("pk", "site_id", "weekday", "opens", "closes"):
        if tuple(slot) in wanted:
            kept.add(tuple(slot))
        else:
            gone.append(pk)
    WeeklySlot.objects.filter(pk__in=gone).delete()
    _copy_slots(sorted(wanted - kept))


def _copy_slots(slots):
    """COPY (site, weekday, opens, closes): three times faster than INSERT, and its history is written all the same.

    The history's context is already set in this transaction, by the writing of the slots' sites.
    """
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY sites_weeklyslot (site_id, weekday, opens, closes) FROM STDIN") as copy,
    ):
        for slot in slots:
            copy.write_row(slot)


def _write_proposals(proposals, batch):
    """A proposal that says something new is to be decided again, even where the one before was dismissed."""
    over = [Q(site=one.site, field=one.field) for one in proposals if one.value is None]
    if over:
        ListProposal.objects.filter(Q(*over, _connector=Q.OR)).delete()
    ListProposal.objects.bulk_create(
        [
            ListProposal(site_id=one.site, field=one.field, value=one.value, batch=batch)
            for one in proposals
            if one.value is not None
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["site", "field"],
        update_fields=["value", "batch", "proposed_at", "dismissed_at", "dismissed_by"],
    )


def _close(external_ids):
    Site.objects.official().filter(external_id__in=external_ids).update(
        status=Site.Status.CLOSED, closed_on=timezone.localdate(), updated_at=timezone.now()
    )
