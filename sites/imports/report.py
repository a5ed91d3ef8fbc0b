"""A plan told in French, for a terminal. Pure."""

from collections import defaultdict

from sites.imports.cells.columns import cell_of
from sites.imports.cells.issues import ERROR, WARNING
from sites.imports.files.text import on_one_line

SHOWN_OF_A_KIND = 5
COUNTED = (
    ("created", "à créer"),
    ("updated", "à modifier"),
    ("reopened", "à rouvrir"),
    ("unchanged", "sans changement"),
    ("absent", "absents du fichier"),
    ("closed", "à fermer"),
)


def lines(plan, everything=False, positions=None):
    """The report, line by line. Errors are always all told; of each kind of warning, the first ones unless asked.

    `positions` are those of a workbook's columns (`columns.positions_in_sheet`): its cells are named.
    """
    counts = plan.counts
    yield f"{number(plan.rows)} lignes lues."
    for key, words in COUNTED:
        if counts[key] or key in ("created", "updated", "unchanged"):
            yield f"  {number(counts[key]):>7} {words}"
    if plan.demonstration:
        yield f"  {number(plan.demonstration):>7} de démonstration, à retirer : la liste les remplace"
    yield f"  {number(counts['errors']):>7} erreurs, {number(counts['warnings'])} avertissements"
    yield from _told("ERREUR", plan.issues_of(ERROR), everything=True, positions=positions)
    yield from _told("Avertissement", plan.issues_of(WARNING), everything, positions)


def _told(word, issues, everything, positions):
    by_kind = defaultdict(list)
    for issue in issues:
        by_kind[issue.title].append(issue)
    for title, alike in by_kind.items():
        yield ""
        yield f"{word} : {title} ({number(len(alike))})"
        shown = alike if everything else alike[:SHOWN_OF_A_KIND]
        for issue in shown:
            yield f"  {_place(issue, positions)} : {_shown(issue.value)}{on_one_line(issue.message, 400)}"
        if len(shown) < len(alike):
            yield f"  … et {number(len(alike) - len(shown))} de plus (--verbosity 2 pour tout voir)"


def _place(issue, positions):
    cell = cell_of(issue, positions)
    return ", ".join(part for part in (f"ligne {issue.line}", cell and f"cellule {cell}", issue.column) if part)


def _shown(value):
    return f"« {on_one_line(value, 80)} ». " if value.strip() else ""


def number(value):
    """1982080 as '1 982 080'."""
    return f"{value:,}".replace(",", " ")
