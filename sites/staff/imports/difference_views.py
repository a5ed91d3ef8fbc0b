"""What a list changes: its lines, what is remarked on them, the points that move."""

import csv
import io
from itertools import islice

from django.core.paginator import Paginator
from django.http import JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify

from sites.staff.imports import difference, moves, remarks
from sites.staff.imports.access import ImportPage
from sites.staff.table_files import harmless

A_PAGE = 50
FILE_COLUMNS = ("ligne", "identifiant", "nom", "departement", "effet", "champ", "avant", "apres")


class DifferencePage(ImportPage):
    """A page that shows what its address asks for of a list, all of it, by pages."""

    filters: type[difference.Filters]

    def asked(self):
        """(the counts of the list, the filters of the address, what they ask for)."""
        counts = difference.Counts.of(self.batch)
        form = self.filters(self.request.GET, counts.departements)
        return counts, form, form.wanted(self.batch)

    def page_of(self, wanted):
        return Paginator(wanted, A_PAGE).get_page(self.request.GET.get("page"))


class Rows(DifferencePage):
    filters = difference.RowFilters

    def get(self, request, pk):
        counts, form, wanted = self.asked()
        page = self.page_of(wanted)
        departement = form.value("departement")
        context = {
            "batch": self.batch,
            "counts": counts,
            "form": form,
            "page": page,
            "rows": difference.told(self.batch, page.object_list, counts.departements),
            "effects": [(effect, words, counts.total(effect, departement)) for effect, words in _effects(counts)],
            "headings": [words for _effect, words in _effects(counts)],
            "all_lines": counts.total("", departement),
            "meaning": difference.MEANINGS.get(form.effect, ""),
        }
        return render(request, "staff/imports/rows.html", context)


class RowsFile(DifferencePage):
    """All the lines that the page shows, as a file: a line for each value that changes."""

    filters = difference.RowFilters

    def get(self, request, pk):
        counts, _form, wanted = self.asked()
        told = _told_by_parts(self.batch, wanted, counts.departements)
        response = StreamingHttpResponse(_as_csv(told), content_type="text/csv; charset=utf-8")
        name = slugify(self.batch.file_name.rpartition(".")[0]) or "liste"
        response["Content-Disposition"] = f'attachment; filename="{name}-{pk}-lignes.csv"'
        return response


class Issues(DifferencePage):
    filters = remarks.IssueFilters

    def get(self, request, pk):
        _counts, form, wanted = self.asked()
        page = self.page_of(wanted)
        found = remarks.counts(self.batch)
        context = {
            "batch": self.batch,
            "form": form,
            "page": page,
            "issues": remarks.told(self.batch, page.object_list),
            "severities": [(code, words, sum(found[code].values())) for code, words in remarks.SEVERITIES.items()],
            "natures": [
                (words, [(code, remarks.NATURES[code], number) for code, number in found[severity].items()])
                for severity, words in remarks.SEVERITIES.items()
                if found[severity]
            ],
        }
        return render(request, "staff/imports/issues.html", context)


class Map(DifferencePage):
    filters = moves.MapFilters

    def get(self, request, pk):
        counts, form, wanted = self.asked()
        page = self.page_of(wanted)
        context = {
            "batch": self.batch,
            "form": form,
            "page": page,
            "moves": moves.told(self.batch, page.object_list, counts.departements),
            "most_drawn": moves.MOST_DRAWN,
        }
        return render(request, "staff/imports/map.html", context)


class MapPoints(DifferencePage):
    filters = moves.MapFilters

    def get(self, request, pk):
        _counts, _form, wanted = self.asked()
        return JsonResponse(moves.drawn(self.batch, wanted))


def _effects(counts):
    return [(effect, difference.EFFECTS[effect]) for effect in counts.effects]


# --- The file --------------------------------------------------------------------------------------


def _told_by_parts(batch, wanted, departements):
    """The `ToldRow`s, a thousand at a time: a long list does not come to memory."""
    rows = wanted.iterator(chunk_size=1_000)
    while some := list(islice(rows, 1_000)):
        yield from difference.told(batch, some, departements)


def _as_csv(told):
    """UTF-8 with a byte order mark, and semicolons, as `table_files.as_csv`, by parts."""
    yield "\ufeff".encode()
    yield _csv_lines([FILE_COLUMNS])
    told = iter(told)
    while some := list(islice(told, 500)):
        yield _csv_lines([harmless(cell) for cell in line] for row in some for line in _file_lines(row))


def _csv_lines(lines):
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()


def _file_lines(told):
    """The lines of the file for a line of the list: one for each value that changes, one for a whole new site."""
    row = told.row
    start = (str(row.line or ""), row.external_id, row.name, told.departement, row.get_action_display())
    if row.action == row.Action.CREATE:
        yield *start, "Tout le site", "", " | ".join(f"{line.label} : {line.after}" for line in told.lines)
    elif told.lines:
        yield from ((*start, line.label, line.before, line.after) for line in told.lines)
    elif told.issues:
        yield from ((*start, issue.column, issue.value, issue.message) for issue in told.issues)
    else:
        yield *start, "", "", ""
    for choice in told.choices:
        what = "pris dans la liste" if choice.is_taken else "tenu par la préfecture, proposé par la liste"
        yield from ((*start, f"{line.label} ({what})", line.before, line.after) for line in choice.lines)
