"""The child process that opens an XLSX workbook, and may die of it: `python -m sites.imports.files.workbook_process`.

Reads the file on standard input; its arguments are how many bytes it may write, then the plain names of the known
columns. Writes one JSON value a line: `{"sheet": name}` then `[line, [cell, ...]]` for each row, header first; or only
`{"error": code, "where": cell}`.
"""

import datetime
import io
import json
import resource
import sys

from sites.imports.files.tables import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_LINES, MAX_ROWS, familiarity

MAX_MEMORY_BYTES = 600 * 1024 * 1024
MAX_CPU_S = 20
# 50,000 sites hold 18 million characters in 1.2 million cells. A workbook stores a text once, and can refer to it
# from any number of cells: only what it amounts to once read tells its weight.
MAX_CHARACTERS = 40_000_000
EMPTY_CELL_CHARACTERS = 8  # what a cell costs whatever it holds


class Refused(Exception):
    """The workbook is not to be used; `code` and `where` say why."""

    def __init__(self, code, where=""):
        super().__init__(code)
        self.code, self.where = code, where


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))
    max_answer_bytes, *known = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(max_answer_bytes), int(max_answer_bytes)))
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        answer = read(sys.stdin.buffer.read(), known)
    except Refused as refusal:
        answer = [{"error": refusal.code, "where": refusal.where}]
    except MemoryError:
        answer = [{"error": "memory"}]
    # openpyxl lets BadZipFile, KeyError, ParseError, ValueError, TypeError… through: all mean a broken file.
    except Exception:  # noqa: BLE001
        answer = [{"error": "broken"}]
    for value in answer:
        print(json.dumps(value, ensure_ascii=False))  # noqa: T201


def read(data, known):
    """The lines of the answer: what is known of the sheet, then its rows."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    for sheet in sheets:
        sheet.reset_dimensions()  # the declared size may lie
    sheet = max(sheets, key=lambda sheet: familiarity(_first_row(sheet), known))
    return [{"sheet": sheet.title}, *_rectangle(_light(_rows(sheet)))]


def _first_row(sheet):
    return next((cells for _, cells in _rows(sheet)), [])


def _rows(sheet):
    """(row number, cells as text) of each row that is not blank."""
    count = 0
    for line, row in enumerate(sheet.iter_rows(), start=1):
        if line > MAX_LINES:
            raise Refused("rows")
        if len(row) > MAX_COLUMNS and any(cell.value is not None for cell in row[MAX_COLUMNS:]):
            raise Refused("rows")
        cells = [text_of(cell) for cell in row[:MAX_COLUMNS]]
        if any(cells):
            count += 1
            if count > MAX_ROWS:
                raise Refused("rows")
            yield line, cells


def _light(rows):
    """The rows as a list, refused as soon as they amount to too much; a row counts as wide as the header."""
    light: list[tuple[int, list[str]]] = []
    characters = 0
    for line, cells in rows:
        width = max(len(cells), len(light[0][1]) if light else 0)
        characters += sum(map(len, cells)) + width * EMPTY_CELL_CHARACTERS
        if characters > MAX_CHARACTERS:
            raise Refused("characters")
        light.append((line, cells))
    return light


def _rectangle(rows):
    """All rows as wide as the header: a workbook does not store empty cells at the end of a row."""
    while rows and rows[0][1] and not rows[0][1][-1]:
        rows[0][1].pop()
    width = len(rows[0][1]) if rows else 0
    return [(line, cells + [""] * (width - len(cells))) for line, cells in rows]


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
