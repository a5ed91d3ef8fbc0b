"""The table of sites as a file to take away: CSV and XLSX. docs/formats.md describes the columns."""

import csv
import io

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from sites.imports.files.text import guarded

COLUMNS = {
    "identifiant": lambda row: row.site.external_id,
    "nom": lambda row: row.site.name,
    "type": lambda row: row.site.get_kind_display(),
    "format": lambda row: row.site.get_format_display(),
    "etat": lambda row: row.site.get_status_display(),
    "code_departement": lambda row: row.site.commune.departement_id,
    "departement": lambda row: row.site.commune.departement.name,
    "code_commune": lambda row: row.site.commune_id,
    "commune": lambda row: row.site.commune.name,
    "adresse": lambda row: row.site.address,
    "code_postal": lambda row: row.site.postal_code,
    "telephone": lambda row: row.site.phone,
    "courriel": lambda row: row.site.email,
    "horaires": lambda row: " ; ".join(row.hours),
    "fermeture_en_cours": lambda row: row.closed,
    "verifie_le": lambda row: f"{timezone.localtime(row.site.verified_at):%d/%m/%Y}" if row.site.verified_at else "",
    "verifie_par": lambda row: str(row.site.verified_by or ""),
    "a_verifier": lambda row: ", ".join(rule.label for rule in row.rules),
    "signalements_en_attente": lambda row: str(row.site.waiting_reports),
}


def as_csv(rows):
    """UTF-8 with a byte order mark, and semicolons: what a French Excel opens without a question."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows):
    """A workbook whose one sheet has every cell as text: postal codes keep their zeros."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sites")
    sheet.freeze_panes = "C2"
    sheet.column_dimensions["B"].width = 40
    sheet.append([_heading(sheet, name) for name in COLUMNS])
    for row in rows:
        sheet.append(_cells(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _heading(sheet, name):
    cell = WriteOnlyCell(sheet, name)
    cell.font = Font(bold=True)
    return cell


def _cells(row):
    return [harmless(read(row)) for read in COLUMNS.values()]


def harmless(text):
    """A text that no spreadsheet takes for a formula, and that a workbook can hold."""
    return guarded(ILLEGAL_CHARACTERS_RE.sub("", text).replace("\u00a0", " "))
