"""The lines of a list: what each one changes, counted, filtered, and all of them."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sites.models import Site
from sites.staff.imports.difference import EFFECTS, RowFilters
from tests.people import make_agent, signed_in
from tests.sites.imports.lists import ALBI, RODEZ, csv_of, xlsx_of
from tests.sites.staff.imports.ready import applied, in_service, national, numbered, ready

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert("x")</script><img src=x>'


def rows_of(batch, client=None, **query):
    response = (client or national()).get(f"/gestion/imports/{batch.pk}/lignes/", query)
    assert response.status_code == 200
    return response.context["rows"]


def shown(batch, **query):
    """[(line, effect)] of what the page shows."""
    return [(told.row.line, told.row.action) for told in rows_of(batch, **query)]


def changes(told):
    return [(line.label, line.before, line.after) for line in told.lines]


@pytest.fixture
def mixed():
    """A complete list: a new site, a renamed one, one in error, one unchanged, and one that it lacks."""
    absent = RODEZ | {"id_fs": "7003", "lib_fs": "Site absent", "latitude": "44.40"}
    kept = RODEZ | {"id_fs": "7004", "lib_fs": "Site gardé", "latitude": "44.45"}
    in_service(RODEZ, absent, kept)
    broken = kept | {"id_fs": "7005", "lib_fs": "Site cassé", "h_lundi": "26:00 - 12"}
    return ready(
        kept, RODEZ | {"lib_fs": "Maison du Rouergue", "telephone": "05 36 49 00 77"}, ALBI, broken, is_complete=True
    )


def test_each_line_tells_what_it_changes_before_and_after(mixed):
    (told,) = rows_of(mixed, effet="update")

    assert (told.place, told.row.external_id, told.departement) == ("ligne 3", "7001", "Aveyron (12)")
    assert changes(told) == [
        ("Nom", "France services de Rodez", "Maison du Rouergue"),
        ("Téléphone", "05 36 49 00 01", "05 36 49 00 77"),
    ]


def test_only_the_days_whose_hours_change_are_told():
    in_service(RODEZ)
    batch = ready(RODEZ | {"h_lundi": "08:00 - 12:00", "h_mardi": "", "h_mercredi": "10:00 - 11:00"})

    (told,) = rows_of(batch)

    assert changes(told) == [
        ("Horaires du lundi", "9 h - 12 h, 14 h - 17 h", "8 h - 12 h"),
        ("Horaires du mardi", "9 h - 12 h", "Fermé"),
        ("Horaires du mercredi", "Fermé", "10 h - 11 h"),
    ]


def test_what_changes_comes_first_and_nothing_is_left_out(mixed):
    assert shown(mixed) == [
        *((3, "update"), (4, "create"), (5, "error"), (None, "close")),
        (2, "unchanged"),
    ]


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ({"effet": "create"}, [4]),
        ({"effet": "error"}, [5]),
        ({"effet": "close"}, [None]),
        ({"effet": "unchanged"}, [2]),
        ({"departement": "81"}, [4]),
        ({"departement": "12", "effet": "update"}, [3]),
        ({"champ": "phone"}, [3]),
        ({"champ": "hours"}, []),
        ({"champ": "status"}, [None]),
        ({"q": "7002"}, [4]),
        ({"q": "site GARDE"}, [2]),
        ({"q": "d’albi"}, [4]),
        ({"ligne": "5"}, [5]),
        ({"q": "(*["}, []),
    ],
)
def test_the_address_filters_the_lines(mixed, query, lines):
    assert [line for line, _effect in shown(mixed, **query)] == lines


@pytest.mark.parametrize(
    "query",
    [{"effet": "rien"}, {"departement": "99"}, {"champ": "secret"}, {"ligne": "-1"}, {"ligne": "9" * 30}, {"q": "\0"}],
)
def test_a_filter_that_means_nothing_filters_nothing_out(mixed, query):
    assert len(shown(mixed, **query)) == 5


def test_lines_are_counted_by_effect_and_by_departement(mixed):
    response = national().get(f"/gestion/imports/{mixed.pk}/lignes/")

    counts = response.context["counts"]
    assert counts.effects == ["create", "update", "close", "error", "unchanged"]
    assert counts.table == [
        ("12", "Aveyron (12)", [("create", 0), ("update", 1), ("close", 1), ("error", 1), ("unchanged", 1)], 4),
        ("81", "Tarn (81)", [("create", 1), ("update", 0), ("close", 0), ("error", 0), ("unchanged", 0)], 1),
    ]
    assert f"/gestion/imports/{mixed.pk}/lignes/?departement=12&amp;effet=update#resultats" in response.text


def test_a_line_whose_commune_is_unknown_is_counted_and_found():
    batch = ready(RODEZ | {"insee_com": "99999"}, ALBI)

    assert shown(batch, departement="inconnu") == [(2, "error")]


def test_an_error_says_what_is_wrong(mixed):
    (told,) = rows_of(mixed, effet="error")

    assert [(issue.column, issue.value) for issue in told.issues] == [("h_lundi", "26:00 - 12")]


def test_every_line_is_on_one_page_and_one_only():
    in_service(*numbered(60))
    batch = ready(*numbered(60), *(row | {"id_fs": f"9{row['id_fs']}"} for row in numbered(70, lib_com="Rodez")))
    client = national()

    pages = [rows_of(batch, client, page=page) for page in (1, 2, 3)]

    seen = [told.row.line for page in pages for told in page]
    assert [len(page) for page in pages] == [50, 50, 30]
    assert sorted(seen) == list(range(2, 132))


def test_a_workbook_names_its_sheet():
    batch = ready(data=xlsx_of([*RODEZ], [*RODEZ.values()]))

    (told,) = rows_of(batch)

    assert told.place == "feuille « Sheet », ligne 2"


def test_what_a_file_holds_is_text_and_never_markup():
    in_service(RODEZ)
    batch = ready(RODEZ | {"lib_fs": HOSTILE, "commentaire": HOSTILE}, ALBI | {"lib_fs": HOSTILE, "h_lundi": HOSTILE})

    for page in ("lignes/", "remarques/", "carte/", "tenus/"):
        text = national().get(f"/gestion/imports/{batch.pk}/{page}").text
        assert "<script>alert" not in text
        assert "<img" not in text


@pytest.mark.parametrize("page", ["lignes/", "lignes.csv", "remarques/", "carte/", "carte.json", "tenus/"])
def test_who_is_no_national_administrator_finds_no_page(page, mixed):
    assert signed_in(make_agent("12")).get(f"/gestion/imports/{mixed.pk}/{page}").status_code == 404


@pytest.mark.parametrize("page", ["lignes/", "remarques/", "carte/", "carte.json", "tenus/"])
def test_a_page_costs_the_same_however_many_lines(page):
    client, costs = national(), []
    for how_many in (1, 10):
        Site.objects.all().delete()
        in_service(*numbered(how_many))
        Site.objects.update(locally_owned_fields=["phone"], phone="05 00 00 00 00")
        moved = [row | {"latitude": f"{float(row['latitude']) + 0.01:.4f}"} for row in numbered(how_many)]
        broken = [row | {"id_fs": f"9{row['id_fs']}", "h_lundi": "26:00"} for row in moved]
        batch = ready(*moved, *broken)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/gestion/imports/{batch.pk}/{page}").status_code == 200
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 16


def test_the_file_has_every_line_and_each_value_that_changes(mixed):
    response = national().get(f"/gestion/imports/{mixed.pk}/lignes.csv")

    content = b"".join(response.streaming_content)
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert [(line["ligne"], line["effet"], line["champ"]) for line in lines] == [
        ("3", "Modification", "Nom"),
        ("3", "Modification", "Téléphone"),
        ("4", "Nouveau site", "Tout le site"),
        ("5", "Ligne en erreur", "h_lundi"),
        ("", "Fermeture", "État"),
        ("", "Fermeture", "Fermé le"),
        ("2", "Sans changement", ""),
    ]
    assert (lines[0]["avant"], lines[0]["apres"]) == ("France services de Rodez", "Maison du Rouergue")


def test_no_cell_of_the_file_starts_a_formula():
    in_service(RODEZ)
    batch = ready(RODEZ | {"lib_fs": "=1+1", "commentaire": "@SUM(A1)"})

    content = b"".join(national().get(f"/gestion/imports/{batch.pk}/lignes.csv").streaming_content).decode()

    cells = [cell for line in csv.reader(io.StringIO(content), delimiter=";") for cell in line]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]


def test_the_file_holds_what_the_page_filters(mixed):
    content = b"".join(national().get(f"/gestion/imports/{mixed.pk}/lignes.csv?effet=create").streaming_content)

    assert content.count(b"\r\n") == 2


def test_once_applied_a_list_still_tells_what_it_changed():
    in_service(RODEZ)
    batch = applied(ready(RODEZ | {"lib_fs": "Maison du Rouergue"}))

    (told,) = rows_of(batch)

    assert changes(told) == [("Nom", "France services de Rodez", "Maison du Rouergue")]


def test_every_effect_has_its_words_and_every_field_its_label():
    form = RowFilters({}, {})

    assert set(EFFECTS) == {"create", "update", "reopen", "close", "error", "absent", "unchanged"}
    assert all(form.choices()["champ"].values())


def test_the_pages_of_a_list_are_a_menu_that_says_where_one_is(mixed):
    text = national().get(f"/gestion/imports/{mixed.pk}/remarques/").text

    assert 'aria-label="Pages de cette liste"' in text
    assert text.count(f"/gestion/imports/{mixed.pk}/remarques/") >= 1
    assert "Lignes (5)" in text
    assert text.count('aria-current="page"') == 1


def test_a_list_that_is_being_read_shows_no_line_and_no_menu():
    batch = ready(data=csv_of(RODEZ)[:40])

    response = national().get(f"/gestion/imports/{batch.pk}/lignes/")

    assert batch.status == "refused"
    assert "Pages de cette liste" not in response.text
    assert "Il n'y a pas de ligne" in response.text
