"""What kind of file of figures a header announces, and where its columns are. Pure.

- `Long`: a line a figure: `id_fs;mois;partenaire;demarche;demandes;finalisees`, the démarche and the last optional.
- `ByPartner`: `id_fs;mois;CAF;ANTS;…`; `ByMonth`: `id_fs;partenaire;demarche;2024-01;2024-02;…`. Cells are requests.
- `Satisfaction`: `id_fs;mois;repondants;tres_satisfaits`.
"""

from dataclasses import dataclass
from typing import ClassVar

from sites.imports.cells import columns
from sites.imports.cells.issues import CellError
from sites.imports.files.errors import WrongHeader
from sites.imports.files.text import on_one_line
from stats.imports.cells import ALSO_CALLED as PARTNERS_CALLED
from stats.imports.cells import plain, quoted, read_month

ALSO_CALLED = {
    "id_fs": (*columns.ALSO_CALLED["id_fs"], "site", "id_site", "code_site", "identifiant_site"),
    "mois": ("periode", "date", "month", "mois_annee", "annee_mois", "mois_d_activite"),
    "partenaire": ("operateur", "partner", "code_partenaire", "nom_partenaire", "nom_du_partenaire"),
    "demarche": ("nom_demarche", "code_demarche", "type_demarche", "type_de_demarche", "nom_de_la_demarche"),
    "demandes": (
        *("nb_demandes", "nombre_demandes", "nombre_de_demandes", "nb_demarches", "nombre_de_demarches", "demarches"),
        *("demarches_accompagnees", "nb_demarches_accompagnees", "accompagnements", "nb_accompagnements", "nombre"),
    ),
    "finalisees": (
        *("finalise", "finalises", "finalisee", "nb_finalisees", "nombre_de_finalisees", "demandes_finalisees"),
        *("demarches_finalisees", "nb_demarches_finalisees", "dont_finalisees", "abouties"),
    ),
    "repondants": ("nb_repondants", "nombre_de_repondants", "reponses", "nb_reponses", "nombre_de_reponses", "avis"),
    "tres_satisfaits": (
        *("nb_tres_satisfaits", "nombre_de_tres_satisfaits", "tres_satisfait", "usagers_tres_satisfaits"),
        *("dont_tres_satisfaits", "repondants_tres_satisfaits"),
    ),
}
COLUMN_OF = {name: name for name in ALSO_CALLED} | {name: own for own, names in ALSO_CALLED.items() for name in names}
# Every heading that means something here, for the readers to tell which delimiter or sheet is meant.
KNOWN_HEADINGS = (*COLUMN_OF, *{plain(code) for code in PARTNERS_CALLED}, *sum(PARTNERS_CALLED.values(), ()))
LONG = ("id_fs", "mois", "partenaire", "demandes")
SATISFACTION = ("id_fs", "mois", "repondants", "tres_satisfaits")
EXPECTED = (
    "Première ligne attendue : « id_fs;mois;partenaire;demarche;demandes;finalisees » (demarche et finalisees ne sont "
    "pas obligatoires) ; ou une colonne par partenaire, « id_fs;mois;CAF;ANTS;… » ; ou une colonne par mois, "
    "« id_fs;partenaire;2024-01;2024-02;… » ; ou, pour la satisfaction, « id_fs;mois;repondants;tres_satisfaits »."
)


@dataclass(frozen=True)
class Shape:
    """`at` is {column: index}; `spread` [(index, what its heading means), …]; `unknown` indexes of other headings."""

    at: dict[str, int]
    width: int
    spread: tuple = ()
    unknown: tuple[int, ...] = ()

    # The columns of the month and of the two numbers, where a line has but one of each.
    month: ClassVar[str] = ""
    amount: ClassVar[str] = ""
    part: ClassVar[str] = ""


class Long(Shape):
    amount, part, month = "demandes", "finalisees", "mois"


class Satisfaction(Shape):
    amount, part, month = "repondants", "tres_satisfaits", "mois"


class ByPartner(Shape):
    """`spread` tells the partner's code."""

    month = "mois"


class ByMonth(Shape):
    """`spread` tells the month."""


def recognise(header, partners):
    """The `Shape` of the headings of a file. `partners` is a `cells.Partners`. Raises `WrongHeader`."""
    at = _positions(header)
    others = [index for index, heading in enumerate(header) if heading.strip() and plain(heading) not in COLUMN_OF]
    if at.keys() >= set(SATISFACTION):
        return _shape(Satisfaction, header, SATISFACTION, at, others)
    if at.keys() >= set(LONG):
        return _shape(Long, header, (*LONG, "demarche", "finalisees"), at, others)
    if at.keys() >= {"id_fs", "mois"} and not at.keys() & {"partenaire", "repondants", "tres_satisfaits"}:
        spread = _spread(header, others, partners.find)
        if spread:
            return _shape(ByPartner, header, ("id_fs", "mois"), at, others, spread)
    if at.keys() >= {"id_fs", "partenaire"} and "mois" not in at:
        spread = _spread(header, others, _month_or_none)
        if spread:
            return _shape(ByMonth, header, ("id_fs", "partenaire", "demarche"), at, others, spread)
    found = ", ".join(on_one_line(heading, 40) or "(sans nom)" for heading in header[:40])
    raise WrongHeader(f"Ces colonnes ne disent pas ce que le fichier contient. {EXPECTED} Colonnes trouvées : {found}.")


def _positions(header):
    at: dict[str, int] = {}
    for index, heading in enumerate(header):
        column = COLUMN_OF.get(plain(heading))
        if column in at:
            raise WrongHeader(
                f"Deux colonnes disent la même chose : {quoted(header[at[column]])} et {quoted(heading)}. "
                "N'en gardez qu'une."
            )
        if column:
            at[column] = index
    return at


def _shape(kind, header, used, at, others, spread=()):
    meant = {index for index, _ in spread}
    unused = [index for column, index in at.items() if column not in used]
    unknown = tuple(sorted({*others, *unused} - meant))
    return kind({column: at[column] for column in used if column in at}, len(header), tuple(spread), unknown)


def _spread(header, others, read):
    """[(index, what `read` makes of the heading), …] of those it can read. Raises `WrongHeader` when two are one."""
    spread: dict = {}
    for index in others:
        meant = read(header[index])
        if meant in spread:
            raise WrongHeader(
                f"Deux colonnes disent la même chose : {quoted(header[spread[meant]])} et {quoted(header[index])}. "
                "N'en gardez qu'une."
            )
        if meant:
            spread[meant] = index
    return [(index, meant) for meant, index in spread.items()]


def _month_or_none(heading):
    try:
        return read_month(heading)
    except CellError:
        return None
