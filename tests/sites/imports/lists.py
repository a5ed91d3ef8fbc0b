"""Lists of sites to import in tests."""

import os
from pathlib import Path

from sites.imports.analysis import analyse
from sites.imports.apply import Source, import_table
from sites.imports.files.reader import read_table
from tests.sites.imports.list_files import ALBI, RODEZ, csv_of, xlsx_of

__all__ = ["ALBI", "OFFICIAL", "RODEZ", "csv_of", "found", "import_rows", "plan_of", "planned", "xlsx_of"]

OFFICIAL = Path(
    os.environ.get("OFFICIAL_LIST") or Path(__file__).resolve().parents[4] / "shared" / "data" / "liste-fs-20240801.csv"
)


def plan_of(*rows, **options):
    """The plan of importing a CSV file of these rows."""
    plan, _ = analyse(read_table(csv_of(*rows)), **options)
    return plan


def planned(*rows, **options):
    """What each of these rows, then each absent site, would change."""
    _, done = analyse(read_table(csv_of(*rows)), **options)
    return done


def import_rows(*rows, **options):
    """Import a CSV file of these rows: (plan, batch or None)."""
    data = csv_of(*rows)
    return import_table(read_table(data), Source.of("liste.csv", data), **options)


def found(plan):
    """The issues of a plan as (severity, code, line, column, value)."""
    return [(issue.severity, issue.code, issue.line, issue.column, issue.value) for issue in plan.issues]
