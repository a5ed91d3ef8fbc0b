"""From the bytes of a file to a table of text. Pure: no Django, and the file's name is never looked at.

What the cells mean is the business of `resource`.
"""

import csv
import re
from contextlib import suppress
from itertools import islice

from sites.imports.files import other_formats, workbook
from sites.imports.files.characters import Characters, find_encoding, readable
from sites.imports.files.errors import (
    BrokenRecord,
    EmptyFile,
    FileTooBig,
    HeaderOnly,
    NotATable,
    UnreadableText,
)
from sites.imports.files.tables import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_LINES,
    MAX_ROWS,
    Row,
    Table,
    familiarity,
)
from sites.imports.files.text import on_one_line

MAX_BYTES = 64 * 1024 * 1024
MAX_RECORD_CHARACTERS = 500_000  # the official list's longest record has 884
DELIMITERS = (",", ";", "\t")
# Those that a person may choose, by the name that `bytes.decode` knows; and those that are only ever found.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 avec marque d'ordre des octets",
    "cp1252": "Windows-1252 (Europe de l'Ouest)",
    "iso-8859-15": "ISO-8859-15 (Europe de l'Ouest)",
    "utf-16": "UTF-16",
}
FOUND_ENCODINGS = ("utf-16-le", "utf-16-be")
PREVIEW_ROWS, PREVIEW_COLUMNS, PREVIEW_CHARACTERS = 5, 24, 60
PREVIEW_BYTES = 200_000
# Excel's own way to say the delimiter, on a line of its own before the header.
DECLARATION_CHARACTERS = 1_000
DECLARED_DELIMITER = re.compile(r'"?sep=([,;\t])"?[,;\t]*(?=[\r\n]|$)', re.IGNORECASE)


def read_table(data, known=(), *, encoding="", delimiter="", max_rows=MAX_ROWS, max_lines=MAX_LINES):
    """Read the bytes of a CSV or XLSX file as a `Table`.

    `known` holds the plain names of the wanted columns: they settle which delimiter, or which sheet, is meant. A CSV
    file is read with `encoding` and `delimiter` where they are given, or with those that its content tells, as far as
    `max_rows`, `max_lines`; a workbook has bounds of its own.
    Raises a `FileError`, whose message is a French sentence.
    """
    _check_asked(encoding, delimiter)
    if len(data) > MAX_BYTES:
        raise FileTooBig(f"Le fichier dépasse {MAX_BYTES // 1024**2} Mo.")
    if not data or data.isspace():
        raise EmptyFile
    other_formats.refuse(data)
    table = (
        workbook.read(data, known)
        if data.startswith(workbook.SIGNATURE)
        else read_csv(data, known, encoding, delimiter, max_rows, max_lines)
    )
    if not table.rows:
        raise HeaderOnly
    return table


def _check_asked(encoding, delimiter):
    if encoding and encoding not in (*ENCODINGS, *FOUND_ENCODINGS):
        raise UnreadableText(f"Encodage inconnu. Encodages acceptés : {', '.join(ENCODINGS)}.")
    if delimiter and delimiter not in DELIMITERS:
        raise NotATable("Séparateur inconnu. Séparateurs acceptés : virgule, point-virgule, tabulation.")


def preview(data, known=(), *, encoding="", delimiter=""):
    """The first lines of a CSV file as it would be read: at most 5 lists of at most 24 cells, none for a workbook.

    `data` may be the first `PREVIEW_BYTES` of the file: no more is looked at. What cannot be read is replaced by a sign
    or left out: the choice that is previewed may be the wrong one. Raises a `FileError` for an unknown encoding or
    delimiter.
    """
    _check_asked(encoding, delimiter)
    if data.startswith(workbook.SIGNATURE) or other_formats.is_one(data):
        return []
    data = data[:PREVIEW_BYTES]
    text = Characters(data, encoding or _likely_encoding(data), errors="replace")
    delimiter = _take_out_delimiter(text, known, delimiter)
    rows: list[list[str]] = []
    with suppress(BrokenRecord, FileTooBig):
        for row in islice(_records(text, delimiter), PREVIEW_ROWS):
            rows.append([on_one_line(cell, PREVIEW_CHARACTERS) for cell in row.cells[:PREVIEW_COLUMNS]])
    return rows


def _likely_encoding(start):
    whole_lines = start[: start.rfind(b"\n") + 1] or start  # the last character may be cut
    try:
        return find_encoding(whole_lines)
    except UnreadableText:
        return "cp1252"


def read_csv(data, known=(), encoding="", delimiter="", max_rows=MAX_ROWS, max_lines=MAX_LINES):
    """The `Table` of a CSV file; its encoding and its delimiter are found from its content, unless given."""
    # Each ending counts as a line, even an empty one that costs a byte: look before any line is made of them.
    if max(data.count(b"\n"), data.count(b"\r")) > max_lines:
        raise FileTooBig(f"Le fichier dépasse {max_lines} lignes, lignes vides comprises.")
    text = readable(data, encoding)
    delimiter = _take_out_delimiter(text, known, delimiter)
    rows = CsvRows(text, delimiter, max_rows)
    header = rows.header
    if header is None:
        raise EmptyFile
    if len(header.cells) < 2:
        _refuse_one_column(header.cells[0])
    return Table(header.cells, rows, text.encoding, delimiter)


def _refuse_one_column(heading):
    if not heading.strip("".join(DELIMITERS)):
        raise EmptyFile
    raise NotATable(
        "Le fichier n'est pas un tableau : aucune virgule, point-virgule ou tabulation ne sépare les colonnes de sa "
        "première ligne ; si c'est un titre, ôtez-le."
    )


def _take_out_delimiter(text, known, delimiter):
    """The delimiter that is asked for, declared or found; a line that declares it is read no more."""
    declared = DECLARED_DELIMITER.match(text.start(DECLARATION_CHARACTERS))
    if declared:
        text.skip(declared.end())  # what is left of the line is blank: numbers of lines stay right
    return delimiter or (declared[1] if declared else find_delimiter(text, known))


def find_delimiter(text, known=()):
    """The delimiter that gives the header the most known columns, then the most columns."""
    headers = {delimiter: _first_cells(text, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: familiarity(headers[delimiter], known))


def _first_cells(text, delimiter):
    try:
        return next(iter(_records(text, delimiter))).cells
    except (BrokenRecord, FileTooBig, StopIteration):
        return ()


def _records(text, delimiter):
    """Each record of `Characters` that is not blank, as a `Row`."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    source = _Lines(text)
    lines = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        line = lines.line_num + 1
        source.begin_record(line)
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken(line, error) from error
        if any(cell.strip() for cell in cells):
            yield Row(line, tuple(cells))


class _Lines:
    """The physical lines of a text, for `csv.reader`: refused before a record of millions of cells is made of them."""

    def __init__(self, text):
        self.stream = text.open()

    def begin_record(self, line):
        self.first_of_record = line
        self.left = MAX_RECORD_CHARACTERS

    def __iter__(self):
        return self

    def __next__(self):
        line = self.stream.readline(self.left + 1)
        if not line:
            raise StopIteration
        self.left -= len(line)
        if self.left < 0:
            raise FileTooBig(
                f"Ligne {self.first_of_record} : plus de {MAX_RECORD_CHARACTERS} caractères, ce n'est pas la ligne "
                "d'un tableau ; un guillemet ouvert n'est peut-être pas refermé."
            )
        return line


def _broken(line, error):
    if "field limit" in str(error):
        return FileTooBig(
            f"Ligne {line} : une cellule dépasse {MAX_CELL_CHARACTERS} caractères ; "
            "un guillemet ouvert n'est peut-être pas refermé."
        )
    if "end of data" in str(error):
        return BrokenRecord(
            f"Ligne {line} : un guillemet est ouvert et n'est jamais refermé ; "
            "refermez-le, ou doublez-le s'il fait partie du texte."
        )
    return BrokenRecord(
        f"Ligne {line} : un guillemet est mal placé ; une cellule entre guillemets doit finir par un guillemet "
        'suivi du séparateur, et ceux de son texte doivent être doublés ("").'
    )


class CsvRows:
    """The rows of a CSV file, read again each time they are gone through: all at once, 64 MB of them would take 600.

    Raises a `FileError` when it is made, never later. `header` is None for a blank file.
    """

    def __init__(self, text, delimiter, max_rows=MAX_ROWS):
        self.text, self.delimiter, self.max_rows = text, delimiter, max_rows
        records = self._records()
        self.header = next(records, None)
        self.count = sum(1 for _ in records)

    def __len__(self):
        return self.count

    def __iter__(self):
        return islice(self._records(), 1, None)

    def _records(self):
        for number, row in enumerate(_records(self.text, self.delimiter)):
            if len(row.cells) > MAX_COLUMNS:
                raise FileTooBig(f"Ligne {row.line} : plus de {MAX_COLUMNS} colonnes.")
            if number > self.max_rows:
                raise FileTooBig(f"Le fichier dépasse {self.max_rows} lignes.")
            yield row
