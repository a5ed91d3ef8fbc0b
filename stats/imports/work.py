"""The work on a file of monthly figures: what it would change, and writing it. All or nothing.

Nothing here decides when: `manage.py import_activity` and the pages' worker do. A `progress` has `stage(words, total)`
and `done(count)`, as `sites.imports.progress.Progress`; None tells nobody.
"""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from openpyxl.utils import get_column_letter
from psycopg.errors import DeadlockDetected, LockNotAvailable

from sites.imports.files.errors import FileError, HeaderOnly
from sites.imports.files.reader import read_table
from sites.imports.files.tables import Table
from stats.imports import checks, shapes, staging
from stats.imports.figures import ACTIVITY, SATISFACTION, Figures
from stats.imports.remarks import Remarks
from stats.models import ActivityImport, ActivityIssue
from stats.months import in_code
from stats.suppression import settle

Status = ActivityImport.Status
LOCK = 20_200_102  # the one that the totals' triggers take
MAX_ROWS, MAX_LINES = 1_200_000, 2_500_000
LONGEST_COLUMN = 60
MANY = 10_000
TOTALS_TABLES = "stats_monthlytotal, stats_monthlybypartner, stats_monthlybydemarche"

CHANGED = """
CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
SELECT one.line, one.place, one.site_id, one.month, one.partner_id, one.demarche_id, one.amount,
    coalesce(one.part, other.{part}) AS part, one.part IS NULL AS part_is_kept,
    other.id AS kept_id, other.{amount} AS kept_amount, other.{part} AS kept_part, other.batch_id AS kept_batch
FROM staged AS one LEFT JOIN {table} AS other
    ON {same} AND other.month BETWEEN %(first)s AND %(last)s
WHERE other.id IS NULL OR other.{amount} <> one.amount OR coalesce(one.part <> other.{part}, one.part IS NOT NULL)
"""
TOTALS = """
WITH named AS (SELECT DISTINCT month, partner_id FROM staged),
delta AS (SELECT month, partner_id, sum(amount - coalesce(kept_amount, 0)) AS amount FROM changed GROUP BY 1, 2)
SELECT named.month, named.partner_id, coalesce(before.amount, 0), coalesce(before.amount, 0) + coalesce(delta.amount, 0)
FROM named
LEFT JOIN ({national}) AS before
    ON before.month = named.month AND before.partner_id IS NOT DISTINCT FROM named.partner_id
LEFT JOIN delta ON delta.month = named.month AND delta.partner_id IS NOT DISTINCT FROM named.partner_id
LEFT JOIN sites_partner AS partner ON partner.code = named.partner_id
ORDER BY named.month, partner.rank
"""
KEEP_OLD = """
INSERT INTO {replaced} (batch_id, {keys}, {amount}, {part}, previous_batch_id)
SELECT %(batch)s, {keys}, kept_amount, kept_part, kept_batch FROM changed WHERE kept_id IS NOT NULL
"""
UPSERT = """
INSERT INTO {table} ({keys}, {amount}, {part}, batch_id)
SELECT {keys}, amount, part, %(batch)s FROM changed
ON CONFLICT ({keys}) DO UPDATE SET {amount} = excluded.{amount}, {part} = excluded.{part}, batch_id = excluded.batch_id
"""


class CannotWrite(Exception):
    """Nothing was written. The message is a French sentence."""


class ChangedSince(CannotWrite):
    """The file would no longer do what its analysis showed: another import came between. Analyse it again."""


class HasErrors(CannotWrite):
    """The file has errors: it is to be corrected and sent again."""


class FiguresBusy(CannotWrite):
    """Someone else is writing figures: try again in a moment."""


class NotAwaited(CannotWrite):
    """The batch is no longer to be written: someone applied or abandoned it."""


class Quiet:
    """A progress that tells nobody."""

    def stage(self, words, total=0):
        pass

    def done(self, count):
        pass


@dataclass
class Examined:
    """What a file says and would change; its figures are in the temporary tables of the transaction."""

    figures: Figures
    table: Table
    remarks: Remarks
    counts: dict
    totals: list
    months: list


def analyse(batch, data, today, progress=None):
    """Find what the bytes of a file would change, and write nothing of it. `batch` is an `ActivityImport`, saved.

    Fills `batch.subject`, `counts` ({rows, written, unchanged, errors, warnings}: rows of the file, then figures, then
    remarks, all of them), `totals` ([["2024-01", partner's code or None, before, after], …], none when there are
    errors), its `ActivityIssue`s (the first 1,000 of a kind, those of an earlier analysis being forgotten),
    `analysed_at`, and saves it as READY; or as REFUSED, with a French `message`, when the file cannot be read at all.
    `today` is a date.
    """
    batch.counts, batch.totals, batch.message = {}, [], ""
    with patient_transaction():
        ActivityIssue.objects.filter(batch=batch).delete()
        try:
            examined = examine(data, today, Quiet() if progress is None else progress)
        except FileError as error:
            batch.status, batch.message = Status.REFUSED, why_refused(error)
        else:
            batch.status = Status.READY
            _fill(batch, examined)
        batch.analysed_at = timezone.now()
        batch.save()


def write(batch, data, user, today, progress=None):
    """Write the figures of a batch that `analyse` left READY (or that is CONFIRMED since), and save it as APPLIED.

    One transaction, under the lock that the totals' triggers take. `user` may be None (a command). The file is read and
    checked again: raises `HasErrors`, or `ChangedSince` when its counts or totals are no longer those of the analysis,
    `FiguresBusy` or `NotAwaited`; the batch is then as it was.
    """
    progress = Quiet() if progress is None else progress
    with alone():
        awaited = ActivityImport.objects.select_for_update(no_key=True)
        if not awaited.filter(pk=batch.pk, status__in=[Status.READY, Status.CONFIRMED]).exists():
            raise NotAwaited("Ce fichier n'attend plus d'être appliqué.")
        examined = examine(data, today, progress)
        if examined.counts["errors"]:
            raise HasErrors("Le fichier a des erreurs : rien n'a été écrit. Corrigez-les, puis envoyez-le de nouveau.")
        if (examined.counts, examined.totals) != (batch.counts, batch.totals):
            raise ChangedSince(
                "D'autres chiffres ont été écrits depuis l'analyse de ce fichier : rien n'a été écrit. "
                "Voici ce qu'il changerait maintenant."
            )
        _write(batch, examined, user, progress)


def import_file(file_name, data, today, user=None):
    """Analyse a file and write it at once, in one transaction: (`Examined`, `ActivityImport` or None).

    Nothing is written, not even a batch, when there are errors or nothing to write. Raises a `FileError` or
    `FiguresBusy`.
    """
    with alone():
        examined = examine(data, today, Quiet())
        if examined.counts["errors"] or not examined.counts["written"]:
            return examined, None
        batch = ActivityImport(file_name=file_name[-200:], sha256=hashlib.sha256(data).hexdigest(), received_by=user)
        batch.status, batch.analysed_at = Status.CONFIRMED, timezone.now()
        batch.save()
        keep_file(batch, data)
        _fill(batch, examined)
        _write(batch, examined, user, Quiet())
    return examined, batch


def keep_file(batch, data):
    """Write the bytes of a file. By COPY: written in a statement, 61 MB took 6 s and six times their weight."""
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY stats_activityfile (batch_id, content) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["int8", "bytea"])
        copy.write_row((batch.pk, data))


def examine(data, today, progress):
    """The `Examined` bytes of a file. Call it in a transaction. Raises a `FileError`."""
    progress.stage("Lecture du fichier")
    table = read_table(data, shapes.KNOWN_HEADINGS, max_rows=MAX_ROWS, max_lines=MAX_LINES)
    directory, remarks = staging.Directory(), Remarks()
    shape = shapes.recognise(table.header, directory.partners)
    for index in shape.unknown:
        remarks.add("unknown_columns", 1, index, table.header[index], "Cette colonne n'est pas lue.")
    figures = SATISFACTION if isinstance(shape, shapes.Satisfaction) else ACTIVITY
    progress.stage("Lecture des chiffres", total=len(table.rows))
    staging.stage(table.rows, shape, directory, remarks, progress)
    progress.stage("Vérification des chiffres")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(month), max(month), array_agg(DISTINCT month) FROM staged")
        staged, first, last, months = cursor.fetchone()
        checks.check_staged(cursor, figures, shape, today, remarks)
        progress.stage("Comparaison avec les chiffres enregistrés")
        cursor.execute("DROP TABLE IF EXISTS changed")
        cursor.execute(CHANGED.format(**figures.names), {"first": first, "last": last})
        changed = cursor.rowcount
        cursor.execute("ANALYZE changed")
        checks.check_changed(cursor, figures, shape, remarks)
        totals = [] if remarks.errors else _totals(cursor, figures)
    counts = {
        "rows": len(table.rows),
        "written": 0 if remarks.errors else changed,
        "unchanged": staged - changed,
        "errors": remarks.errors,
        "warnings": remarks.warnings,
    }
    return Examined(figures, table, remarks, counts, totals, months or [])


def _totals(cursor, figures):
    cursor.execute(TOTALS.format(**figures.names))
    return [[in_code(month), partner, int(before), int(after)] for month, partner, before, after in cursor.fetchall()]


def issues(examined, batch=None):
    """The `ActivityIssue`s of a file, by line and column; not saved."""
    header, is_sheet = examined.table.header, bool(examined.table.sheet)
    return [
        ActivityIssue(
            batch=batch,
            line=remark.line,
            cell=f"{get_column_letter(remark.index + 1)}{remark.line}" if is_sheet else "",
            column=header[remark.index].strip()[:LONGEST_COLUMN],
            severity=remark.severity,
            code=remark.code,
            value=remark.value.replace("\0", "")[:500],
            message=remark.message,
        )
        for remark in sorted(examined.remarks.kept, key=lambda remark: (remark.line, remark.index))
    ]


def _fill(batch, examined):
    batch.subject, batch.counts, batch.totals = examined.figures.subject, examined.counts, examined.totals
    ActivityIssue.objects.bulk_create(issues(examined, batch), batch_size=1_000)


def _write(batch, examined, user, progress):
    progress.stage("Écriture des chiffres")
    names = examined.figures.names
    with connection.cursor() as cursor:
        cursor.execute(KEEP_OLD.format(**names), {"batch": batch.pk})
        cursor.execute(UPSERT.format(**names), {"batch": batch.pk})
        if examined.counts["written"] > MANY:  # the planner believes tables empty until autovacuum comes by
            cursor.execute(f"ANALYZE {names['table']}, {TOTALS_TABLES}")
    progress.stage("Recherche des petits nombres")
    settle(examined.months)
    batch.status, batch.message = Status.APPLIED, ""
    batch.applied_at, batch.applied_by = timezone.now(), user
    batch.save()


def why_refused(error):
    """The French sentence of a `FileError` or a `CannotWrite`."""
    if isinstance(error, HeaderOnly):
        return "Le fichier ne contient que sa ligne d'en-tête : aucun chiffre à importer."
    return str(error)


@contextmanager
def patient_transaction():
    """A transaction in which the database waits while the file is read, and sorts in memory."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        yield


@contextmanager
def alone():
    """A transaction in which no one else writes figures; pages read them. Raises `FiguresBusy`."""
    try:
        with patient_transaction(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            cursor.execute("LOCK TABLE stats_monthlyactivity, stats_monthlysatisfaction IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
            message = "D'autres chiffres sont en cours d'écriture : recommencez dans un instant."
            raise FiguresBusy(message) from error
        raise
