"""From the bytes of a file to a table of text. Pure: no Django, and the file's name is never looked at.

What the cells mean is the business of `resource`.
"""

import csv
import io
import re
from contextlib import suppress
from itertools import islice

from sites.imports import workbook
from sites.imports.errors import (
    BrokenRecord,
    EmptyFile,
    FileTooBig,
    HeaderOnly,
    NotATable,
    UnreadableText,
)
from sites.imports.tables import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_LINES,
    MAX_ROWS,
    Row,
    Table,
    familiarity,
)
from sites.imports.text import on_one_line

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
DECLARED_DELIMITER = re.compile(r'"?sep=([,;\t])"?[,;\t]*(?=[\r\n]|$)', re.IGNORECASE)
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WAYS_TO_SAVE = "enregistrez-le au format « CSV UTF-8 » ou XLSX, puis recommencez"
OTHER_FORMATS = (
    (b"\xd0\xcf\x11\xe0", "un ancien classeur Excel (.xls) ou un fichier protégé par un mot de passe"),
    (b"%PDF", "un document PDF"),
    (b"\x1f\x8b", "une archive compressée"),
)


def read_table(data, known=(), *, encoding="", delimiter=""):
    """Read the bytes of a CSV or XLSX file as a `Table`.

    `known` holds the plain names of the wanted columns: they settle which delimiter, or which sheet, is meant. A CSV
    file is read with `encoding` and `delimiter` where they are given, or with those that its content tells.
    Raises a `FileError`, whose message is a French sentence.
    """
    _check_asked(encoding, delimiter)
    if len(data) > MAX_BYTES:
        raise FileTooBig(f"Le fichier dépasse {MAX_BYTES // 1024**2} Mo.")
    if not data.strip():
        raise EmptyFile
    for signature, what in OTHER_FORMATS:
        if data.startswith(signature):
            raise NotATable(f"Le fichier est {what} : {WAYS_TO_SAVE}.")
    table = (
        workbook.read(data, known)
        if data.startswith(workbook.SIGNATURE)
        else read_csv(data, known, encoding, delimiter)
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
    if data.startswith((workbook.SIGNATURE, *(signature for signature, _ in OTHER_FORMATS))):
        return []
    data = data[:PREVIEW_BYTES]
    text = data.decode(encoding or _likely_encoding(data), "replace").removeprefix("\ufeff")
    if declared := DECLARED_DELIMITER.match(text):
        text = text[declared.end() :]
    delimiter = delimiter or (declared[1] if declared else find_delimiter(text, known))
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


def read_csv(data, known=(), encoding="", delimiter=""):
    """The `Table` of a CSV file; its encoding and its delimiter are found from its content, unless given."""
    # Each ending counts as a line, even an empty one that costs a byte: look before any line is made of them.
    if max(data.count(b"\n"), data.count(b"\r")) > MAX_LINES:
        raise FileTooBig(f"Le fichier dépasse {MAX_LINES} lignes, lignes vides comprises.")
    encoding, text = decode(data, encoding)
    declared = DECLARED_DELIMITER.match(text)
    if declared:
        text = text[declared.end() :]  # what is left of the line is blank: numbers of lines stay right
    delimiter = delimiter or (declared[1] if declared else find_delimiter(text, known))
    records = _narrow(_records(text, delimiter))
    header = next(records, None)
    if header is None:
        raise EmptyFile
    if len(header.cells) < 2:
        raise NotATable(
            "Le fichier n'est pas un tableau : aucune virgule, point-virgule ou tabulation ne sépare ses colonnes."
        )
    return Table(header.cells, _limited(records), encoding, delimiter)


def decode(data, encoding=""):
    """(encoding, text) of `data`: UTF-8, UTF-16 or Windows' Western European (cp1252), unless it is given."""
    encoding = encoding or find_encoding(data)
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnreadableText(
            f"Les caractères du fichier sont illisibles (octet {error.start + 1}) : {WAYS_TO_SAVE}."
        ) from error
    nul = text.find("\0")
    if nul >= 0:
        raise NotATable(
            f"Ligne {line_of(text, nul)} : le fichier contient des octets nuls, ce n'est pas un tableau de texte ; "
            f"{WAYS_TO_SAVE}."
        )
    return encoding, text


def find_encoding(data):
    """The name of the encoding of `data`, for `bytes.decode`."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    start = data[:2000]
    # Without a mark, the zero half of each Latin letter tells UTF-16 and its byte order.
    if start[1::2].count(0) > len(start) / 4 and not start[::2].count(0):
        return "utf-16-le"
    if start[::2].count(0) > len(start) / 4 and not start[1::2].count(0):
        return "utf-16-be"
    try:
        data.decode()
    except UnicodeDecodeError as error:
        _refuse_mixed(data, error.start)
        return "cp1252"
    return "utf-8"


def _refuse_mixed(data, fault):
    """A file that is UTF-8 on some lines and not on others was pasted together: reading it would spoil accents."""
    line_at_fault = data.count(b"\n", 0, fault) + 1
    for line in data.splitlines():
        if not line.isascii() and _is_utf8(line):
            raise UnreadableText(
                f"Ligne {line_at_fault} : deux encodages de caractères sont mêlés dans le fichier "
                f"(UTF-8 et Windows-1252) ; {WAYS_TO_SAVE}."
            )


def _is_utf8(line):
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


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
    """Each record that is not blank, as a `Row`."""
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
        self.lines = io.StringIO(text, newline="")

    def begin_record(self, line):
        self.first_of_record = line
        self.left = MAX_RECORD_CHARACTERS

    def __iter__(self):
        return self

    def __next__(self):
        line = next(self.lines)
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


def _narrow(records):
    for row in records:
        if len(row.cells) > MAX_COLUMNS:
            raise FileTooBig(f"Ligne {row.line} : plus de {MAX_COLUMNS} colonnes.")
        yield row


def _limited(records):
    """The rows as a list, equal cells sharing one text: hours and names of communes come back thousands of times."""
    rows: list[Row] = []
    texts: dict[str, str] = {}
    for row in records:
        if len(rows) == MAX_ROWS:
            raise FileTooBig(f"Le fichier dépasse {MAX_ROWS} lignes.")
        rows.append(Row(row.line, tuple(texts.setdefault(cell, cell) for cell in row.cells)))
    return rows


def line_of(text, position):
    """The physical line (1 = first) of the character at `position`, for any of the three line endings."""
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1
