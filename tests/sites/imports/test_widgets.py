"""Whatever a cell holds, reading it ends in a value, a warning or a `CellError`, never in a traceback."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sites.imports import widgets
from sites.imports.analysis import text_of_week
from sites.imports.checks import check
from sites.imports.columns import COLUMNS
from sites.imports.gazetteer import CommuneFacts
from sites.imports.issues import CellError, Findings
from sites.imports.resource import SiteResource, week_of
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
