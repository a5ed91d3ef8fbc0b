"""Lists of sites as files, to import in tests: fictitious sites at real communes."""

import csv
import io
import os
from pathlib import Path

import openpyxl

from sites.imports.analysis import analyse
from sites.imports.apply import Source, import_table
from sites.imports.cells.columns import COLUMNS
from sites.imports.files.reader import read_table

OFFICIAL = Path(
    os.environ.get("OFFICIAL_LIST") or Path(__file__).resolve().parents[4] / "shared" / "data" / "liste-fs-20240801.csv"
)

RODEZ = {
    "id_fs": "7001",
    "insee_dep": "12",
    "lib_fs": "France services de Rodez",
    "adresse": "1 Place de la Mairie",
    "complement_adresse": "",
    "insee_com": "12202",
    "code_postal": "12000",
    "lib_com": "Rodez",
    "latitude": "44.3526",
    "longitude": "2.5734",
    "mail": "rodez@exemple.fr",
    "telephone": "05 36 49 00 01",
    "h_lundi": "09:00 - 12:00 / 14:00 - 17:00",
    "h_mardi": "09:00 - 12:00",
    "h_mercredi": "",
    "h_jeudi": "09:00 - 12:00 / 14:00 - 17:00",
    "h_vendredi": "09:00 - 12:00",
    "h_samedi": "",
    "prise_rdv": "Non",
    "commentaire": "Fermé les jours fériés",
    "type_fs": "Principal",
    "format_fs": "Fixe",
    "groupe_fs": "",
    "labellisation_fs": "Espace labellisé 01/01/2022",
}
ALBI = RODEZ | {
    "id_fs": "7002",
    "insee_dep": "81",
    "lib_fs": "France services d'Albi",
    "insee_com": "81004",
    "code_postal": "81000",
    "lib_com": "Albi",
    "latitude": "43.9298",
    "longitude": "2.1480",
    "mail": "albi@exemple.fr",
}


def csv_of(*rows, columns=COLUMNS, delimiter=",", encoding="utf-8", newline="\n"):
    """The bytes of a CSV file of {column: text} rows."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline)
    writer.writerow(columns)
    writer.writerows([row[column] for column in columns] for row in rows)
    return text.getvalue().encode(encoding)


def xlsx_of(*records):
    """The bytes of a workbook whose only sheet holds `records`, lists of values."""
    book = openpyxl.Workbook()
    for record in records:
        book.active.append(record)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


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
