"""Which heading is which column."""

import pytest

from sites.imports.columns import COLUMNS, REQUIRED, match
from sites.imports.errors import WrongHeader


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
