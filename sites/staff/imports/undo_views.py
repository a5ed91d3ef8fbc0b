"""Taking back a list that was applied: what that would do, then what it left as it was."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render

from sites.imports import lifecycle, undo
from sites.models import ImportBatch
from sites.records.wording import NOTHING, Names, in_french, label
from sites.staff.imports.access import ImportPage

PER_PAGE = 20
ASKED = "L'annulation de la liste est lancée. Elle dure quelques secondes : rechargez la page pour voir où elle en est."


@dataclass(frozen=True)
class Value:
    """A value that the list changed, in French, at its three moments; `since`: it was changed again since."""

    label: str
    before: str
    wrote: str
    now: str
    since: bool


class TakeBack(ImportPage):
    """GET shows what would be undone, and once it is, the sites that were left; POST has it done."""

    def get(self, request, pk):
        if self.batch.status == ImportBatch.Status.APPLIED:
            undone = undo.plan(self.batch)
            return self._shown("staff/imports/take_back.html", undone.refused, undone=undone)
        if self.batch.status == ImportBatch.Status.TAKEN_BACK:
            return self._shown("staff/imports/taken_back.html", undo.left(self.batch))
        return redirect("staff:import", pk)

    def post(self, request, pk):
        try:
            lifecycle.take_back(self.batch, request.user)
        except lifecycle.NotNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, ASKED)
        return redirect("staff:import", pk)

    def _shown(self, template, refused, **context):
        page = Paginator(refused, PER_PAGE).get_page(self.request.GET.get("page"))
        names = names_of(page)
        shown = [(refusal, values_of(refusal, names)) for refusal in page]
        return render(self.request, template, {"batch": self.batch, "page": page, "shown": shown, **context})


def names_of(refusals):
    """The `Names` that these `undo.Refusal`s need. At most three queries."""
    return Names.of(
        [(key, record[key]) for one in refusals for record in (one.before, one.wrote, one.now) for key in record]
    )


def values_of(refusal, names):
    """The `Value`s of an `undo.Refusal`, in the order of a record."""
    return [
        Value(
            label=label(key, names),
            before=_told(key, refusal.before[key], names),
            wrote=_told(key, refusal.wrote[key], names),
            now=_told(key, refusal.now[key], names),
            since=key in refusal.since,
        )
        for key in refusal.now
    ]


def _told(key, value, names):
    return NOTHING if value is None else in_french(key, value, names)
