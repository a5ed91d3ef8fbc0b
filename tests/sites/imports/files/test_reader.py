"""From bytes to a table: encodings, delimiters, line endings, and files that are not lists."""

import csv
import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.imports.cells.columns import COLUMNS, KNOWN_HEADINGS
from sites.imports.files import reader, workbook
from sites.imports.files.errors import (
    BrokenRecord,
    BrokenWorkbook,
    EmptyFile,
    FileError,
    FileTooBig,
    HeaderOnly,
    NotATable,
    UnreadableText,
    UnsafeWorkbook,
)
from sites.imports.files.reader import read_table
from tests.sites.imports.lists import xlsx_of

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
TEXT = "id_fs,lib_fs\n1,Cœur d'Hérault – été €\n2,Nîmes\n"
CELLS = [("1", "Cœur d'Hérault – été €"), ("2", "Nîmes")]


def first_row(data, **options):
    return next(iter(read_table(data, **options).rows))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_usual_encoding_delimiter_and_line_ending_gives_the_same_rows(encoding, delimiter, newline):
    data = TEXT.replace(",", delimiter).replace("\n", newline).encode(encoding)

    table = read_table(data)

    assert table.header == ("id_fs", "lib_fs")
    assert [row.cells for row in table.rows] == CELLS
    assert [row.line for row in table.rows] == [2, 3]
    assert table.delimiter == delimiter


def test_a_byte_order_mark_may_lead_big_endian_text():
    assert [row.cells for row in read_table(b"\xfe\xff" + TEXT.encode("utf-16-be")).rows] == CELLS


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_row_carries_the_physical_line_on_which_it_starts(newline):
    data = 'id,note\n1,"sur\ntrois\nlignes"\n\n2,"une"\n,\n3,fin\n'.replace("\n", newline).encode()

    assert [(row.line, row.cells[0]) for row in read_table(data).rows] == [(2, "1"), (6, "2"), (8, "3")]


def test_blank_lines_before_the_header_are_passed_over():
    table = read_table(b"\n\n;;\nid;nom\n1;Rodez\n")

    assert (table.header, next(iter(table.rows)).line) == (("id", "nom"), 5)


def test_known_columns_settle_the_delimiter():
    data = b"id_fs;lib_fs (nom, usuel, complet)\n1;Rodez\n"

    assert read_table(data).delimiter == ","
    assert read_table(data, known=COLUMNS).delimiter == ";"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;;"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_a_first_line_may_tell_the_delimiter_as_excel_does(first, newline, encoding):
    text = f"{first}\nid_fs;lib_fs (nom, usuel, complet)\n1;Nîmes\n"

    table = read_table(text.replace("\n", newline).encode(encoding))

    assert table.header == ("id_fs", "lib_fs (nom, usuel, complet)")
    assert [(row.line, row.cells) for row in table.rows] == [(3, ("1", "Nîmes"))]


def test_a_heading_that_merely_starts_so_is_a_heading():
    assert read_table(b"sep=;tante,nom\n1,2\n").header == ("sep=;tante", "nom")


csv_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=30)


@given(
    rows=st.lists(st.tuples(csv_texts, csv_texts, csv_texts), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", ";", "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_as_csv_is_read_back(rows, delimiter, newline, quoting, encoding):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerow(["id_fs", "lib_fs", "adresse"])
    writer.writerows(rows)
    not_blank = [row for row in rows if any(cell.strip() for cell in row)]

    if not_blank:
        table = read_table(text.getvalue().encode(encoding), known=COLUMNS)
        assert [row.cells for row in table.rows] == not_blank
        assert table.delimiter == delimiter
    else:
        with pytest.raises(HeaderOnly):
            read_table(text.getvalue().encode(encoding), known=COLUMNS)


BAD_FILES = {
    "empty": (b"", EmptyFile, "vide"),
    "blank": (b" \r\n\r\n", EmptyFile, "vide"),
    "only a byte order mark": (b"\xef\xbb\xbf", EmptyFile, "vide"),
    "header only": (b"id_fs,lib_fs\n", HeaderOnly, "en-tête"),
    "unclosed quote": (b'id,nom\n1,Albi\n2,"Rodez\n3,Agen\n', BrokenRecord, "Ligne 3 : un guillemet est ouvert"),
    "misplaced quote": (b'id,nom\n1,"Rodez" ville\n', BrokenRecord, "Ligne 2 : un guillemet est mal placé"),
    "NUL bytes": (b"id,nom\n1,Albi\n2,Ro\0dez\n", NotATable, "Ligne 3 : le fichier contient des octets nuls"),
    "prose": (b"Bonjour\nvoici la liste\n", NotATable, "n'est pas un tableau"),
    "PDF": (b"%PDF-1.7\n1;2\n", NotATable, "PDF"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), NotATable, "(.xls)"),
    "gzip": (gzip.compress(TEXT.encode()), NotATable, "archive"),
    "two encodings": ("id,nom\n1,Nîmes\n".encode() + "2,Bézu\n".encode("cp1252"), UnreadableText, "Ligne 3"),
    "no encoding": (b"id,nom\n1,\x81\x8d\n", UnreadableText, "octet 10"),
    "huge cell": (b"id,nom\n1,Albi\n2," + b"x" * 30_000 + b"\n", FileTooBig, "Ligne 3 : une cellule dépasse"),
    "many columns": (b"a;" * 300 + b"\n", FileTooBig, "Ligne 1 : plus de 200 colonnes"),
    "endless header": (b"a," * 300_000 + b"\n1,2\n", FileTooBig, "Ligne 1 : plus de 500000 caractères"),
    "endless record": (b"a,b\n\n" + b'"\n",' * 200_000 + b"\n", FileTooBig, "Ligne 3 : plus de 500000 caractères"),
    "endless lines": (b"\n" * 1_100_000 + b"a,b\n1,2\n", FileTooBig, "dépasse 1048576 lignes"),
    "only a delimiter": (b"sep=;\r\n", EmptyFile, "vide"),
    "truncated workbook": (xlsx_of(["id_fs", "lib_fs"], [1, "Rodez"])[:-300], BrokenWorkbook, "ne s'ouvre pas"),
    "workbook that is not one": (b"PK\x03\x04" + TEXT.encode(), BrokenWorkbook, "ne s'ouvre pas"),
    "empty workbook": (xlsx_of(), EmptyFile, "vide"),
    "workbook with only a header": (xlsx_of(["id_fs", "lib_fs"]), HeaderOnly, "en-tête"),
    "formula": (xlsx_of(["id_fs", "lib_fs"], [1, "=1+1"]), UnsafeWorkbook, "Cellule B2"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_bad_file_is_refused_with_a_french_sentence(what):
    data, error, words = BAD_FILES[what]

    with pytest.raises(error) as refusal:
        read_table(data)

    assert words in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_an_endless_header_is_never_cut_into_cells(monkeypatch):
    widths = []
    monkeypatch.setattr(reader, "familiarity", lambda header, known: (0, widths.append(len(header)) or 0))

    with pytest.raises(FileTooBig):
        read_table(b"a," * 300_000 + b"\n1,2\n")

    assert widths == [0, 0, 0]


def test_what_is_limited_is_a_record_not_the_file():
    assert len(read_table(b"id,nom\n" + (b"1," + b"x" * 10_000 + b"\n") * 60).rows) == 60


def test_too_many_rows_or_bytes_are_refused(monkeypatch):
    with pytest.raises(FileTooBig, match="1 lignes"):
        read_table(TEXT.encode(), max_rows=1)
    with pytest.raises(FileTooBig, match="2 lignes, lignes vides comprises"):
        read_table(b"id,nom\n1,a\n2,b\n", max_lines=2)

    monkeypatch.setattr(reader, "MAX_BYTES", 10)
    with pytest.raises(FileTooBig, match="Mo"):
        read_table(TEXT.encode())


def test_a_workbook_gives_text_as_a_csv_file_would():
    from datetime import date

    data = xlsx_of([" id_fs ", "lib_fs", "note", None], [12.0, "Rodez", None], [None], [13, 2.5, date(2022, 1, 31)])

    table = read_table(data)

    assert table.header == ("id_fs", "lib_fs", "note")
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ("12", "Rodez", "")),
        (4, ("13", "2.5", "31/01/2022")),
    ]


def test_the_sheet_is_chosen_by_its_header():
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Lisez-moi", "version", "date"])
    for record in (["ID_FS", "Lib FS"], ["1", "Rodez"]):
        (book["Liste"] if "Liste" in book.sheetnames else book.create_sheet("Liste")).append(record)
    data = io.BytesIO()
    book.save(data)

    assert read_table(data.getvalue(), known=COLUMNS).sheet == "Liste"


def zip_of(**entries):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (zip_of(xl__workbook_xml=b"0" * 30_000_000), UnsafeWorkbook, "anormalement compressé"),
        (zip_of(document_xml=b"<a/>"), NotATable, "pas un classeur"),
        (zip_of(xl__workbook_xml=b"<a/>", xl__vbaProject_bin=b"x"), UnsafeWorkbook, "macros"),
        (zip_of(xl__workbook_xml=b"<a/>", **{f"e{n}": b"" for n in range(1001)}), FileTooBig, "trop lourd"),
    ],
)
def test_a_dangerous_archive_is_refused_before_it_is_opened(data, error, words, monkeypatch):
    monkeypatch.setattr(workbook, "_read_in_child", lambda *_: pytest.fail("it was opened"))

    with pytest.raises(error, match=words):
        read_table(data)


def test_a_workbook_whose_reading_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(workbook, "DEADLINE_S", 0.01)

    with pytest.raises(FileTooBig, match="trop lourd"):
        read_table(xlsx_of(["id_fs", "lib_fs"], [1, "Rodez"]))


def test_synonyms_of_columns_settle_the_delimiter_and_the_sheet():
    import openpyxl

    text = b"identifiant;nom (usuel, complet, ancien)\n1;Rodez\n"
    book = openpyxl.Workbook()
    book.active.append(["Lisez-moi", "version", "auteur"])
    for record in (["Identifiant", "Code INSEE"], ["1", "12202"]):
        (book["Sites"] if "Sites" in book.sheetnames else book.create_sheet("Sites")).append(record)
    data = io.BytesIO()
    book.save(data)

    assert read_table(text, KNOWN_HEADINGS).delimiter == ";"
    assert read_table(data.getvalue(), KNOWN_HEADINGS).sheet == "Sites"


@pytest.mark.parametrize("encoding", reader.ENCODINGS)
def test_a_person_may_say_the_encoding_and_the_delimiter(encoding):
    data = "id,nom;ville\n1,Nîmes;Gard\n".encode(encoding)

    table = read_table(data, encoding=encoding, delimiter=";")

    assert (table.header, next(iter(table.rows)).cells) == (("id,nom", "ville"), ("1,Nîmes", "Gard"))
    assert (table.encoding, table.delimiter) == (encoding, ";")


def test_the_encoding_that_is_said_wins_over_the_one_that_would_be_found():
    data = "id,nom\n1,Prix en €\n".encode("iso-8859-15")

    assert first_row(data).cells[1] == "Prix en ¤"
    assert first_row(data, encoding="iso-8859-15").cells[1] == "Prix en €"


def test_a_byte_order_mark_never_sticks_to_the_first_heading():
    assert read_table('"id",nom\n1,Rodez\n'.encode("utf-8-sig"), encoding="utf-8").header == ("id", "nom")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"encoding": "rot13"}, "Encodage inconnu"),
        ({"encoding": "utf-7"}, "Encodages acceptés : utf-8, utf-8-sig, cp1252"),
        ({"encoding": "n'importe quoi"}, "Encodage inconnu"),
        ({"delimiter": "|"}, "Séparateur inconnu"),
        ({"delimiter": ";;"}, "Séparateur inconnu"),
        ({"encoding": "utf-8"}, "octet 11"),
    ],
)
def test_an_encoding_or_a_delimiter_that_will_not_do_is_refused(said, words):
    with pytest.raises(FileError, match=words):
        read_table("id,nom\n1,Nîmes\n".encode("cp1252"), **said)


def test_what_was_found_can_be_said_again():
    table = read_table(TEXT.encode("utf-16-be"))

    again = read_table(TEXT.encode("utf-16-be"), encoding=table.encoding, delimiter=table.delimiter)
    assert (again.header, list(again.rows)) == (table.header, list(table.rows))


def test_a_preview_is_the_first_lines_as_they_would_be_read():
    data = b"id;nom\n" + "1;Nîmes, Gard\n".encode("cp1252") * 10

    assert reader.preview(data) == [["id", "nom"]] + [["1", "Nîmes, Gard"]] * 4
    assert reader.preview(data, encoding="utf-8")[1] == ["1", "N\N{REPLACEMENT CHARACTER}mes, Gard"]
    assert reader.preview(data, delimiter=",")[1] == ["1;Nîmes", "Gard"]
    assert reader.preview(b"id;nom, prenom, age\n1;2\n", ("id",))[0] == ["id", "nom, prenom, age"]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", []),
        (b"a,b\n" + b"x" * 30_000, [["a", "b"]]),
        (b'a,b\n1,"2\n', [["a", "b"]]),
        (b",".join([b"c"] * 300), [["c"] * 24]),
        (b"a,\x1b[2J" + b"y" * 100, [["a", "\N{REPLACEMENT CHARACTER}[2J" + "y" * 56 + "…"]]),
        ("id,nom\n1,Nîmes\n".encode() + "2,Bézu\n".encode("cp1252"), [["id", "nom"], ["1", "NÃ®mes"], ["2", "Bézu"]]),
        (xlsx_of(["id", "nom"]), []),
        (b"%PDF-1.7", []),
    ],
)
def test_a_preview_shows_what_it_can_of_a_bad_file(data, shown):
    assert reader.preview(data) == shown


def test_a_preview_refuses_an_unknown_encoding():
    with pytest.raises(FileError):
        reader.preview(b"a,b\n", encoding="rot13")


@pytest.mark.parametrize("is_1904", [False, True])
def test_date_cells_of_a_workbook_come_out_right_in_both_epochs(is_1904):
    from datetime import date, datetime

    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = openpyxl.Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    book.active.append(["id_fs", "labellisation_fs"])
    for number, day in enumerate([date(2020, 1, 1), datetime(2024, 2, 29, 12, 0)]):  # noqa: DTZ001 (a workbook's own)
        book.active.append([number, day])
    data = io.BytesIO()
    book.save(data)

    table = read_table(data.getvalue(), known=COLUMNS)

    assert [row.cells[1] for row in table.rows] == ["01/01/2020", "29/02/2024"]


def test_a_preview_looks_at_the_start_of_a_file_only():
    start = b"nom;ville\nTh\xc3\xa9o;Albi\n"
    filling = "é;à\n".encode() * 60_000
    cut = start + b"x" * (199_999 - len(start)) + "é".encode()  # the limit falls inside a letter

    assert reader.preview(start + filling + b"\xe9;\xe9\n")[1] == [
        "Théo",
        "Albi",
    ]  # a later line is of another encoding
    assert reader.preview(cut)[1] == ["Théo", "Albi"]
