"""Lists whose headings, or cells, are wrong."""

from sites.imports.cells.columns import COLUMNS, DAYS
from sites.imports.files import errors
from tests.sites.imports.bad_files.expected import DIRECTORY, Alarming, accepted, gives, refused, wrong
from tests.sites.imports.list_files import ALBI, RODEZ, csv_of


def rodez(**cells):
    """A list whose only site is like that of Rodez but for these cells."""
    return csv_of(RODEZ | cells)


# --- Headings --------------------------------------------------------------------------------------


@refused(errors.WrongHeader, "Colonnes manquantes")
def another_list_altogether():
    return b"siret;denomination;effectif\n13002526500013;DINUM;200\n"


@refused(errors.WrongHeader, "Colonnes manquantes")
def only_unknown_columns():
    return b"a,b,c\n1,2,3\n"


@refused(errors.WrongHeader, "Colonne manquante : latitude")
def required_column_missing():
    return csv_of(RODEZ, columns=[name for name in COLUMNS if name != "latitude"])


@refused(errors.WrongHeader, "plusieurs fois : lib_fs")
def two_columns_of_one_name():
    return csv_of(RODEZ, columns=[*COLUMNS, "lib_fs"])


@refused(errors.WrongHeader, "plusieurs fois : mail")
def two_columns_of_one_meaning():
    return csv_of(RODEZ | {"Courriel": "a@exemple.fr"}, columns=[*COLUMNS, "Courriel"])


@refused(errors.WrongHeader, "ôtez ce qui le précède")
def title_before_the_header():
    return "Liste des France services, mise à jour du 1er août 2024\n\n".encode() + rodez()


@refused(errors.NotATable, "si c'est un titre, ôtez-le")
def title_of_one_cell_before_the_header():
    return b"Liste des France services\n\n" + rodez()


@refused(errors.WrongHeader, "Colonnes manquantes")
def no_header():
    return rodez().split(b"\n", 1)[1] + csv_of(ALBI).split(b"\n", 1)[1]


@wrong(
    (3, "id_fs", "id"),
    (3, "insee_com", "commune"),
    (3, "code_postal", "postal_code"),
    (3, "latitude", "coordinates"),
    (3, "longitude", "coordinates"),
    *((3, day, "hours") for day in DAYS),
    *((3, column, "choice") for column in ("prise_rdv", "type_fs", "format_fs")),
    (3, "labellisation_fs", "labelled_on"),
)
def header_repeated_in_the_middle():
    return rodez() + csv_of(ALBI)


@refused(errors.WrongHeader, "Colonnes manquantes")
def terminal_escapes_in_the_headings():
    return b"\x1b[2J\x1b[31mrouge,\x1b]0;titre\x07\n1,2\n"


@accepted(unknown_columns=1)
def script_in_a_heading():
    return csv_of(RODEZ | {"<script>alert(1)</script>": "x"}, columns=[*COLUMNS, "<script>alert(1)</script>"])


# --- Cells -----------------------------------------------------------------------------------------


@wrong((3, "", "cells"), (4, "", "cells"))
def ragged_lines():
    cells = list(ALBI.values())
    short, long = ",".join(cells[:20]), ",".join([*cells, "x"])
    return rodez() + f"{short}\n{long}\n".encode()


@wrong((3, "id_fs", "duplicate_id"))
def same_identifier_twice():
    return csv_of(RODEZ, ALBI | {"id_fs": "7001"})


@wrong((3, "id_fs", "duplicate_id"))
def same_identifier_twice_once_read():
    return csv_of(RODEZ, ALBI | {"id_fs": " 7001.0"})


@wrong((2, "id_fs", "id"))
def identifier_with_spaces():
    return rodez(id_fs="70 01")


@wrong((2, "id_fs", "id"))
def negative_identifier():
    return rodez(id_fs="-7001")


@wrong((2, "id_fs", "id"))
def identifier_that_is_a_path():
    return rodez(id_fs="../../etc/passwd")


@wrong((2, "id_fs", "required"), (2, "lib_fs", "required"))
def blank_cells_that_are_required():
    return rodez(id_fs=" ", lib_fs="\u200b\u00a0")


@wrong((2, "insee_com", "commune"))
def unknown_commune():
    return rodez(insee_com="12999")


@wrong((2, "insee_com", "commune"))
def postal_code_as_insee_code():
    return rodez(insee_com="12000")


@wrong((2, "code_postal", "postal_code"))
def postal_code_in_words():
    return rodez(code_postal="douze mille")


@accepted(departement=1)
def departement_of_another_commune():
    return rodez(insee_dep="81")


@wrong((2, "latitude", "swapped"))
def swapped_coordinates():
    return rodez(latitude="2.5734", longitude="44.3526")


@wrong((2, "latitude", "outside"))
def point_in_new_york():
    return rodez(latitude="40.7128", longitude="-74.0060")


@wrong((2, "latitude", "outside"))
def point_zero_zero():
    return rodez(latitude="0", longitude="0")


@wrong((2, "latitude", "coordinates"), (2, "longitude", "coordinates"))
def coordinates_in_words():
    return rodez(latitude="44° 21' nord", longitude="nan")


@wrong((2, "latitude", "coordinates"), (2, "longitude", "coordinates"))
def coordinates_without_end():
    return rodez(latitude="1e400", longitude="9" * 400)


@wrong((2, "h_lundi", "hours"), (2, "h_mardi", "hours"))
def hours_past_midnight():
    return rodez(h_lundi="09:00 - 25:00", h_mardi="23:00 - 01:00")


@wrong((2, "labellisation_fs", "labelled_on"))
def thirtieth_of_february():
    return rodez(labellisation_fs="Espace labellisé 30/02/2022")


@accepted(date_serial=1)
def day_counted_from_1904():
    return rodez(labellisation_fs="43100")


@wrong((2, "type_fs", "choice"), (2, "format_fs", "choice"))
def unknown_type_and_format():
    return rodez(type_fs="Secondaire", format_fs="Péniche")


@wrong((2, "lib_fs", "too_long"))
def name_of_151_emoji():
    return rodez(lib_fs="😀" * 151)


# --- Names made to harm: they are texts, and stay texts --------------------------------------------


@accepted()
def script_in_a_name():
    return rodez(lib_fs="<script>alert(1)</script> France services")


@accepted()
def sql_in_a_name():
    return rodez(lib_fs="Rodez'); DROP TABLE sites_site; --")


@accepted()
def template_in_a_name():
    return rodez(lib_fs="{{ settings.SECRET_KEY }}{% load x %} %(name)s {0} ${x}")


@accepted()
def terminal_escapes_in_a_name():
    return rodez(lib_fs="France services \x1b[2J\x1b[31mrouge\x07")


@accepted()
def name_written_from_right_to_left():
    return rodez(lib_fs="France services \u202egro.elpmexe\u202c")


@accepted()
def formula_in_a_name():
    return rodez(lib_fs="=cmd|' /C calc'!A0", adresse="@SUM(1+1)*cmd", commentaire="+33 5")


@accepted(text_decoded=1)
def nul_written_as_an_escape():
    return rodez(lib_fs=r"France services \x00\u0000\ud83d")


@accepted(email=1)
def message_header_in_an_address():
    return rodez(mail="rodez@exemple.fr\r\nBcc: tous@exemple.fr")


@accepted(email=1, phone=1)
def addresses_that_run_scripts():
    return rodez(mail="javascript:alert(1)", telephone="tel:0;phone-context=x")


# --- Lists that are right, line by line ------------------------------------------------------------


@gives(Alarming(("absent", "changed", "few")))
def nine_sites_of_ten_absent():
    return csv_of(DIRECTORY[0])


@gives(Alarming(("changed",)))
def every_site_renamed():
    return csv_of(*({**row, "lib_fs": f"Renommé {row['id_fs']}"} for row in DIRECTORY))
