"""From rows of text to the bytes of a file, CSV or XLSX, that `reader` reads back. Pure: no Django.

No cell begins as a formula does: an apostrophe comes before it, which `resource` takes away.
"""

import csv
import io
import re

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from sites.imports.files.text import guarded

NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
LONGEST_SHEET_NAME = 31
AS_TEXT = "@"  # what spreadsheets call the format of cells that are never made into numbers


def write_csv(file, rows, *, encoding="utf-8-sig", delimiter=";"):
    """Write the rows, each a list of texts, to a binary file: by default, as a French Excel opens it at once.

    Raises `UnicodeEncodeError` where a text does not fit in the encoding.
    """
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    text.detach()


def write_workbook(file, rows, *, sheet="", wide=()):
    """Write the rows, heading first, to a binary file as a workbook of one sheet whose cells are all texts.

    `wide` are the letters of the columns that hold sentences.
    """
    book = Workbook(write_only=True)
    page = book.create_sheet(NOT_IN_A_SHEET_NAME.sub(" ", sheet)[:LONGEST_SHEET_NAME].strip("' ") or "Liste")
    page.freeze_panes = "A2"
    for letter in wide:
        page.column_dimensions[letter].width = 60
    rows = iter(rows)
    page.append([_text_cell(page, heading, Font(bold=True)) for heading in next(rows)])
    for row in rows:
        page.append([_text_cell(page, text) if text else None for text in row])
    book.save(file)


def _text_cell(page, text, font=None):
    cell = WriteOnlyCell(page, guarded(ILLEGAL_CHARACTERS_RE.sub("", text)))
    cell.data_type = "s"  # "#N/A" too
    cell.number_format = AS_TEXT
    if font:
        cell.font = font
    return cell
