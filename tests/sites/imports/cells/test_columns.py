"""Which heading is which column."""

import pytest

from sites.imports.cells.columns import ALSO_CALLED, COLUMNS, REQUIRED, match
from sites.imports.files.errors import WrongHeader
from sites.imports.files.tables import plain


def test_case_accents_spaces_and_punctuation_of_headings_do_not_count():
    header = match([f" {name.upper().replace('_', ' ').replace('E', 'É')} " for name in COLUMNS])

    assert list(header.positions) == list(COLUMNS)
    assert (header.absent, header.unknown) == ((), ())


def test_columns_may_come_in_any_order_with_others_between():
    header = match([*reversed(COLUMNS), "", "SIRET"])

    assert header.positions["id_fs"] == len(COLUMNS) - 1
    assert header.unknown == ("SIRET",)


def test_missing_required_columns_are_all_named():
    with pytest.raises(WrongHeader, match=r"Colonnes manquantes : latitude, longitude\..*trouvées : id_fs, lib_fs"):
        match([name for name in REQUIRED if name not in ("latitude", "longitude")])


def test_optional_columns_may_be_absent():
    assert match(REQUIRED).absent == tuple(name for name in COLUMNS if name not in REQUIRED)


def test_the_same_column_twice_is_refused():
    with pytest.raises(WrongHeader, match="plusieurs fois : id_fs"):
        match([*COLUMNS, "ID FS"])


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Identifiant", "id_fs"),
        ("N° FS", "id_fs"),
        ("Département", "insee_dep"),
        ("Code département", "insee_dep"),
        ("Nom", "lib_fs"),
        ("Libellé", "lib_fs"),
        ("Complément d'adresse", "complement_adresse"),
        ("Code INSEE", "insee_com"),
        ("code-commune", "insee_com"),
        ("CP", "code_postal"),
        ("Ville", "lib_com"),
        ("Nom commune", "lib_com"),
        ("Lat", "latitude"),
        ("Y", "latitude"),
        ("LNG", "longitude"),
        ("x", "longitude"),
        ("Courriel", "mail"),
        ("E-mail", "mail"),
        ("Tél.", "telephone"),
        ("Lundi", "h_lundi"),
        ("Horaires samedi", "h_samedi"),
        ("RDV", "prise_rdv"),
        ("Remarques", "commentaire"),
        ("Précisions", "commentaire"),
        ("Type", "type_fs"),
        ("Format", "format_fs"),
        ("Réseau", "groupe_fs"),
        ("Date labellisation", "labellisation_fs"),
    ],
)
def test_a_column_may_be_headed_as_people_say(heading, column):
    header = match([heading if name == column else name for name in COLUMNS])

    assert header.positions[column] == COLUMNS.index(column)
    assert (header.absent, header.unknown) == ((), ())


def test_a_synonym_means_one_column_and_is_written_as_headings_are_compared():
    synonyms = [name for names in ALSO_CALLED.values() for name in names]

    assert set(ALSO_CALLED) == set(COLUMNS)
    assert len({*synonyms, *COLUMNS}) == len(synonyms) + len(COLUMNS)
    assert [plain(name) for name in synonyms] == synonyms


def test_two_headings_that_mean_the_same_column_are_refused_by_name():
    with pytest.raises(
        WrongHeader, match="insee_com \\(« insee_com », « Code INSEE »\\) ; mail \\(« mail », « E-mail »"
    ):
        match([*COLUMNS, "Code INSEE", "E-mail"])


def test_a_missing_column_is_told_with_the_names_that_would_do():
    with pytest.raises(WrongHeader, match="Noms acceptés : id_fs \\(identifiant ou id\\)"):
        match([name for name in REQUIRED if name != "id_fs"])


def test_our_own_remarks_in_a_list_that_comes_back_are_no_column():
    header = match(["Erreurs", "avertissements", *COLUMNS, "SIRET"])

    assert header.unknown == ("SIRET",)
    assert header.positions["id_fs"] == 2
