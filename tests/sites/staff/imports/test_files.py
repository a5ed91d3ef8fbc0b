"""The files that a national administrator takes away: the list as it was received, with its remarks, the directory."""

import csv
import io
import tracemalloc

import openpyxl
import pytest

from sites.imports import lifecycle
from sites.imports.cells.columns import COLUMNS, KNOWN_HEADINGS
from sites.imports.files import workbook
from sites.imports.files.reader import read_table
from sites.models import ImportBatch, ImportFile, ImportIssue
from sites.staff.imports import file_views
from sites.staff.imports.file_views import stem_of
from tests.factories import make_site
from tests.people import make_agent, make_national, signed_in
from tests.sites.imports.lists import ALBI, RODEZ, csv_of, import_rows, xlsx_of

pytestmark = pytest.mark.django_db(transaction=True)  # progress is told on another connection

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGES = ["fichier/", "fichier-annote/"]
LISTS = ["/gestion/imports/liste.csv", "/gestion/imports/liste.xlsx"]
WRONG = csv_of(RODEZ | {"type_fs": "?"}, ALBI, encoding="cp1252", delimiter=";")


@pytest.fixture
def desk():
    return signed_in(make_national())


def received(data, file_name="liste.csv"):
    batch = ImportBatch.objects.create(file_name=file_name, sha256="0" * 64)
    ImportFile.objects.create(batch=batch, content=data)
    lifecycle.analyse(batch)
    return batch


def address(batch, page):
    return f"/gestion/imports/{batch.pk}/{page}"


@pytest.mark.parametrize(
    ("data", "file_name", "kind", "given"),
    [
        (WRONG, "liste.csv", "text/csv; charset=cp1252", "liste.csv"),
        (csv_of(RODEZ, encoding="utf-8-sig"), "C:\\listes\\mai.html", "text/csv; charset=utf-8", "mai.csv"),
        (xlsx_of(list(COLUMNS), list(RODEZ.values())), "liste.csv", XLSX, "liste.xlsx"),
        (b"%PDF-1.7 une liste", "liste.pdf", "application/octet-stream", "liste.bin"),
    ],
)
def test_the_file_is_given_back_byte_for_byte_and_named_by_its_content(desk, data, file_name, kind, given):
    batch = received(data, file_name)

    response = desk.get(address(batch, "fichier/"))

    assert response.content == data
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"] == f'attachment; filename="{given}"'
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("file_name", "stem"),
    [
        ("../../etc/passwd", "passwd"),
        ('a"; filename="b.exe', "a__ filename=_b"),
        ("liste\r\nSet-Cookie: a=b.csv", "listeSet-Cookie_ a=b"),
        ("liste\N{RIGHT-TO-LEFT OVERRIDE}vsc.exe", "listevsc"),
        ("Été 2026 (1).v2.xlsx", "Été 2026 (1).v2"),
        ("..", "liste"),
        ("", "liste"),
        ("/", "liste"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_name_keeps_what_any_disk_and_any_header_can_hold(file_name, stem):
    assert stem_of(file_name) == stem


def test_the_annotated_file_has_the_remarks_of_each_line(desk):
    response = desk.get(address(received(WRONG, "wave.csv"), "fichier-annote/"))

    lines = list(csv.DictReader(io.StringIO(response.content.decode("cp1252")), delimiter=";"))
    assert [line["id_fs"] for line in lines] == ["7001", "7002"]
    assert lines[0]["erreurs"].startswith("type_fs : Valeurs acceptées")
    assert response["Content-Disposition"] == 'attachment; filename="wave-annote.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_only_the_lines_in_error_may_be_asked_for(desk):
    batch = received(WRONG, "wave.csv")

    response = desk.get(address(batch, "fichier-annote/"), {"lignes": "erreurs"})

    assert len(read_table(response.content).rows) == 1
    assert response["Content-Disposition"] == 'attachment; filename="wave-erreurs.csv"'
    assert len(read_table(desk.get(address(batch, "fichier-annote/"), {"lignes": "?"}).content).rows) == 2


def test_a_workbook_is_annotated_as_a_workbook(desk):
    batch = received(xlsx_of(list(COLUMNS), list((RODEZ | {"type_fs": "?"}).values())), "wave.xlsx")

    response = desk.get(address(batch, "fichier-annote/"))

    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert sheet["A2"].value.startswith("type_fs : Valeurs acceptées")
    assert response["Content-Type"] == XLSX


def test_a_list_that_was_refused_has_no_remarks_but_is_still_given_back(desk):
    batch = received(b"a,b\n1,2\n")

    assert batch.status == ImportBatch.Status.REFUSED
    assert batch.message.startswith("Colonnes manquantes : id_fs")
    assert [desk.get(address(batch, page)).status_code for page in PAGES] == [200, 404]


@pytest.mark.parametrize("page", PAGES)
def test_a_list_applied_before_files_were_kept_has_none(desk, page):
    _plan, batch = import_rows(RODEZ)
    batch.file.delete()

    assert desk.get(address(batch, page)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_files_are_not_for_the_agents_of_a_departement(page):
    batch = received(WRONG)
    agent = signed_in(make_agent("12"))

    assert agent.get(address(batch, page)).status_code == 404
    assert [agent.get(one).status_code for one in LISTS] == [404, 404]


def test_files_are_only_read(desk):
    batch = received(WRONG)

    assert {desk.post(one).status_code for one in (*LISTS, *(address(batch, page) for page in PAGES))} == {405}


@pytest.mark.parametrize(("one", "kind"), [(LISTS[0], "text/csv; charset=utf-8"), (LISTS[1], XLSX)])
def test_the_directory_is_given_as_a_list(desk, one, kind):
    make_site(name="=1+1")

    response = desk.get(one)

    table = read_table(response.content, KNOWN_HEADINGS)
    assert table.header == COLUMNS
    assert next(iter(table.rows)).cells[2] == "'=1+1"
    assert response["Content-Type"] == kind
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith('attachment; filename="2')


@pytest.mark.parametrize("how_many", [1, 10])
def test_it_costs_the_same_however_many_sites(desk, how_many, django_assert_max_num_queries):
    for _ in range(how_many):
        make_site()

    with django_assert_max_num_queries(8):
        desk.get(LISTS[0])


def test_one_annotated_file_is_made_at_a_time_and_the_other_is_told(desk):
    batch = received(WRONG)

    with file_views.one_at_a_time:
        response = desk.get(address(batch, "fichier-annote/"), follow=True)

    assert "recommencez dans une minute" in response.content.decode()
    assert desk.get(address(batch, "fichier-annote/")).status_code == 200


def test_a_file_that_can_be_read_no_more_is_told_in_french(desk, monkeypatch):
    batch = received(xlsx_of(list(COLUMNS), list(RODEZ.values())))
    monkeypatch.setattr(workbook, "DEADLINE_S", 0.001)

    response = desk.get(address(batch, "fichier-annote/"), follow=True)

    assert "Le classeur est trop lourd" in response.content.decode()
    assert not file_views.one_at_a_time.locked()


def test_the_remarks_of_an_annotated_file_never_come_to_memory_together(desk):
    batch = received(csv_of(*[RODEZ | {"id_fs": f"x{n}", "type_fs": "?"} for n in range(2_000)]))
    ImportIssue.objects.update(message="é" * 15_000)  # 60 MB of remarks
    tracemalloc.start()

    response = desk.get(address(batch, "fichier-annote/"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(response.getvalue()) > 60_000_000
    assert peak < 60_000_000
