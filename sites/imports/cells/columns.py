"""The 24 columns of the official list, and how a file's header is matched to them. Pure."""

from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from sites.imports.files.errors import WrongHeader
from sites.imports.files.tables import plain
from sites.imports.files.text import on_one_line

DAYS = ("h_lundi", "h_mardi", "h_mercredi", "h_jeudi", "h_vendredi", "h_samedi")
COLUMNS = (
    "id_fs",
    "insee_dep",
    "lib_fs",
    "adresse",
    "complement_adresse",
    "insee_com",
    "code_postal",
    "lib_com",
    "latitude",
    "longitude",
    "mail",
    "telephone",
    *DAYS,
    "prise_rdv",
    "commentaire",
    "type_fs",
    "format_fs",
    "groupe_fs",
    "labellisation_fs",
)
REQUIRED = (
    "id_fs",
    "lib_fs",
    "adresse",
    "insee_com",
    "code_postal",
    "latitude",
    "longitude",
    "type_fs",
    "format_fs",
)
# What people head these columns with instead, reduced to letters and digits as `tables.plain` does.
ALSO_CALLED = {
    "id_fs": ("identifiant", "id", "identifiant_fs", "numero", "numero_fs", "n_fs", "code_fs", "id_france_services"),
    "insee_dep": ("departement", "code_departement", "insee_departement", "numero_departement", "dep", "code_dep"),
    "lib_fs": ("nom", "libelle", "nom_fs", "libelle_fs", "intitule", "nom_site", "nom_du_site", "nom_france_services"),
    "adresse": ("adresse_fs", "adresse_postale", "adresse_1", "voie", "rue"),
    "complement_adresse": ("complement", "complement_d_adresse", "complement_de_l_adresse", "adresse_2"),
    "insee_com": ("code_commune", "code_insee", "insee", "insee_commune", "code_insee_commune", "code_com"),
    "code_postal": ("cp", "codepostal"),
    "lib_com": ("ville", "commune", "nom_commune", "nom_de_la_commune", "libelle_commune", "nom_com"),
    "latitude": ("lat", "y"),
    "longitude": ("lon", "lng", "long", "x"),
    "mail": ("courriel", "email", "e_mail", "mel", "adresse_mail", "adresse_email", "adresse_e_mail"),
    "telephone": ("tel", "tel_fs", "telephone_fs", "numero_de_telephone", "n_de_telephone"),
    "prise_rdv": ("rdv", "rendez_vous", "prise_de_rdv", "prise_de_rendez_vous", "sur_rdv", "sur_rendez_vous"),
    "commentaire": ("commentaires", "remarque", "remarques", "precision", "precisions", "note", "notes"),
    "type_fs": ("type", "type_de_fs"),
    "format_fs": ("format", "format_de_fs"),
    "groupe_fs": ("groupe", "reseau", "reseau_fs"),
    "labellisation_fs": ("labellisation", "label", "date_labellisation", "date_de_labellisation", "date_label"),
} | {
    day: (day[2:], f"horaire_{day[2:]}", f"horaires_{day[2:]}", f"horaires_du_{day[2:]}", f"heures_{day[2:]}")
    for day in DAYS
}
COLUMN_OF = {name: name for name in COLUMNS} | {name: own for own, names in ALSO_CALLED.items() for name in names}
# Every heading that means something here, for the readers to tell a list from what is not one.
KNOWN_HEADINGS = tuple(COLUMN_OF)
# What `annotated` adds to a list that is to be corrected and sent again.
REMARKS = ("erreurs", "avertissements")
TITLE_FIRST = " La première ligne remplie doit être l'en-tête : ôtez ce qui le précède."
TITLE_FIRST = " La première ligne remplie doit être l'en-tête : ôtez ce qui le précède."


@dataclass(frozen=True)
class Header:
    """Where each known column stands; `unknown` are headings that are not ours, `absent` our optional ones."""

    positions: dict[str, int]
    width: int
    unknown: tuple[str, ...]
    absent: tuple[str, ...]

    def cells_of(self, row):
        """{column: text} of a `Row`, None when it is not as wide as the header.

        A column that the file lacks gives None. Empty cells past the last heading do not count.
        """
        if len(row.cells) < self.width or any(cell.strip() for cell in row.cells[self.width :]):
            return None
        return dict.fromkeys(self.absent) | {name: row.cells[index] for name, index in self.positions.items()}


def match(header):
    """The `Header` of the headings of a file. Case, accents, spaces and punctuation do not count; synonyms do.

    Raises `WrongHeader` when a required column is missing, or when two headings mean the same column.
    """
    headings = [heading.strip() for heading in header]
    found: dict[str, list[int]] = {}
    for index, heading in enumerate(headings):
        if column := COLUMN_OF.get(plain(heading)):
            found.setdefault(column, []).append(index)
    _refuse_twice(headings, found)
    _refuse_missing(headings, [name for name in REQUIRED if name not in found])
    unknown = tuple(
        heading for heading in headings if heading and plain(heading) not in COLUMN_OF and plain(heading) not in REMARKS
    )
    positions = {column: indexes[0] for column, indexes in found.items()}
    return Header(positions, len(header), unknown, tuple(name for name in COLUMNS if name not in positions))


def _refuse_twice(headings, found):
    """Name each column that several headings mean, and those headings."""
    twice = {column: [headings[index] for index in indexes] for column, indexes in found.items() if indexes[1:]}
    if twice:
        told = " ; ".join(f"{column} ({', '.join(map(_quoted, names))})" for column, names in twice.items())
        raise WrongHeader(f"Colonne présente plusieurs fois : {told}. N'en gardez qu'une.")


def _refuse_missing(headings, missing):
    if missing:
        accepted = ", ".join(f"{name} ({' ou '.join(ALSO_CALLED[name][:2])})" for name in missing)
        raise WrongHeader(
            f"{'Colonnes manquantes' if len(missing) > 1 else 'Colonne manquante'} : {', '.join(missing)}. "
            f"Colonnes trouvées : {', '.join(on_one_line(heading, 40) or '(sans nom)' for heading in headings[:40])}. "
            f"Noms acceptés : {accepted}.{TITLE_FIRST if missing == [*REQUIRED] else ''}"
        )


def _quoted(heading):
    return f"« {on_one_line(heading, 40)} »"


def positions_in_sheet(table):
    """{column: index} in a workbook's table; None for a CSV file, whose places have no name. Raises `WrongHeader`."""
    header = match(table.header)
    return header.positions if table.sheet else None


def cell_of(issue, positions):
    """A workbook's own name for the place of an `Issue`, 'C12', from `positions_in_sheet`; '' without one."""
    if not positions or issue.column not in positions:
        return ""
    return f"{get_column_letter(positions[issue.column] + 1)}{issue.line}"
