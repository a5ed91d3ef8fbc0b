"""Every warning and every error of a list: its line, its column, its value, and what it leads to."""

import pytest
from django.contrib.gis.geos import Point

from sites.imports.analysis import analyse
from sites.imports.apply import Source, import_table
from sites.imports.cells.columns import COLUMNS, DAYS
from sites.imports.cells.issues import ERRORS, WARNINGS
from sites.imports.files.reader import read_table
from sites.models import Site, WeeklySlot
from tests.sites.imports.lists import ALBI, RODEZ, csv_of, found, import_rows, plan_of

pytestmark = pytest.mark.django_db

# changed cells, (column, value, code) of the one issue, a part of its message
REFUSED = [
    ({"id_fs": ""}, ("id_fs", "", "required"), "doit être remplie"),
    ({"id_fs": "70/01"}, ("id_fs", "70/01", "id"), "1 à 20 chiffres"),
    ({"lib_fs": " "}, ("lib_fs", " ", "required"), "doit être remplie"),
    ({"lib_fs": "x" * 151}, ("lib_fs", "x" * 151, "too_long"), "151 caractères, 150 au plus"),
    ({"insee_com": "12999"}, ("insee_com", "12999", "commune"), "Aucune commune"),
    ({"insee_com": "Rodez"}, ("insee_com", "Rodez", "commune"), "Aucune commune"),
    ({"code_postal": "1200A"}, ("code_postal", "1200A", "postal_code"), "5 chiffres"),
    ({"latitude": ""}, ("latitude", "", "required"), "doit être remplie"),
    ({"latitude": "44°21'"}, ("latitude", "44°21'", "coordinates"), "nombre de degrés"),
    ({"latitude": "NaN"}, ("latitude", "NaN", "coordinates"), "nombre de degrés"),
    ({"longitude": "1e999"}, ("longitude", "1e999", "coordinates"), "nombre de degrés"),
    ({"latitude": "4_4.3"}, ("latitude", "4_4.3", "coordinates"), "nombre de degrés"),
    (
        {"latitude": "2.5734", "longitude": "44.3526"},
        ("latitude", "2.5734, 44.3526", "swapped"),
        "échangez les deux cellules",
    ),
    ({"latitude": "0", "longitude": "0"}, ("latitude", "0, 0", "outside"), "pas en France"),
    ({"h_jeudi": "9h-midi"}, ("h_jeudi", "9h-midi", "hours"), "« 9h-midi »"),
    ({"h_jeudi": "17:00 - 09:00"}, ("h_jeudi", "17:00 - 09:00", "hours"), "09:00 - 12:00 / 14:00 - 17:00"),
    ({"prise_rdv": "Parfois"}, ("prise_rdv", "Parfois", "choice"), "Non, Oui"),
    ({"type_fs": "Annexe"}, ("type_fs", "Annexe", "choice"), "Principal, Antenne"),
    ({"type_fs": ""}, ("type_fs", "", "required"), "doit être remplie"),
    ({"format_fs": "Camion"}, ("format_fs", "Camion", "choice"), "Bus_équivalent, Itinérante"),
    (
        {"labellisation_fs": "Espace labellisé 31/02/2022"},
        ("labellisation_fs", "Espace labellisé 31/02/2022", "labelled_on"),
        "JJ/MM/AAAA",
    ),
    ({"labellisation_fs": "01/01/1922"}, ("labellisation_fs", "01/01/1922", "labelled_on"), "01/01/2020"),
    ({"labellisation_fs": "bientôt"}, ("labellisation_fs", "bientôt", "labelled_on"), "JJ/MM/AAAA"),
]


@pytest.mark.parametrize(("cells", "issue", "words"), REFUSED)
def test_a_wrong_cell_is_an_error_that_says_what_is_expected(cells, issue, words):
    column, value, code = issue

    plan = plan_of(RODEZ | {"commentaire": "sur\ndeux lignes"}, ALBI | cells)

    assert found(plan) == [("error", code, 4, column, value)]
    assert words in plan.issues[0].message
    assert plan.counts["created"] == 1


# changed cells, (column, value, code) of the one issue, a part of its message, what the site becomes
WARNED = [
    ({"id_fs": "7001.0"}, ("id_fs", "7001.0", "id_repaired"), "format texte", {"external_id": "7001"}),
    ({"insee_dep": "27"}, ("insee_dep", "27", "departement"), "département 12", {}),
    ({"lib_com": "Albi"}, ("lib_com", "Albi", "commune_name"), "désigne Rodez", {}),
    ({"adresse": ""}, ("adresse", "", "address_missing"), "ne saura pas où aller", {"address": ""}),
    ({"code_postal": ""}, ("code_postal", "", "postal_code_missing"), "12000", {"postal_code": "12000"}),
    ({"code_postal": "\u200b"}, ("code_postal", "", "postal_code_missing"), "12000", {"postal_code": "12000"}),
    (
        {"code_postal": "12850"},
        ("code_postal", "12850", "postal_code_commune"),
        "a pour code postal 12000",
        {"postal_code": "12850"},
    ),
    (
        {"code_postal": "81000"},
        ("code_postal", "81000", "postal_code_departement"),
        "a pour code postal 12000",
        {"postal_code": "81000"},
    ),
    ({"prise_rdv": ""}, ("prise_rdv", "", "appointment_missing"), "« Non » est retenu", {"appointment": "none"}),
    (
        {"latitude": "44,3526"},
        ("latitude", "44,3526", "decimal_comma"),
        "44.3526",
        {"location": Point(2.5734, 44.3526, srid=4326)},
    ),
    ({"latitude": "44.7"}, ("latitude", "44.7, 2.5734", "far"), "à 39 km de Rodez", {}),
    (
        {"mail": "a@exemple.fr - b@exemple.fr"},
        ("mail", "a@exemple.fr - b@exemple.fr", "several_emails"),
        "a@exemple.fr",
        {"email": "a@exemple.fr", "note": "Fermé les jours fériés\nAutre adresse : b@exemple.fr"},
    ),
    (
        {"mail": "rodez(at)exemple.fr"},
        ("mail", "rodez(at)exemple.fr", "email"),
        "accueil@exemple.fr",
        {"email": "", "note": "Fermé les jours fériés\nAdresse électronique indiquée : rodez(at)exemple.fr"},
    ),
    (
        {"telephone": "05 36 49"},
        ("telephone", "05 36 49", "phone"),
        "10 chiffres",
        {"phone": "", "note": "Fermé les jours fériés\nTéléphone indiqué : 05 36 49"},
    ),
    (
        {"commentaire": r"Sur\x20rendez\x2Dvous"},
        ("commentaire", r"Sur\x20rendez\x2Dvous", "text_decoded"),
        "« Sur rendez-vous »",
        {"note": "Sur rendez-vous"},
    ),
    (
        dict.fromkeys(DAYS, "") | {"h_mardi": "00:00 - 00:00"},
        ("h_mardi", "00:00 - 00:00", "hours_simplified"),
        "absence d'ouverture",
        {"weekly_slots": None},
    ),
    (
        {"h_mardi": "09:00 - 12:00 / 09:00 - 12:00 / 11:00 - 13:00"},
        ("h_mardi", "09:00 - 12:00 / 09:00 - 12:00 / 11:00 - 13:00", "hours_simplified"),
        "« 09:00 - 13:00 »",
        {},
    ),
]


@pytest.mark.parametrize(("cells", "issue", "words", "becomes"), WARNED)
def test_a_doubtful_cell_is_a_warning_that_says_what_was_understood(cells, issue, words, becomes):
    column, value, code = issue

    plan, _ = import_rows(RODEZ | cells)

    assert found(plan) == [("warning", code, 2, column, value)]
    assert words in plan.issues[0].message
    assert Site.objects.filter(**becomes).exists()


@pytest.mark.parametrize(
    ("cells", "becomes"),
    [
        ({"telephone": "+33 (0)5.36.49.00.01"}, {"phone": "05 36 49 00 01"}),
        ({"telephone": "+262 262 90 00 00"}, {"phone": "02 62 90 00 00"}),
        ({"telephone": "3960"}, {"phone": "3960"}),
        ({"type_fs": "ANTENNE", "format_fs": "fixe antenne s"}, {"kind": "antenne", "format": "antenne"}),
        ({"format_fs": "Bus_équivalent"}, {"format": "bus"}),
        ({"format_fs": "Itinérante"}, {"format": "itinerante"}),
        ({"prise_rdv": "Oui"}, {"appointment": "possible"}),
        ({"lib_fs": "France services du Cœur d'Hérault"}, {"slug": "france-services-du-coeur-dherault"}),
        ({"lib_fs": "日本"}, {"slug": "france-services"}),
        ({"lib_fs": "<script>alert(1)</script>"}, {"name": "<script>alert(1)</script>"}),
        ({"groupe_fs": "Pays Ségali"}, {"network": "Pays Ségali"}),
        ({"lib_com": "RODEZ "}, {"commune_id": "12202"}),
    ],
)
def test_other_ways_of_writing_pass_without_a_word(cells, becomes):
    plan, _ = import_rows(RODEZ | cells)

    assert not plan.issues
    assert Site.objects.filter(**becomes).exists()


def test_zeros_lost_by_a_spreadsheet_are_restored():
    bourg = {"insee_dep": "1", "insee_com": "1053", "code_postal": "1000", "lib_com": "Bourg-en-Bresse"}

    plan, _ = import_rows(RODEZ | bourg | {"latitude": "46.2056", "longitude": "5.2255"})

    assert found(plan) == [
        ("warning", "zeros_restored", 2, "insee_dep", "1"),
        ("warning", "zeros_restored", 2, "insee_com", "1053"),
        ("warning", "zeros_restored", 2, "code_postal", "1000"),
    ]
    assert Site.objects.filter(commune="01053", postal_code="01000").exists()


def test_a_former_commune_becomes_todays():
    pierrefitte = {"insee_dep": "93", "insee_com": "93059", "code_postal": "93380", "lib_com": "Pierrefitte-sur-Seine"}

    plan, _ = import_rows(RODEZ | pierrefitte | {"latitude": "48.9656", "longitude": "2.3611"})

    assert ("warning", "commune_replaced", 2, "insee_com", "93059") in found(plan)
    assert "Saint-Denis (93066)" in plan.issues[0].message
    assert Site.objects.get().commune_id == "93066"


@pytest.mark.parametrize("said", ["Paris 12e", "Paris 12e Arrondissement"])
def test_an_arrondissement_stays_as_it_is(said):
    paris = {"insee_dep": "75", "insee_com": "75112", "code_postal": "75012", "lib_com": said}

    plan, _ = import_rows(RODEZ | paris | {"latitude": "48.8412", "longitude": "2.3876"})

    assert not plan.issues
    assert Site.objects.get().commune_id == "75112"


@pytest.mark.parametrize(
    ("insee", "departement", "postal_code", "name", "latitude", "longitude"),
    [
        ("2A004", "2A", "20000", "Ajaccio", "41.9192", "8.7386"),
        ("97411", "974", "97400", "Saint-Denis", "-20.8789", "55.4481"),
        ("97801", "978", "97150", "Saint-Martin", "18.0682", "-63.0830"),
        ("97611", "976", "97600", "Mamoudzou", "-12.7806", "45.2279"),
    ],
)
def test_corsica_and_overseas_are_at_home(insee, departement, postal_code, name, latitude, longitude):
    row = {"insee_dep": departement, "insee_com": insee, "code_postal": postal_code, "lib_com": name}

    assert not plan_of(RODEZ | row | {"latitude": latitude, "longitude": longitude}).issues


def test_the_second_row_of_an_identifier_is_at_fault_and_names_the_first():
    plan = plan_of(RODEZ, ALBI | {"id_fs": "7001"}, ALBI | {"id_fs": "7001.0"})

    errors = [issue for issue in plan.issues if issue.severity == "error"]
    assert [(error.line, error.column, error.code) for error in errors] == [
        (3, "id_fs", "duplicate_id"),
        (4, "id_fs", "duplicate_id"),
    ]
    assert "ligne 2" in errors[0].message


def test_every_fault_of_a_row_is_told_at_once():
    plan = plan_of(RODEZ | {"lib_fs": "", "insee_com": "12999", "latitude": "x", "type_fs": "?"})

    assert [issue.column for issue in plan.issues] == ["lib_fs", "insee_com", "latitude", "type_fs"]


def test_a_row_with_a_cell_too_many_or_too_few_is_not_believed():
    data = csv_of(RODEZ) + csv_of(ALBI).split(b"\n")[1] + b",de trop\n" + b"7003,12\n"

    plan, _ = analyse(read_table(data))

    assert found(plan) == [("error", "cells", 3, "", "25 cellules"), ("error", "cells", 4, "", "2 cellules")]
    assert plan.counts["created"] == 1


def test_columns_that_are_not_the_lists_and_those_it_lacks_are_told_once():
    columns = [name for name in COLUMNS if name not in DAYS]

    data = csv_of(RODEZ | {"SIRET": "1"}, columns=[*columns, "SIRET"])
    plan, _ = import_table(read_table(data), Source.of("liste.csv", data))

    assert found(plan) == [
        ("warning", "unknown_columns", 1, "", "SIRET"),
        ("warning", "absent_columns", 1, "", ", ".join(DAYS)),
    ]
    assert not WeeklySlot.objects.exists()


def test_every_kind_of_issue_has_a_test_here():
    elsewhere = {"duplicate_id", "cells", "unknown_columns", "absent_columns", "zeros_restored", "commune_replaced"}
    elsewhere |= {"held_locally"}  # in test_held.py
    elsewhere |= {"renamed", "moved", "was_closed", "neighbour"}  # in test_comparing.py
    elsewhere |= {"date_serial"}  # in test_columns.py

    assert {issue[2] for _, issue, _ in REFUSED} | {"duplicate_id", "cells"} == set(ERRORS)
    assert {issue[2] for _, issue, *_ in WARNED} | elsewhere >= set(WARNINGS)


def test_what_was_read_is_what_is_stored():
    import_rows(RODEZ)

    site = Site.objects.get(external_id="7001")
    assert (site.name, site.slug) == ("France services de Rodez", "france-services-de-rodez")
    assert site.location.coords == (2.5734, 44.3526)
    assert site.labelled_on.isoformat() == "2022-01-01"
    assert (site.status, site.is_demo, site.commune_id) == ("active", False, "12202")
    slots = site.weekly_slots.filter(weekday__in=(1, 2)).values_list("weekday", "opens__hour", "closes__hour")
    assert list(slots.order_by("weekday", "opens")) == [(1, 9, 12), (1, 14, 17), (2, 9, 12)]
