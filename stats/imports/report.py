"""What a file of figures would change, in French, for a terminal."""

from collections import Counter

from sites.imports.cells.issues import ERROR
from sites.imports.files.text import on_one_line
from sites.models import Partner
from stats.imports import work
from stats.imports.remarks import TITLES
from stats.models import ActivityImport
from stats.months import from_code, in_french

SHOWN_OF_A_KIND = 10


def lines(examined, everything=False):
    """Lines of text: the counts, then the remarks by kind (all those that were kept, if `everything`), then totals."""
    counts = examined.counts
    read = "lignes lues" if counts["rows"] > 1 else "ligne lue"
    yield f"{ActivityImport.Subject(examined.figures.subject).label} : {number(counts['rows'])} {read}."
    yield f"  à écrire : {number(counts['written'])}, déjà enregistrés : {number(counts['unchanged'])}"
    yield f"  erreurs : {number(counts['errors'])}, avertissements : {number(counts['warnings'])}"
    yield from _remarks(examined, everything)
    yield from _totals(examined)


def _remarks(examined, everything):
    by_code: dict[str, list] = {}
    for issue in work.issues(examined):
        by_code.setdefault(issue.code, []).append(issue)
    for code, issues in sorted(by_code.items(), key=lambda item: item[1][0].severity != ERROR):
        severity, total = issues[0].severity, examined.remarks.counts[code]
        shown = issues if everything else issues[:SHOWN_OF_A_KIND]
        yield f"\n{'Erreur' if severity == ERROR else 'Avertissement'} : {TITLES[severity][code]} ({number(total)})"
        yield from map(_remark, shown)
        if total > len(shown):
            yield f"  … et {number(total - len(shown))} autres"


def _remark(issue):
    place = f"cellule {issue.cell}" if issue.cell else f"ligne {issue.line}"
    value = f" « {on_one_line(issue.value, 60)} »" if issue.value else ""
    return f"  {place}, {on_one_line(issue.column, 60)}{value} : {issue.message}"


def _totals(examined):
    if not examined.totals:
        return
    names = dict(Partner.objects.values_list("code", "name"))
    what = "Répondants" if examined.figures.subject == ActivityImport.Subject.SATISFACTION else "Demandes"
    yield f"\n{what} de toute la France, avant → après"
    by_month: dict[str, Counter] = {}
    for month, _, before, after in examined.totals:
        by_month.setdefault(month, Counter()).update(before=before, after=after)
    for month, total in by_month.items():
        yield f"  {in_french(from_code(month))} : {_change(total['before'], total['after'])}"
        for of_month, partner, before, after in examined.totals:
            if of_month == month and partner:
                yield f"    {names[partner]} : {_change(before, after)}"


def _change(before, after):
    return f"{number(before)} → {number(after)}" if before != after else f"{number(before)} (sans changement)"


def number(count):
    """'1 982 080', with spaces that do not break."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
