"""Writing what the rows of a list say: one transaction, one at a time, and a history that says which list did it.

Everything is written from the rows that were kept (`models.ImportRow`), in SQL: no row comes back to Python.
"""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field

import pghistory
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from sites.imports import stored
from sites.imports.analysis import Plan, planned_rows
from sites.imports.cells.columns import positions_in_sheet
from sites.imports.held import chosen
from sites.imports.state import state
from sites.models import Closure, ImportBatch, ImportFile, ImportRow, Site, SitePartner, Stop, WeeklySlot

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
    with patient_transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise ImportRunning
        try:
            # Pages can still be read; an agent's edit waits for the end of the import.
            cursor.execute("LOCK TABLE sites_site, sites_weeklyslot IN SHARE ROW EXCLUSIVE MODE")
        except OperationalError as error:
            raise DirectoryBusy from error
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield


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
            plan = Plan.against_today(is_demo, is_complete)
            rows = planned_rows(table, is_complete=is_complete, is_demo=is_demo)
            stored.keep(batch, plan.counting(rows), positions_in_sheet(table))
            if not (plan.can_be_written(valid_rows_only) and may_write(plan)):
                transaction.set_rollback(True)
                return plan, None
        if not is_demo:  # it can be made again
            ImportFile.objects.create(batch=batch, content=source.content)
        batch.counts, batch.analysed_at = plan.all_counts, timezone.now()
        write(batch)
    return plan, batch


def has_changed_since(batch):
    """Whether a site that the list touches is no longer what it was when the list was analysed."""
    rows = _touching(batch)
    now = Subquery(Site.objects.filter(pk=OuterRef("site")).annotate(now=state()).values("now"))
    known = Site.objects.filter(external_id=OuterRef("external_id"))
    changed = rows.exclude(site=None).annotate(now=now).exclude(now=F("state"))
    created = rows.filter(action=Action.CREATE).filter(Exists(known))
    # A site that was to be changed is gone: only a demonstration site can be.
    gone = rows.filter(site=None).exclude(action=Action.CREATE)
    return changed.exists() or created.exists() or gone.exists()


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
        spans = _spans(batch)
        for number, span in enumerate(spans, start=1):
            for statement in (CREATE_SITES, UPDATE_SITES, DELETE_SLOTS, INSERT_SLOTS):
                _execute(statement, batch, span)
            said(min(number * AT_A_TIME, len(spans) * AT_A_TIME), len(spans) * AT_A_TIME)
        for statement in (DELETE_PROPOSALS, INSERT_PROPOSALS):
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
        row.held |= {name: [row.held[name][0], None] for name in row.taken}
        if row.action == Action.UNCHANGED:
            row.action = Action.UPDATE
    ImportRow.objects.bulk_update(rows, ["before", "after", "held", "action"], batch_size=AT_A_TIME)


def _keep_the_absent_open(batch):
    """A site whose line is in error may look absent: while lines are left out, absence means nothing."""
    absent = batch.rows.filter(action=Action.CLOSE)
    absent.update(action=Action.ABSENT, before={}, after={})
    batch.counts["closed"] = 0


def _execute(statement, batch, span):
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {"batch": batch.pk, "first": span[0], "last": span[1], "is_demo": batch.is_demo, "now": timezone.now()},
        )


# --- What is written -------------------------------------------------------------------------------

TEXTS = ("name", "kind", "format", "network", "address", "address_extra", "phone", "email", "appointment", "note")
# Columns of a site, and what a row says of each: NULL where it says nothing.
SAID = {name: f"said.after->>'{name}'" for name in TEXTS} | {
    "slug": "nullif(said.slug, '')",
    "commune_id": "said.after->'commune'->>0",
    "postal_code": "said.after->'commune'->>1",
    "location": "ST_SetSRID(ST_MakePoint((said.after->'location'->>0)::float8, (said.after->'location'->>1)::float8), "
    "4326)::geography",
    "labelled_on": "(said.after->>'labelled_on')::date",
    "status": "said.after->>'status'",
}
OF_THE_ROWS = "said.batch_id = %(batch)s AND said.id BETWEEN %(first)s AND %(last)s"
# Texts that a new site lacks are empty, never unknown.
CREATED = SAID | {name: f"coalesce({SAID[name]}, '')" for name in TEXTS} | {"status": "'active'"}
CREATE_SITES = f"""
    INSERT INTO sites_site (external_id, is_demo, website, updated_at, {", ".join(CREATED)})
    SELECT said.external_id, %(is_demo)s, '', %(now)s, {", ".join(CREATED.values())}
    FROM sites_importrow said WHERE {OF_THE_ROWS} AND said.action = 'create' ORDER BY said.id
"""  # noqa: S608 (names and expressions are those above)
# What was an antenne, and is a principal now, depends no more on the one that the prefecture chose for it.
UPDATE_SITES = f"""
    UPDATE sites_site site
    SET {", ".join(f"{name} = coalesce({value}, site.{name})" for name, value in SAID.items())},
        closed_on = CASE said.action WHEN 'close' THEN (%(now)s AT TIME ZONE 'Europe/Paris')::date
                                     WHEN 'reopen' THEN NULL ELSE site.closed_on END,
        parent_id = CASE WHEN said.after->>'kind' = 'principal' THEN NULL ELSE site.parent_id END,
        updated_at = %(now)s
    FROM sites_importrow said
    WHERE {OF_THE_ROWS} AND said.action IN ('update', 'reopen', 'close') AND site.id = said.site_id
"""  # noqa: S608
SLOTS_SAID = f"""
    SELECT site.id AS site_id, split_part(day.key, '.', 2)::smallint AS weekday,
           (slot->>0)::time AS opens, (slot->>1)::time AS closes
    FROM sites_importrow said
    JOIN sites_site site ON site.external_id = said.external_id
    CROSS JOIN LATERAL jsonb_each(said.after) day
    CROSS JOIN LATERAL jsonb_array_elements(day.value) slot
    WHERE {OF_THE_ROWS} AND said.action IN ('create', 'update', 'reopen') AND day.key LIKE 'hours.%%'
"""  # noqa: S608
EVERY_WEEK = "slot.weeks = 'all' AND slot.mode = 'open' AND slot.valid_from IS NULL AND slot.valid_until IS NULL"
# Only the slots that differ are deleted and inserted, so that the history stays readable.
DELETE_SLOTS = f"""
    WITH wanted AS ({SLOTS_SAID})
    DELETE FROM sites_weeklyslot slot
    USING sites_importrow said
    WHERE {OF_THE_ROWS} AND said.action IN ('update', 'reopen') AND slot.site_id = said.site_id
      AND said.after ? ('hours.' || slot.weekday)
      AND NOT ({EVERY_WEEK} AND (slot.site_id, slot.weekday, slot.opens, slot.closes) IN (TABLE wanted))
"""  # noqa: S608
INSERT_SLOTS = f"""
    INSERT INTO sites_weeklyslot (site_id, weekday, opens, closes)
    SELECT * FROM ({SLOTS_SAID}) said
    WHERE NOT EXISTS (
        SELECT FROM sites_weeklyslot slot
        WHERE (slot.site_id, slot.weekday, slot.opens, slot.closes)
            = (said.site_id, said.weekday, said.opens, said.closes)
          AND {EVERY_WEEK}
    )
    ORDER BY site_id, weekday, opens
"""  # noqa: S608
PROPOSALS_SAID = f"""
    SELECT said.site_id, held.key AS field, held.value->1 AS value
    FROM sites_importrow said CROSS JOIN LATERAL jsonb_each(said.held) held
    WHERE {OF_THE_ROWS} AND said.action <> 'error'
"""  # noqa: S608
DELETE_PROPOSALS = f"""
    DELETE FROM sites_listproposal proposal USING ({PROPOSALS_SAID}) said
    WHERE (proposal.site_id, proposal.field) = (said.site_id, said.field) AND said.value = 'null'
"""  # noqa: S608
# A proposal that says something new is to be decided again, even where the one before was dismissed.
INSERT_PROPOSALS = f"""
    INSERT INTO sites_listproposal AS proposal (site_id, field, value, batch_id, proposed_at)
    SELECT site_id, field, value, %(batch)s, %(now)s FROM ({PROPOSALS_SAID}) said WHERE value <> 'null'
    ON CONFLICT (site_id, field) DO UPDATE
    SET value = excluded.value, batch_id = excluded.batch_id, proposed_at = excluded.proposed_at,
        dismissed_at = NULL, dismissed_by_id = NULL
    WHERE proposal.value <> excluded.value
"""  # noqa: S608


def _remove_demonstration():
    """Fictitious sites give way to real ones. Nothing else is ever deleted."""
    WeeklySlot.objects.filter(site__is_demo=True).delete()
    Stop.objects.filter(site__is_demo=True).delete()
    Site.objects.demonstration().exclude(parent=None).update(parent=None)  # or it would protect its principal
    Site.objects.demonstration().delete()


def tell_the_planner():
    """What the tables hold now. Autovacuum never comes by an empty one, such as the closures at first: believing that
    it holds rows, PostgreSQL took 20 s for "après 18 h" in all of France instead of 0.1 s.
    """
    tables = [model._meta.db_table for model in (Site, WeeklySlot, Closure, Stop, SitePartner)]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
