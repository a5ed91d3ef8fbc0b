"""The rows and the remarks of a list, kept as they are found: COPY, a few thousand at a time."""

import json
from itertools import islice

from django.db import connection

from sites.imports.cells.columns import cell_of
from sites.models import ImportIssue, ImportRow

AT_A_TIME = 2_000
ROW_COLUMNS = (
    *("batch_id", "line", "action", "external_id", "name", "slug", "departement_id", "site_id", "state"),
    *("before", "after", "held"),
)
ISSUE_COLUMNS = ("batch_id", "line", "cell", "column", "severity", "code", "value", "message")


def keep(batch, rows, positions=None, said=lambda rows: None):
    """Write the `PlannedRow`s of an `ImportBatch`. `positions` are {column: index} in a workbook, to name its cells.

    `said` is told how many rows are kept so far.
    """
    rows, count = iter(rows), 0
    while some := list(islice(rows, AT_A_TIME)):
        _copy(ImportRow, ROW_COLUMNS, (_row(batch, row) for row in some))
        _copy(ImportIssue, ISSUE_COLUMNS, (_issue(batch, issue, positions) for row in some for issue in row.issues))
        count += len(some)
        said(count)


def keep_file(batch, data):
    """Write the bytes of a file. By COPY: written in a statement, 36 MB took 9 s and eight times their weight."""
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY sites_importfile (batch_id, content) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["int8", "bytea"])
        copy.write_row((batch.pk, data))


def forget(batch):
    """Take away what was kept: the list is to be analysed again, or is long gone."""
    ImportIssue.objects.filter(batch=batch).delete()
    ImportRow.objects.filter(batch=batch).delete()


def _row(batch, row):
    texts = (json.dumps(value, ensure_ascii=False) for value in (row.before, row.after, row.held))
    return (
        *(batch.pk, row.line, row.action, row.external_id, row.name[:150], row.slug),
        *(row.departement, row.site, row.state, *texts),
    )


def _issue(batch, issue, positions):
    cell = cell_of(issue, positions)
    return batch.pk, issue.line, cell, issue.column, issue.severity, issue.code, issue.value, issue.message


def _copy(model, columns, values):
    names = ", ".join(f'"{name}"' for name in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy,
    ):
        for value in values:
            copy.write_row(value)
