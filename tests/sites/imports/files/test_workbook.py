"""Workbooks made to exhaust memory or time: small as files, huge once read."""

import io
import struct
import time
import zipfile

import pytest

from sites.imports.cells.columns import COLUMNS
from sites.imports.files import workbook, workbook_process
from sites.imports.files.errors import FileTooBig
from sites.imports.files.reader import read_table
from tests.sites.imports.lists import xlsx_of

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHARED_STRINGS = (
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
CELL = '<c t="s"><v>0</v></c>'


def workbook_of(sheet, text="a"):
    """The bytes of a workbook of one sheet, given as the XML of its rows; `CELL` refers to the one shared `text`."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_of(["a"]))) as model,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in model.namelist():
            content = model.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                content = f"<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>"
            archive.writestr(name, content.replace("</Types>", f"{SHARED_STRINGS}</Types>"))
        archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}><si><t>{text}</t></si></sst>")
    return data.getvalue()


def test_a_text_referred_to_thousands_of_times_is_refused_while_it_is_read():
    data = workbook_of(f"<row>{CELL * 200}</row>" * 15, text="a" * 19_000)

    assert len(data) < 20_000
    with pytest.raises(FileTooBig, match="trop lourd"):
        read_table(data)


def test_cells_that_a_wide_header_adds_count_too(monkeypatch):
    monkeypatch.setattr(workbook_process, "MAX_CHARACTERS", 10_000)
    data = workbook_of(f"<row>{CELL * 100}</row>" + f"<row>{CELL}</row>" * 20)

    with pytest.raises(workbook_process.Refused) as refusal:
        list(workbook_process.read(data, known=()))

    assert refusal.value.code == "characters"


def test_equal_cells_are_kept_once():
    table = read_table(workbook_of(f"<row>{CELL * 2}</row>" * 2, text="Rodez"))

    assert table.header == ("Rodez", "Rodez")
    assert table.header[0] is table.rows[0].cells[1]


def test_what_the_child_writes_is_limited_whatever_it_reads(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ANSWER_BYTES", 1_000)

    with pytest.raises(FileTooBig, match="trop lourd"):
        read_table(xlsx_of(["id_fs", "lib_fs"], [1, "x" * 1_000]))


def test_a_gap_between_rows_longer_than_a_worksheet_is_refused_at_once():
    data = workbook_of(f'<row r="1">{CELL}</row><row r="99999999">{CELL}</row>')

    began = time.process_time()
    with pytest.raises(FileTooBig, match="Ligne 2 : des milliers de lignes vides"):
        read_table(data, known=COLUMNS)
    with pytest.raises(workbook_process.Refused):
        list(workbook_process.read(data, known=()))

    assert time.process_time() - began < 5


def test_blank_rows_between_rows_are_no_matter():
    table = read_table(workbook_of(f'<row r="1">{CELL * 2}</row><row r="5000">{CELL}</row>'))

    assert [(row.line, row.cells) for row in table.rows] == [(5000, ("a", ""))]


def archive_of(entries):
    """A zip whose directory lists `entries` files, and says that it lists one."""
    header = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    directory = (header + b"a") * entries
    local = b"PK\x03\x04" + bytes(26)
    return local + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(local), 0)


def test_an_archive_of_countless_entries_is_refused_before_its_directory_is_read(monkeypatch):
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("its directory was read"))

    with pytest.raises(FileTooBig, match="trop lourd"):
        read_table(archive_of(1_001))


def test_a_workbook_is_smaller_than_a_text_file_may_be():
    with pytest.raises(FileTooBig, match=r"Le classeur dépasse 10 Mo : enregistrez la feuille utile au format CSV"):
        read_table(workbook.SIGNATURE + bytes(10 * 1024 * 1024))
