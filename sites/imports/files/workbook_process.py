"""The child process that opens an XLSX workbook, and may die of it: `python -m sites.imports.files.workbook_process`.

Reads the file on standard input; its arguments are how many bytes it may write, then the plain names of the known
columns. Writes one JSON value a line: `{"sheet": name}` then `[line, [cell, ...]]` for each row, header first; and
`{"error": code, "where": cell}`, the last, as soon as the workbook is not to be used.
"""

import datetime
import io
import json
import resource
import sys
import zipfile

from sites.imports.files.tables import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_LINES, MAX_ROWS, familiarity

MAX_MEMORY_BYTES = 300 * 1024 * 1024
# 50,000 sites hold 18 million characters in 1.2 million cells. A workbook stores a text once, and can refer to it
# from any number of cells: only what it amounts to once read tells its weight.
MAX_CHARACTERS = 40_000_000
MAX_BLANK_LINES = 20_000  # in a row; a sheet that was given a colour to its very end takes 15 s
HEADER_WITHIN_LINES = 100
MAX_ROW_BYTES = 4 * 1024 * 1024  # the official list's longest row has 2 kB
AT_A_TIME = 1024 * 1024
EMPTY_CELL_CHARACTERS = 8  # what a cell costs whatever it holds


class Refused(Exception):
    """The workbook is not to be used; `code` and `where` say why."""

    def __init__(self, code, where=""):
        super().__init__(code)
        self.code, self.where = code, where


def main():
    max_answer_bytes, *known = sys.argv[1:]
    data = sys.stdin.buffer.read()
    for limited, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, cpu_seconds(len(data))),
        (resource.RLIMIT_FSIZE, int(max_answer_bytes)),
    ):
        resource.setrlimit(limited, (limit, limit))
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for value in answer(data, known):
        print(json.dumps(value, ensure_ascii=False))  # noqa: T201


def cpu_seconds(size):
    """What a workbook of so many bytes may take: three times what a list does, which is 1.6 s for a megabyte."""
    return 2 + 5 * size // 1024**2


def answer(data, known):
    """The lines of the answer, as they come: the rows are never all in memory."""
    try:
        yield from read(data, known)
    except Refused as refusal:
        yield {"error": refusal.code, "where": refusal.where}
    except MemoryError:
        yield {"error": "memory"}
    # openpyxl lets BadZipFile, KeyError, ParseError, ValueError, TypeError… through: all mean a broken file.
    except Exception:  # noqa: BLE001
        yield {"error": "broken"}


def read(data, known):
    """What is known of the sheet, then its rows."""
    from openpyxl import load_workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    # The declared size may lie; and openpyxl would read all of a sheet that declares none.
    ReadOnlyWorksheet._get_size = lambda sheet: None
    _refuse_endless_rows(data)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    if not sheets:
        raise Refused("sheets")
    sheet = max(sheets, key=lambda sheet: familiarity(_first_row(sheet), known))
    yield {"sheet": sheet.title}
    yield from _light(_rectangle(_rows(sheet)))


def _refuse_endless_rows(data):
    """Look for the rows of the sheets' XML: openpyxl makes all the cells of a row before it gives one of them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if entry.file_size > MAX_ROW_BYTES and "worksheets/" in entry.filename:
                with archive.open(entry) as part:
                    _refuse_endless_row(part)


def _refuse_endless_row(part):
    since_a_row = 0
    while piece := part.read(AT_A_TIME):
        last = piece.rfind(b"row")
        since_a_row = len(piece) - last if last >= 0 else since_a_row + len(piece)
        if since_a_row > MAX_ROW_BYTES:
            raise Refused("rows")


def _first_row(sheet):
    return next((cells for _, cells in _rows(sheet, HEADER_WITHIN_LINES)), [])


def _rows(sheet, last=None):
    """(row number, cells as text) of each row that is not blank, until a `last` number."""
    count = blank = 0
    for line, row in enumerate(sheet.iter_rows(max_row=last), start=1):
        if line > MAX_LINES:
            raise Refused("rows")
        if len(row) > MAX_COLUMNS and any(cell.value is not None for cell in row[MAX_COLUMNS:]):
            raise Refused("rows")
        cells = [text_of(cell) for cell in row[:MAX_COLUMNS]]
        blank = 0 if any(cells) else blank + 1
        if blank > MAX_BLANK_LINES:
            raise Refused("blank", f"{line - blank + 1}")
        if not blank:
            count += 1
            if count > MAX_ROWS:
                raise Refused("rows")
            yield line, cells


def _light(rows):
    """The same rows, refused as soon as they amount to too much."""
    characters = 0
    for line, cells in rows:
        characters += sum(map(len, cells)) + len(cells) * EMPTY_CELL_CHARACTERS
        if characters > MAX_CHARACTERS:
            raise Refused("characters")
        yield line, cells


def _rectangle(rows):
    """All rows as wide as the header: a workbook does not store empty cells at the end of a row."""
    width = None
    for line, cells in rows:
        if width is None:
            while not cells[-1]:
                cells.pop()
            width = len(cells)
        yield line, cells + [""] * (width - len(cells))


def text_of(cell):
    """A cell's value as a CSV file would hold it: dates as JJ/MM/AAAA, whole numbers without '.0'."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise Refused("formula", cell.coordinate)
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    if len(str(value)) > MAX_CELL_CHARACTERS:
        raise Refused("cell", cell.coordinate)
    return str(value).strip()


if __name__ == "__main__":
    main()
