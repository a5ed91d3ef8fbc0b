"""The 24 columns of the official list, and how a file's header is matched to them. Pure."""

from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from sites.imports.errors import WrongHeader
from sites.imports.tables import plain
from sites.imports.text import on_one_line

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
    """The `Header` of the headings of a file. Case, accents, spaces and punctuation do not count.

    Raises `WrongHeader` when a required column is missing, or when two headings mean the same column.
    """
    names = [plain(heading) for heading in header]
    positions = {name: index for index, name in enumerate(names) if name in COLUMNS}
    twice = [name for name in positions if names.count(name) > 1]
    if twice:
        raise WrongHeader(f"Colonne présente plusieurs fois : {', '.join(twice)}. N'en gardez qu'une.")
    missing = [name for name in REQUIRED if name not in positions]
    if missing:
        raise WrongHeader(
            f"{'Colonnes manquantes' if len(missing) > 1 else 'Colonne manquante'} : {', '.join(missing)}. "
            f"Colonnes trouvées : {', '.join(on_one_line(heading, 40) or '(sans nom)' for heading in header[:40])}."
        )
    unknown = tuple(
        heading.strip() for heading, name in zip(header, names, strict=True) if heading.strip() and name not in COLUMNS
    )
    return Header(positions, len(header), unknown, tuple(name for name in COLUMNS if name not in positions))


def positions_in_sheet(table):
    """{column: index} in a workbook's table; None for a CSV file, whose places have no name. Raises `WrongHeader`."""
    return match(table.header).positions if table.sheet else None


def cell_of(issue, positions):
    """A workbook's own name for the place of an `Issue`, 'C12', from `positions_in_sheet`; '' without one."""
    if not positions or issue.column not in positions:
        return ""
    return f"{get_column_letter(positions[issue.column] + 1)}{issue.line}"
