"""A table of figures: what a chart draws, what its twin on the page says, what its files hold. One for all three."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

from django.utils.html import escape
from django.utils.safestring import mark_safe
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from sites.imports.files.text import guarded
from sites.imports.files.writer import write_csv
from stats import written

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

SHORT = 12  # lines that a page shows without being asked


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is a text, a number or None; `text` is how people read it. A share is between 0 and 1."""

    value: str | float | None
    text: str
    url: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`code` is the name of its files; `note` says what must be known to read it."""

    code: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]] = field(repr=False)
    note: str = ""

    @property
    def is_short(self):
        return len(self.rows) <= SHORT

    @property
    def headings(self):
        """(title, whether numbers are under it) of each column."""
        numbers = [cell.is_number for cell in self.rows[0]] if self.rows else [False] * len(self.columns)
        return list(zip(self.columns, numbers, strict=True))

    def body(self):
        """The lines of the table as HTML. Not a template: a hundred lines took it 40 ms, and take this 1."""
        return mark_safe("".join(map(_line, self.rows)))  # noqa: S308 (each cell is escaped)


def _line(row):
    head, *others = row
    cells = "".join(
        f'<td class="fs-number">{_words(cell)}</td>' if cell.is_number else f"<td>{_words(cell)}</td>"
        for cell in others
    )
    return f'<tr><th scope="row">{_words(head)}</th>{cells}</tr>'


def _words(cell):
    words = escape(cell.text)
    return f'<a href="{escape(cell.url)}">{words}</a>' if cell.url else words


def text(value, url=""):
    return Cell(value, value, url)


def count(value, hidden=0):
    """A count; `hidden` is how many of its months may not be told."""
    if value is None:
        return Cell(None, written.NOT_TOLD if hidden else "–", is_number=True)
    if hidden:
        return text(f"au moins {written.count(value)}")
    return Cell(value, written.count(value), is_number=True)


def share(value):
    if value is None:
        return Cell(None, "–", is_number=True)
    return Cell(round(value, 2), written.share(value), is_number=True)


def hidden():
    """What the public may not see."""
    return Cell(None, written.NOT_TOLD, is_number=True)


def decimal(value, hidden=0):
    """A rate; `hidden` as for a count."""
    if value is None:
        return Cell(None, written.NOT_TOLD if hidden else "–", is_number=True)
    if hidden:
        return text(f"au moins {written.decimal(value)}")
    return Cell(round(value, 1), written.decimal(value), is_number=True)


def as_csv(table):
    """The bytes of a CSV file as a French spreadsheet opens it: `;`, decimal commas."""
    file = BytesIO()
    write_csv(file, [table.columns, *([_in_csv(cell) for cell in row] for row in table.rows)])
    return file.getvalue()


def _in_csv(cell):
    if cell.value is None:
        return "" if cell.text == "–" else cell.text
    return str(cell.value).replace(".", ",") if cell.is_number else cell.value


def as_workbook(table):
    """The bytes of an XLSX file of one sheet, whose numbers are numbers."""
    book = Workbook(write_only=True)
    page = book.create_sheet("Chiffres")
    page.freeze_panes = "A2"
    page.append([_heading(page, column) for column in table.columns])
    for row in table.rows:
        page.append([_in_workbook(page, cell) for cell in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _heading(page, words):
    cell = WriteOnlyCell(page, words)
    cell.font = Font(bold=True)
    return cell


def _in_workbook(page, cell):
    if cell.is_number and cell.value is not None:
        return cell.value
    words = _in_csv(cell)
    if not words:
        return None
    written_cell = WriteOnlyCell(page, guarded(words))
    written_cell.data_type = "s"
    return written_cell


WRITERS = {"csv": as_csv, "xlsx": as_workbook}
