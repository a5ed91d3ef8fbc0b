"""The way of a list: received, read, compared, confirmed, applied; or abandoned."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.shortcuts import redirect, render
from django.utils import timezone

from sites.imports import lifecycle
from sites.imports.cells.columns import KNOWN_HEADINGS
from sites.imports.files import reader
from sites.imports.files.errors import FileError
from sites.models import ImportBatch, ImportFile, ImportProgress, Site
from sites.staff.imports import remarks
from sites.staff.imports.access import ImportPage, ImportsPage
from sites.staff.imports.forms import DELIMITERS, MODES, ConfirmForm, ReadAgainForm, UploadForm

Status = ImportBatch.Status
PER_PAGE = 20
NATURES_SHOWN = 6
REFRESH_S = 3
SILENT_FOR = timedelta(minutes=2)
ABANDONED = "La liste est abandonnée : rien n'a été écrit."
# Status -> (number of the step, its name, the next one's name)
STEPS = {
    Status.RECEIVED: (2, "Analyse du fichier", "relire et confirmer"),
    Status.REFUSED: (2, "Analyse du fichier", "corriger le fichier, ou en déposer un autre"),
    Status.READY: (3, "Relire et confirmer", "application de la liste"),
    Status.CONFIRMED: (4, "Application de la liste", ""),
    Status.APPLIED: (4, "Liste appliquée", ""),
}
# [(count, words, ?effet= of the lines)], in the order of their weight.
COUNTED = (
    ("created", "Nouveaux sites", "create"),
    ("updated", "Sites modifiés", "update"),
    ("closed", "Sites fermés", "close"),
    ("reopened", "Sites rouverts", "reopen"),
    ("unchanged", "Sites sans changement", "unchanged"),
)


def analysis_shown(batch):
    """What a page that asks for a decision sends back: the analysis that it showed."""
    return batch.analysed_at.isoformat() if batch.analysed_at else ""


class Imports(ImportsPage):
    """The form to send a list, then all those that were received."""

    def get(self, request):
        return self._shown(UploadForm())

    def post(self, request):
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._shown(form, status=400)
        name, data = form.cleaned_data["file"]
        batch = lifecycle.receive(name, data, request.user, is_complete=form.is_complete)
        return redirect("staff:import", batch.pk)

    def _shown(self, form, status=200):
        batches = self.batches.select_related("received_by", "applied_by", "taken_back_by")
        page = Paginator(batches, PER_PAGE).get_page(self.request.GET.get("page"))
        official = Site.objects.open_to_public().official().count()
        context = {"form": form, "modes": MODES, "page": page, "in_service": official}
        return render(self.request, "staff/imports/imports.html", context, status=status)


class Import(ImportPage):
    """A list, at whatever point of its way."""

    def get(self, request, pk):
        refreshes = self.batch.is_in_progress and request.GET.get("actualiser") != "non"
        response = self.shown(refreshes=refreshes)
        if refreshes:  # a header: a tag in the page would be read out, and could not be stopped
            response["Refresh"] = f"{REFRESH_S}; url={request.path}"  # or a fragment would keep the page as it is
        return response

    def shown(self, confirm_form=None, status=200, **context):
        batch = self.batch
        context |= {"batch": batch, "step": STEPS.get(batch.status), "delimiter": DELIMITERS.get(batch.delimiter)}
        context["encoding"] = reader.ENCODINGS.get(batch.encoding, batch.encoding.upper())
        if batch.is_in_progress:
            context |= self._progress()
        else:
            context |= self._report()
        if batch.status == Status.READY:
            context |= self._decision(confirm_form)
        if batch.status in (Status.READY, Status.REFUSED):
            context |= self._reading()
        return render(self.request, "staff/imports/import.html", context, status=status)

    def _progress(self):
        progress = ImportProgress.objects.filter(batch=self.batch).first()
        last = max(progress.updated_at if progress else self.batch.received_at, self.batch.received_at)
        percent = progress and progress.total and min(100, progress.done * 100 // progress.total)
        return {"progress": progress, "percent": percent, "is_silent": timezone.now() - last > SILENT_FOR}

    def _report(self):
        counts = self.batch.counts
        natures = [
            (severity, code, remarks.NATURES.get(code, code), how_many)
            for severity, found in remarks.counts(self.batch).items()
            for code, how_many in found.items()
        ]
        return {
            "counted": [(words, counts.get(name, 0), effect) for name, words, effect in COUNTED],
            "absent": 0 if self.batch.is_complete and not self.batch.valid_rows_only else counts.get("absent", 0),
            "natures": natures[:NATURES_SHOWN],
            "other_natures": len(natures[NATURES_SHOWN:]),
            "has_rows": self.batch.rows.exists(),
            "has_file": ImportFile.objects.filter(batch=self.batch).exists(),
        }

    def _decision(self, form):
        valid_rows_only = self.batch.counts.get("errors", 0) > 0
        return {
            "earlier": lifecycle.already_applied(self.batch),
            "valid_rows_only": valid_rows_only,
            "can_be_confirmed": lifecycle.can_be_confirmed(self.batch, valid_rows_only),
            "analysis": analysis_shown(self.batch),
            "form": form or ConfirmForm(None, lifecycle.alarms_of(self.batch, valid_rows_only)),
            "valid_lines": sum(self.batch.counts.get(name, 0) for name in ("created", "updated", "reopened")),
        }

    def _reading(self):
        asked = {"encoding": self.batch.asked_encoding, "delimiter": self.batch.asked_delimiter}
        # Never the whole of a file that may be hostile, in a process that serves pages.
        start = Substr("content", 1, reader.PREVIEW_BYTES, output_field=BinaryField())
        found = ImportFile.objects.filter(batch=self.batch).values_list(start, flat=True).first()
        encoding = asked["encoding"] or self.batch.encoding
        try:
            lines = reader.preview(bytes(found or b""), KNOWN_HEADINGS, **asked | {"encoding": encoding})
        except FileError:
            lines = []
        return {"reading_form": ReadAgainForm(initial=asked), "preview": lines}


class Action(Import):
    """What a button of the page does. Who had to sign in again before it comes by its address: the list is shown."""

    def get(self, request, pk):
        return redirect("staff:import", self.batch.pk)


class Confirm(Action):
    """ "Appliquer la liste", or only its valid lines (?lignes=valides in the form)."""

    def post(self, request, pk):
        valid_rows_only = request.POST.get("lignes") == "valides"
        if self.batch.status == Status.READY:  # otherwise it is told below
            if request.POST.get("analyse") != analysis_shown(self.batch):
                messages.error(request, lifecycle.READ_SINCE)
                return redirect("staff:import", pk)
            form = ConfirmForm(request.POST, lifecycle.alarms_of(self.batch, valid_rows_only))
            if not form.is_valid():
                return self.shown(form, status=400, refreshes=False)
        try:
            lifecycle.confirm(self.batch, request.user, valid_rows_only=valid_rows_only)
        except lifecycle.NotNow as error:
            messages.error(request, str(error))
        return redirect("staff:import", pk)


class Abandon(Action):
    """ "Abandonner cette liste"."""

    def post(self, request, pk):
        try:
            lifecycle.abandon(self.batch)
        except lifecycle.NotNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, ABANDONED)
        return redirect("staff:imports")


class ReadAgain(Action):
    """ "Relire le fichier", with another encoding or another delimiter."""

    def post(self, request, pk):
        form = ReadAgainForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Choisissez l'encodage et le séparateur dans les listes proposées.")
            return redirect("staff:import", pk)
        try:
            lifecycle.read_again(self.batch, **form.cleaned_data)
        except lifecycle.NotNow as error:
            messages.error(request, str(error))
        return redirect("staff:import", pk)
