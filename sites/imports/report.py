"""A plan told in French, for a terminal. Pure."""

from collections import defaultdict

from sites.imports.issues import ERROR, WARNING
from sites.imports.text import on_one_line

SHOWN_OF_A_KIND = 5
COUNTED = (
    ("created", "à créer"),
    ("updated", "à modifier"),
    ("reopened", "à rouvrir"),
    ("unchanged", "sans changement"),
    ("absent", "absents du fichier"),
    ("closed", "à fermer"),
)


def lines(plan, everything=False):
    """The report, line by line. Errors are always all told; of each kind of warning, the first ones unless asked."""
    counts = plan.counts
    yield f"{number(plan.rows)} lignes lues."
    for key, words in COUNTED:
        if counts[key] or key in ("created", "updated", "unchanged"):
            yield f"  {number(counts[key]):>7} {words}"
    if plan.demonstration:
        yield f"  {number(plan.demonstration):>7} de démonstration, à retirer : la liste les remplace"
    yield f"  {number(counts['errors']):>7} erreurs, {number(counts['warnings'])} avertissements"
    yield from _told("ERREUR", plan.issues_of(ERROR), everything=True)
    yield from _told("Avertissement", plan.issues_of(WARNING), everything)


def _told(word, issues, everything):
    by_kind = defaultdict(list)
    for issue in issues:
        by_kind[issue.title].append(issue)
    for title, alike in by_kind.items():
        yield ""
        yield f"{word} : {title} ({number(len(alike))})"
        shown = alike if everything else alike[:SHOWN_OF_A_KIND]
        for issue in shown:
            yield f"  {_place(issue)} : {_shown(issue.value)}{on_one_line(issue.message, 400)}"
        if len(shown) < len(alike):
            yield f"  … et {number(len(alike) - len(shown))} de plus (--verbosity 2 pour tout voir)"


def _place(issue):
    return f"ligne {issue.line}, {issue.column}" if issue.column else f"ligne {issue.line}"


def _shown(value):
    return f"« {on_one_line(value, 80)} ». " if value.strip() else ""


def number(value):
    """1982080 as '1 982 080'."""
    return f"{value:,}".replace(",", " ")
