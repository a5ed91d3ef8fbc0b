"""The file that was received, with what was found on each of its lines, to be corrected and sent again.

Two columns come first, `columns.REMARKS`: a line that is cut or too long keeps its fault, and its remarks are read at
once. What is said of the file as a whole is left out: it belongs to no line.
"""

from collections import defaultdict

from sites.imports.cells.columns import KNOWN_HEADINGS, REMARKS, match
from sites.imports.cells.issues import ERROR, WARNING
from sites.imports.files.reader import read_table
from sites.imports.files.tables import plain
from sites.imports.files.writer import write_csv, write_workbook


def write(batch, data, file, *, errors_only=False):
    """Write the bytes of an analysed `ImportBatch`, annotated, to a binary file: CSV or XLSX, as they were received.

    `errors_only`: without the lines that have no error. One query. Raises a `FileError` if it can be read no more.
    """
    table = read_table(data, KNOWN_HEADINGS, encoding=batch.encoding, delimiter=batch.delimiter)
    remarks = _remarks(batch, table.header)
    rows = _rows(table, remarks, errors_only)
    if batch.is_workbook:
        write_workbook(file, rows, sheet=table.sheet, wide="AB")
    else:
        write_csv(file, rows, encoding=_encoding(table.encoding, remarks), delimiter=table.delimiter)


def _remarks(batch, header):
    """{line: (what is wrong, what is worth a look)}, each as one text that names the columns as the file does."""
    heading_of = {column: header[index].strip() for column, index in match(header).positions.items()}
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: {ERROR: [], WARNING: []})
    issues = batch.issues.order_by("pk").values_list("line", "severity", "column", "message")
    for line, severity, column, message in issues.iterator():
        place = heading_of.get(column, column)
        found[line][severity].append(f"{place} : {message}" if place else message)
    return {line: (" | ".join(of[ERROR]), " | ".join(of[WARNING])) for line, of in found.items()}


def _rows(table, remarks, errors_only):
    """The heading, then each row, as lists of texts. Remarks of an earlier reading give way to those of today."""
    kept = [index for index, heading in enumerate(table.header) if plain(heading) not in REMARKS]
    yield [*REMARKS, *(table.header[index] for index in kept)]
    for row in table.rows:
        wrong, to_look_at = remarks.get(row.line, ("", ""))
        if wrong or not errors_only:
            own = (row.cells[index] for index in kept if index < len(row.cells))
            yield [wrong, to_look_at, *own, *row.cells[len(table.header) :]]


def _encoding(encoding, remarks):
    """That of the file, unless a remark has characters that it lacks."""
    try:
        for texts in remarks.values():
            "".join(texts).encode(encoding)
    except UnicodeEncodeError:
        return "utf-8-sig"
    return encoding
