"""Whatever a cell holds, reading it ends in a value, a warning or a `CellError`, never in a traceback."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sites.imports.analysis import text_of_week
from sites.imports.cells import widgets
from sites.imports.cells.checks import check
from sites.imports.cells.columns import COLUMNS
from sites.imports.cells.gazetteer import CommuneFacts
from sites.imports.cells.issues import CellError, Findings
from sites.imports.cells.resource import SiteResource, week_of
from tests.sites.imports.lists import RODEZ

COMMUNES = {
    "12202": CommuneFacts("12202", "Rodez", "12", ("12000",), (2.57, 44.35), None),
    "12224": CommuneFacts("12224", "Ancienne", "12", (), None, "12202"),
}
# Any text, and texts that get past the first checks of one column or another.
CELLS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789٣²½,.;:/-+() aàhHxXuU\\@_éNni\n\"'", max_size=30),
    st.sampled_from(list(RODEZ.values())),
    st.sampled_from(["12224", "-", "/", ",", " ; ", "a@b.fr /", "24:00 - 25:00", "99/99/9999", "1e400", "-nan", "0"]),
    st.from_regex(r"\d{1,2}[:h]\d{0,2} ?[-à] ?\d{1,2}[:h]\d{0,2}", fullmatch=True),
    st.from_regex(r"[Ee]space labellisé \d{1,2}/\d{1,2}/\d{4}", fullmatch=True),
    st.from_regex(r"\\u[dD][89a-fA-F][0-9a-f]{2}(\\x[01][0-9a-f])?", fullmatch=True),
)
RESOURCE = SiteResource(COMMUNES)


@pytest.mark.parametrize("column", COLUMNS)
@given(cell=CELLS)
@settings(max_examples=60, deadline=None)
def test_a_cell_is_read_or_refused(column, cell):
    field, findings = RESOURCE.fields[column], Findings(2)

    with suppress(CellError):
        field.clean({column: cell}, findings=findings, communes=COMMUNES)

    assert all(issue.title and issue.message for issue in findings.issues)


@given(cells=st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELLS)))
@settings(max_examples=100, deadline=None)
@example(cells=RODEZ | {"mail": "/"})
def test_a_row_is_read_and_checked_whatever_its_cells(cells):
    site, findings = RESOURCE.read(cells, line=2)

    check(site, cells, tuple(COMMUNES.values()), findings)

    if not findings.has_errors:
        assert text_of_week(week_of(site) or {}).isprintable()


@pytest.mark.parametrize("cell", ["/", ",", ";", " / ", "-", "; ;"])
def test_a_mail_cell_without_any_address_is_empty(cell):
    warnings, asides = [], []

    assert widgets.EmailWidget().clean(cell, warn=lambda code, _: warnings.append(code), aside=asides.append) is None
    assert (warnings, asides) == (["email"], [])


def read(column, cell):
    """(value, codes of the warnings, asides) of a cell of the list."""
    findings = Findings(2)
    value = RESOURCE.fields[column].clean({column: cell}, findings=findings, communes=COMMUNES)
    return value, [issue.code for issue in findings.issues], findings.asides


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("43831", date(2020, 1, 1)),  # counted from 1900
        ("44562", date(2022, 1, 1)),
        ("44562.0", date(2022, 1, 1)),
        ("42369", date(2020, 1, 1)),  # counted from 1904: from 1900, it would be before the first labels
        ("43830", date(2024, 1, 1)),
    ],
)
def test_a_date_that_a_spreadsheet_made_a_number_of_is_read_and_told(cell, day):
    assert read("labellisation_fs", cell) == (day, ["date_serial"], [])


@pytest.mark.parametrize("cell", ["42368", "99999", "4356", "435620", "00000"])
def test_a_number_that_is_no_day_of_a_label_is_refused(cell):
    with pytest.raises(CellError, match="JJ/MM/AAAA"):
        read("labellisation_fs", cell)


@pytest.mark.parametrize(
    "cell", ["536490001", "536490001.0", "5 36 49 00 01", "5,36490001E+08", "5.36490001e8", "565000000,0"]
)
def test_the_zero_that_a_spreadsheet_took_from_a_phone_is_given_back(cell):
    value, codes, asides = read("telephone", cell)

    assert value in ("05 36 49 00 01", "05 65 00 00 00")
    assert (codes, asides) == (["zeros_restored"], [])


@pytest.mark.parametrize("cell", ["+33 5 36 49 00 01", "0033536490001", "33536490001", "3.3536490001E+10"])
def test_a_phone_may_be_written_for_those_abroad(cell):
    assert read("telephone", cell) == ("05 36 49 00 01", [], [])


@pytest.mark.parametrize("cell", ["05.65.00.00.00", "05 65 00 00 00"])
def test_the_zeros_of_a_phone_are_its_own(cell):
    assert read("telephone", cell) == ("05 65 00 00 00", [], [])


def test_a_phone_that_a_spreadsheet_rounded_is_lost_and_leaves_no_trace_in_the_note():
    assert read("telephone", "5,36E+08") == (None, ["phone"], [])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("'=Accueil", "=Accueil"),
        ("'- le lundi", "- le lundi"),
        ("' +33", "+33"),
        ("''=Accueil", "'=Accueil"),
        ("'Accueil'", "'Accueil'"),
        ("'90", "'90"),
    ],
)
def test_the_apostrophe_that_keeps_a_cell_from_being_a_formula_is_not_part_of_it(cell, value):
    assert read("lib_fs", cell) == (value, [], [])


def test_such_an_apostrophe_goes_before_any_column_is_read():
    assert read("longitude", "'-61.5")[0] == -61.5
    assert read("telephone", "'+33536490001")[0] == "05 36 49 00 01"
