"""The file that was received, with what was found on each line, to be corrected and sent again."""

import io

import openpyxl
import pytest

from sites.imports import annotated, lifecycle
from sites.imports.cells.columns import COLUMNS, KNOWN_HEADINGS
from sites.imports.files.reader import read_table
from sites.models import ImportBatch, ImportFile, Site
from tests.factories import make_site
from tests.sites.imports.lists import ALBI, RODEZ, csv_of, xlsx_of

pytestmark = pytest.mark.django_db(transaction=True)  # progress is told on another connection

HEADINGS = [{"insee_com": "Code INSEE", "id_fs": "Identifiant"}.get(name, name) for name in COLUMNS]


def received(data):
    """The batch of a file that was analysed."""
    batch = ImportBatch.objects.create(file_name="liste.csv", sha256="0" * 64)
    ImportFile.objects.create(batch=batch, content=data)
    lifecycle.analyse(batch)
    return batch


def annotate(data, **options):
    """The same file, annotated."""
    file = io.BytesIO()
    annotated.write(received(data), data, file, **options)
    return file.getvalue()


def lines_of(data):
    """(erreurs, avertissements, the other cells) of each line."""
    return [(row.cells[0], row.cells[1], row.cells[2:]) for row in read_table(data, KNOWN_HEADINGS).rows]


def counts_of(data):
    return received(data).counts


def headed(data):
    """The same CSV file with headings as people say them."""
    return data.replace(",".join(COLUMNS).encode(), ",".join(HEADINGS).encode())


def workbook_of_texts(row):
    """The bytes of a workbook of one line, whose cells are texts even where they begin as formulas do."""
    book = openpyxl.Workbook()
    book.active.append(list(COLUMNS))
    for index, text in enumerate(row.values(), start=1):
        cell = book.active.cell(2, index, text)
        cell.data_type = "s"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_each_line_says_what_is_wrong_and_worth_a_look_with_the_headings_of_the_file():
    data = headed(csv_of(RODEZ | {"insee_com": "99999", "h_lundi": "midi", "code_postal": "2000.0"}, ALBI))

    first, second = lines_of(annotate(data))

    wrong, to_look_at, cells = first
    assert wrong.startswith("Code INSEE : Aucune commune")
    assert " | h_lundi : Créneau illisible : « midi »" in wrong
    assert to_look_at.startswith("code_postal : Lu comme « 02000 »")
    assert cells == (*list(RODEZ.values())[:5], "99999", "2000.0", *cells[7:])
    assert second == ("", "", tuple(ALBI.values()))


def test_only_the_lines_in_error_may_be_asked_for():
    data = csv_of(RODEZ | {"insee_dep": "27"}, ALBI | {"type_fs": "?"})

    (line,) = lines_of(annotate(data, errors_only=True))

    assert line[0].startswith("type_fs : Valeurs acceptées")
    assert line[2] == tuple((ALBI | {"type_fs": "?"}).values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_it_has_the_encoding_and_the_delimiter_of_the_file(encoding, delimiter):
    row = RODEZ | {"lib_fs": "L'été, à Nîmes ; enfin", "commentaire": 'Un "guillemet"\net deux lignes'}
    data = csv_of(row, delimiter=delimiter, encoding=encoding)

    table = read_table(annotate(data))

    assert (table.encoding, table.delimiter) == (encoding, delimiter)
    assert next(iter(table.rows)).cells[2:] == tuple(row.values())


def test_it_becomes_utf_8_where_a_remark_does_not_fit():
    data = csv_of(RODEZ | {"id_fs": ""}, encoding="iso-8859-15")
    batch = received(data)
    batch.encoding = "iso-8859-15"
    batch.issues.filter(severity="error").update(message="Trop long…")
    file = io.BytesIO()

    annotated.write(batch, data, file)

    assert file.getvalue().startswith("\N{BYTE ORDER MARK}".encode())
    assert lines_of(file.getvalue())[0][0] == "id_fs : Trop long…"


def test_a_workbook_stays_one_and_all_its_cells_are_texts():
    rows = [list((RODEZ | {"code_postal": 2000.0, "type_fs": "?"}).values()), list(ALBI.values())]

    book = openpyxl.load_workbook(io.BytesIO(annotate(xlsx_of(list(COLUMNS), *rows), errors_only=True)))

    heading, line = book.active.iter_rows()
    assert [cell.value for cell in heading] == ["erreurs", "avertissements", *COLUMNS]
    assert line[0].value.startswith("type_fs : Valeurs acceptées")
    assert line[COLUMNS.index("code_postal") + 2].value == "2000"
    assert {cell.data_type for cell in line if cell.value is not None} == {"s"}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_begins_a_formula_and_all_others_are_as_they_were(form):
    row = RODEZ | {"lib_fs": "=1+1", "commentaire": "- le lundi\n- le jeudi", "longitude": "-2.5734"}
    row |= {"adresse": "1\N{NO-BREAK SPACE}place de l'Ã©glise"}

    ((_, _, cells),) = lines_of(annotate(csv_of(row) if form == "csv" else workbook_of_texts(row)))

    changed = {name: cell for name, cell in zip(COLUMNS, cells, strict=True) if cell != row[name]}
    assert changed == {"lib_fs": "'=1+1", "commentaire": "'- le lundi\n- le jeudi", "longitude": "'-2.5734"}


@pytest.mark.parametrize("cells", [b",Principal", b",Principal,Fixe,,Espace labellis\xc3\xa9 01/01/2022,,encore"])
def test_a_line_that_is_cut_or_too_long_keeps_its_fault_and_says_it(cells):
    end = b",Principal,Fixe,,Espace labellis\xc3\xa9 01/01/2022"
    data = csv_of(RODEZ, ALBI).replace(end + b"\n7002", cells + b"\n7002")

    again = annotate(data)

    assert lines_of(again)[0][0].startswith("L'en-tête en compte 24")
    assert counts_of(again)["errors"] == counts_of(data)["errors"] == 1


def test_remarks_on_the_file_as_a_whole_are_on_no_line():
    data = csv_of(RODEZ | {"SIRET": "1"}, columns=[*RODEZ, "SIRET"])

    assert "unknown_columns" in received(data).issues.values_list("code", flat=True)
    assert [line[:2] for line in lines_of(annotate(data))] == [("", "")]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_once_corrected_it_is_taken(form):
    wrong = RODEZ | {"insee_com": "99999", "lib_fs": "=Rodez"}
    data = csv_of(wrong, ALBI) if form == "csv" else workbook_of_texts(wrong)

    again = annotate(data, errors_only=True)
    table = read_table(again, KNOWN_HEADINGS)
    corrected = [["12202" if cell == "99999" else cell for cell in row.cells] for row in table.rows]
    sent = csv_of(*(dict(zip(table.header, row, strict=True)) for row in corrected), columns=table.header)
    batch = received(sent if form == "csv" else xlsx_of(list(table.header), *corrected))

    assert batch.counts["errors"] == 0
    assert batch.counts["created"] == 1
    assert batch.rows.get().name == "=Rodez"
    assert not batch.issues.filter(column="").exists()


def test_annotated_again_it_has_the_remarks_of_today_only():
    make_site(external_id="7001")
    data = csv_of(RODEZ | {"type_fs": "?"}, ALBI)

    again = annotate(annotate(data))

    assert read_table(again).header == ("erreurs", "avertissements", *COLUMNS)
    assert lines_of(again) == lines_of(annotate(data))
    assert Site.objects.count() == 1


def test_it_costs_one_query(django_assert_num_queries):
    data = csv_of(*(RODEZ | {"id_fs": str(number), "type_fs": "?"} for number in range(10)))
    batch = received(data)

    with django_assert_num_queries(1):
        annotated.write(batch, data, io.BytesIO())
