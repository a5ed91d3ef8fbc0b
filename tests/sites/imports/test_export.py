"""The directory as a list: it says what a list can say, and comes back with nothing to change."""

import csv
import io
from datetime import date, time

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sites.imports import export
from sites.imports.analysis import analyse
from sites.imports.cells.columns import COLUMNS, DAYS, KNOWN_HEADINGS
from sites.imports.files import writer
from sites.imports.files.reader import read_table
from sites.models import Site, WeeklySlot
from tests.factories import METZ, RODEZ, SAINT_DENIS_REUNION, make_site
from tests.sites.imports.lists import OFFICIAL, import_rows
from tests.sites.imports.lists import RODEZ as LINE

pytestmark = pytest.mark.django_db


def as_csv(sites=None):
    file = io.BytesIO()
    writer.write_csv(file, export.rows(sites))
    return file.getvalue()


def as_workbook(sites=None):
    file = io.BytesIO()
    writer.write_workbook(file, export.rows(sites))
    return file.getvalue()


WAYS = pytest.mark.parametrize("write", [as_csv, as_workbook])


def exported(sites=None):
    """{column: text} of each line."""
    header, *lines = export.rows(sites)
    return [dict(zip(header, line, strict=True)) for line in lines]


def cells_of(data):
    """Every cell as a spreadsheet would open it."""
    if data.startswith(b"PK"):
        return [cell.value or "" for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    return [cell for line in lines for cell in line]


def coming_back(data):
    """The counts of importing a file as a whole list, without those of warnings, and the proposals it would make."""
    plan, _rows = analyse(read_table(data, KNOWN_HEADINGS), is_complete=True)
    return plan.counts | {"warnings": 0, "proposals": plan.proposals}


def nothing_but(unchanged):
    names = ("created", "updated", "closed", "reopened", "absent", "errors", "warnings", "proposals")
    return dict.fromkeys(names, 0) | {"unchanged": unchanged}


def test_a_line_of_a_list_is_given_back_as_it_came():
    import_rows(LINE)

    assert exported() == [LINE | {"latitude": "44.352600", "longitude": "2.573400"}]


def test_every_site_in_service_is_there_in_the_order_of_departements():
    make_site(METZ)
    make_site(RODEZ, name="Fermé", status=Site.Status.CLOSED, closed_on=date(2025, 1, 31))
    make_site(RODEZ, name="Retiré", status=Site.Status.WITHDRAWN)
    make_site(RODEZ, name="Fictif", is_demo=True)
    make_site(RODEZ)

    assert [line["lib_com"] for line in exported()] == ["Rodez", "Metz"]
    assert [line["lib_com"] for line in exported(Site.objects.in_departement("57"))] == ["Metz"]


def test_an_empty_directory_is_a_header():
    assert list(export.rows()) == [list(COLUMNS)]


@pytest.mark.parametrize("how_many", [1, 10])
def test_it_is_one_query_however_many_sites(how_many, django_assert_num_queries):
    for _ in range(how_many):
        make_site()

    with django_assert_num_queries(1):
        assert len(list(export.rows())) == how_many + 1


@WAYS
def test_what_the_list_cannot_say_is_left_empty_and_nothing_changes(write):
    required = make_site(appointment=Site.Appointment.REQUIRED)
    other_phone = make_site(phone="0536490001 (accueil)", email="a/b@exemple.fr")
    early = make_site(labelled_on=date(2019, 6, 1))
    long = make_site(note="x" * 20_001)

    lines = {line["id_fs"]: line for line in exported()}

    assert lines[required.external_id]["prise_rdv"] == ""
    assert lines[other_phone.external_id]["telephone"] == lines[other_phone.external_id]["mail"] == ""
    assert lines[early.external_id]["labellisation_fs"] == ""
    assert lines[long.external_id]["commentaire"] == ""
    assert coming_back(write()) == nothing_but(unchanged=4)


@pytest.mark.parametrize(
    "slot",
    [
        {"weeks": "odd"},
        {"mode": "appointment"},
        {"valid_until": date(2027, 1, 1)},
        {"opens": time(17), "closes": time(18)},  # touches the one before: the list would join them
    ],
)
@WAYS
def test_a_week_that_the_list_cannot_say_is_left_out_whole(slot, write):
    site = make_site()
    WeeklySlot.objects.create(site=site, **{"weekday": 2, "opens": time(18), "closes": time(19)} | slot)

    (line,) = exported()

    assert [line[day] for day in DAYS] == [""] * 6
    assert coming_back(write()) == nothing_but(unchanged=1)


@WAYS
def test_a_sunday_is_not_said_and_does_not_matter(write):
    make_site(week={1: ((time(9), time(12)), (time(14), time(17))), 7: ((time(9), time(12)),)})

    assert exported()[0]["h_lundi"] == "09:00 - 12:00 / 14:00 - 17:00"
    assert coming_back(write()) == nothing_but(unchanged=1)


@WAYS
def test_what_the_prefecture_holds_is_exported_and_proposed_to_no_one(write):
    make_site(note="Fermé en août", locally_owned_fields=["note", "hours", "phone", "location", "commune"])

    assert coming_back(write()) == nothing_but(unchanged=1)


@WAYS
def test_codes_keep_their_zeros_and_points_their_place(write):
    make_site("01053", at=(46.205_167_8, 5.225_5))
    make_site(SAINT_DENIS_REUNION, at=(-20.878_9, 55.448_1))
    make_site("97105", at=(15.997_5, -0.000_01 - 61.732_6))

    assert coming_back(write()) == nothing_but(unchanged=3)
    assert {"01053", "'-20.878900", "'-61.732610"} <= set(cells_of(write()))


def test_every_cell_of_the_workbook_is_a_text():
    make_site(name="#N/A", note="=1+1")

    book = openpyxl.load_workbook(io.BytesIO(as_workbook()))

    filled = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in filled} == {("s", "@")}


# What agents and administrators may have typed, and what a spreadsheet, a reader or JavaScript would make of it.
PIECES = [
    "=",
    "+",
    "-",
    "@",
    "'",
    '"',
    ";",
    ",",
    "\\",
    "\\x27",
    "\\u2019",
    "\\x",
    "＝",
    "e\u0301",
    "R",
    "5",
    "/",
    "#N/A",
]
UNSEEN = ["\u00a0", "\u202f", " ", "  ", "\u200b", "\t", "\N{RIGHT-TO-LEFT OVERRIDE}", "\u2028"]
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
NASTY = st.lists(st.sampled_from(PIECES) | st.sampled_from(UNSEEN) | CHARACTERS, max_size=10).map("".join)
NOTES = st.lists(NASTY, max_size=4).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n"]).map(lambda end: end.join(lines))
)


@given(
    texts=st.fixed_dictionaries(
        {"name": NASTY.map(lambda text: f"{text}R"), "address": NASTY, "address_extra": NASTY, "network": NASTY}
    ),
    note=NOTES,
    phone=st.sampled_from(["05 36 49 00 01", "3949", "", "+33 5", "05 36", "536490001"])
    | NASTY.map(lambda text: text[:20]),
    email=st.sampled_from(["a@exemple.fr", "", "a/b@exemple.fr", "+a@exemple.fr", "=a@exemple.fr", "A@Exemple.FR"]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(
    texts={"name": "=R", "address": "'=1", "address_extra": "\\x27", "network": "a\u00a0b"},
    note='"\n\n\\u2019\n=1+1',
    phone="'",
    email="",
)
def test_whatever_was_typed_comes_back_unchanged_and_begins_no_formula(texts, note, phone, email):
    Site.objects.all().delete()
    make_site(note=note, phone=phone, email=email, slug="rodez", **texts)

    for data in (as_csv(), as_workbook()):
        assert coming_back(data) == nothing_but(unchanged=1)
        assert not [cell for cell in cells_of(data) if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.official
@pytest.mark.skipif(not OFFICIAL.exists(), reason=f"the official list is not at {OFFICIAL} (see OFFICIAL_LIST)")
def test_the_official_list_comes_back_unchanged_from_what_is_exported():
    from sites.imports.apply import Source, import_table

    data = OFFICIAL.read_bytes()
    import_table(read_table(data, KNOWN_HEADINGS), Source.of(OFFICIAL.name, data))

    for written in (as_csv(), as_workbook()):
        assert coming_back(written) == nothing_but(unchanged=2845)
        assert not [cell for cell in cells_of(written) if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
