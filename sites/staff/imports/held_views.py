"""What prefectures hold where a list says something else: whose value stays is chosen here."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from sites.imports import choosing
from sites.imports.held import CHOICES
from sites.imports.lifecycle import NotNow
from sites.models import ImportBatch
from sites.staff.imports import difference
from sites.staff.imports.access import ImportPage

A_PAGE = 25


class Held(ImportPage):
    """GET shows the choices, POST makes them: a whole column (`prendre`, `garder`), or those that the page shows."""

    def get(self, request, pk):
        counts = choosing.counts(self.batch)
        column = request.GET.get("champ", "")
        rows = choosing.rows_to_choose(self.batch)
        if column in counts:
            rows = rows.filter(choosing.says_otherwise(column))
        page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
        departements = difference.Counts.of(self.batch).departements
        context = {
            "batch": self.batch,
            "columns": [(name, difference.LABELS[name], *numbers) for name, numbers in counts.items()],
            "column": column if column in counts else "",
            "total": sum(number for number, _taken in counts.values()),
            "taken": sum(taken for _number, taken in counts.values()),
            "page": page,
            "rows": difference.told(self.batch, page.object_list, departements),
            "may_choose": self.batch.status == ImportBatch.Status.READY,
        }
        return render(request, "staff/imports/held.html", context)

    def post(self, request, pk):
        try:
            done = self._choose(request.POST)
        except NotNow as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, done)
        return redirect(self._same_page(request.POST))

    def _choose(self, sent):
        """Write what was sent; what was done, in French. Raises `NotNow`."""
        if (column := sent.get("prendre")) in CHOICES:
            choosing.take_everywhere(self.batch, column)
            return f"{difference.LABELS[column]} : les valeurs de la liste seront prises partout."
        if (column := sent.get("garder")) in CHOICES:
            choosing.keep_everywhere(self.batch, column)
            return f"{difference.LABELS[column]} : les valeurs des préfectures seront gardées partout."
        choosing.choose(self.batch, _pairs(sent.getlist("montre")), _pairs(sent.getlist("pris")))
        return "Vos choix sont notés. Ils seront écrits quand la liste sera appliquée."

    def _same_page(self, sent):
        column, page = sent.get("champ", ""), sent.get("page", "")
        query = {"champ": column} if column in CHOICES else {}
        query |= {"page": page} if page.isdecimal() else {}
        return reverse("staff:import_held", args=[self.batch.pk]) + (f"?{urlencode(query)}" if query else "")


def _pairs(texts):
    """{(row, choice)} of the texts '12:phone' of the form; what is none is left out."""
    pairs = (text.partition(":") for text in texts)
    return {
        (int(row), choice)
        for row, _, choice in pairs
        if row.isascii() and row.isdecimal() and len(row) < 19 and choice in CHOICES
    }
