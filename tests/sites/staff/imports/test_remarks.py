"""The errors and warnings of a list: counted by nature, filtered, each at its place."""

import pytest

from sites.models import ImportIssue
from tests.sites.imports.lists import ALBI, RODEZ, xlsx_of
from tests.sites.staff.imports.ready import national, ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def remarked():
    """Two errors, in Aveyron and in Tarn, and what else there is to say of these lines."""
    return ready(RODEZ | {"h_lundi": "26:00 - 12"}, ALBI | {"labellisation_fs": "hier", "code_postal": ""})


def page_of(batch, **query):
    response = national().get(f"/gestion/imports/{batch.pk}/remarques/", query)
    assert response.status_code == 200
    return response


def codes(batch, **query):
    return [told.issue.code for told in page_of(batch, **query).context["issues"]]


def test_errors_come_first_then_warnings(remarked):
    assert codes(remarked) == ["hours", "labelled_on", "postal_code_missing"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"gravite": "error"}, ["hours", "labelled_on"]),
        ({"gravite": "warning"}, ["postal_code_missing"]),
        ({"nature": "labelled_on"}, ["labelled_on"]),
        ({"departement": "12"}, ["hours"]),
        ({"departement": "81", "gravite": "warning"}, ["postal_code_missing"]),
        ({"nature": "rien", "gravite": "x", "departement": "99"}, ["hours", "labelled_on", "postal_code_missing"]),
    ],
)
def test_the_address_filters_the_remarks(remarked, query, found):
    assert codes(remarked, **query) == found


def test_remarks_are_counted_by_nature(remarked):
    context = page_of(remarked).context

    assert context["severities"] == [("error", "Erreurs", 2), ("warning", "Avertissements", 1)]
    assert context["natures"] == [
        ("Erreurs", [("hours", "Horaires illisibles", 1), ("labelled_on", "Date de labellisation illisible", 1)]),
        ("Avertissements", [("postal_code_missing", "Code postal absent", 1)]),
    ]


def test_a_remark_says_where_it_is_what_was_read_and_what_is_expected(remarked):
    told = page_of(remarked).context["issues"][0]

    assert (told.place, told.name, told.issue.column, told.value) == (
        *("ligne 2", "France services de Rodez", "h_lundi"),
        "26:00 - 12",
    )
    assert "Attendu" in told.issue.message


def test_a_workbook_names_the_cell():
    batch = ready(data=xlsx_of([*RODEZ], [*(RODEZ | {"h_lundi": "26:00 - 12"}).values()]))

    text = page_of(batch).text

    assert "cellule M2" in text
    assert "Feuille « Sheet », ligne 2" in text


def test_a_value_is_on_one_line_and_short():
    batch = ready(RODEZ | {"h_lundi": "26:00\n" * 200})

    (told,) = page_of(batch, gravite="error").context["issues"]

    assert "\n" not in told.value
    assert len(told.value) <= 121


def test_every_remark_is_on_one_page_and_one_only(remarked):
    ImportIssue.objects.bulk_create(
        ImportIssue(batch=remarked, line=2, severity="warning", code="far", message="m") for _ in range(120)
    )

    seen = [told.issue.pk for page in (1, 2, 3) for told in page_of(remarked, page=page).context["issues"]]

    assert len(seen) == len(set(seen)) == 123
