"""The file that was received, with what was found on each of its lines, to be corrected and sent again.

Two columns come first, `columns.REMARKS`: a line that is cut or too long keeps its fault, and its remarks are read at
once. What is said of the file as a whole is left out: it belongs to no line.
"""

from itertools import groupby
from operator import itemgetter

from sites.imports.cells.columns import KNOWN_HEADINGS, REMARKS, match
from sites.imports.cells.issues import ERROR, WARNING
from sites.imports.files.reader import read_table
from sites.imports.files.tables import plain
from sites.imports.files.writer import write_csv, write_workbook

NO_MORE = (2**31, "", "")


def write(batch, data, file, *, errors_only=False):
    """Write the bytes of an analysed `ImportBatch`, annotated, to a binary file: CSV or XLSX, as they were received.

    `errors_only`: without the lines that have no error. Two queries at most; remarks, which may weigh ten times the
    file, never come to memory together. Raises a `FileError` if it can be read no more.
    """
    table = read_table(data, KNOWN_HEADINGS, encoding=batch.encoding, delimiter=batch.delimiter)
    rows = _rows(table, _remarks(batch, table.header), errors_only)
    if batch.is_workbook:
        write_workbook(file, rows, sheet=table.sheet, wide="AB")
    else:
        write_csv(file, rows, encoding=_encoding(batch, table), delimiter=table.delimiter)


def _remarks(batch, header):
    """(line, what is wrong, what is worth a look) of each line that has some, in order; texts name the columns as the
    file does.
    """
    heading_of = _headings(header)
    issues = batch.issues.order_by("pk").values_list("line", "severity", "column", "message")  # kept line by line
    for line, found in groupby(issues.iterator(chunk_size=500), key=itemgetter(0)):
        of: dict[str, list[str]] = {ERROR: [], WARNING: []}
        for _line, severity, column, message in found:
            place = heading_of.get(column, column)
            of[severity].append(f"{place} : {message}" if place else message)
        yield line, " | ".join(of[ERROR]), " | ".join(of[WARNING])


def _headings(header):
    return {column: header[index].strip() for column, index in match(header).positions.items()}


def _rows(table, remarks, errors_only):
    """The heading, then each row, as lists of texts. Remarks of an earlier reading give way to those of today."""
    kept = [index for index, heading in enumerate(table.header) if plain(heading) not in REMARKS]
    yield [*REMARKS, *(table.header[index] for index in kept)]
    said = next(remarks, NO_MORE)
    for row in table.rows:
        while said[0] < row.line:
            said = next(remarks, NO_MORE)
        wrong, to_look_at = said[1:] if said[0] == row.line else ("", "")
        if wrong or not errors_only:
            own = (row.cells[index] for index in kept if index < len(row.cells))
            yield [wrong, to_look_at, *own, *row.cells[len(table.header) :]]


def _encoding(batch, table):
    """That of the file, unless a remark has characters that it lacks."""
    if table.encoding.startswith("utf"):
        return table.encoding
    try:
        for message in batch.issues.values_list("message", flat=True).iterator():
            message.encode(table.encoding)
    except UnicodeEncodeError:
        return "utf-8-sig"
    return table.encoding
