"""The way of a file of figures: received, analysed, confirmed, applied, taken back; or abandoned."""

from collections import defaultdict
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header

from franceservices.accounts.access import Needs, StaffPage
from sites.imports.cells.issues import ERROR
from sites.imports.files import workbook
from sites.models import Partner
from sites.staff.imports.file_views import XLSX, stem_of
from stats import months, tables
from stats.imports import lifecycle, undo
from stats.imports.remarks import KEPT_OF_A_KIND, TITLES
from stats.models import ActivityFile, ActivityImport, ActivityProgress
from stats.staff.import_forms import UploadForm

Status = ActivityImport.Status
PER_PAGE, REMARKS_PER_PAGE = 20, 50
REFRESH_S = 3
SILENT_FOR = timedelta(minutes=2)
# Status -> (number of the step, its name, the next one's name)
STEPS = {
    Status.RECEIVED: (2, "Analyse du fichier", "relire et confirmer"),
    Status.REFUSED: (2, "Analyse du fichier", "corriger le fichier, ou en déposer un autre"),
    Status.READY: (3, "Relire et confirmer", "application des chiffres"),
    Status.CONFIRMED: (4, "Application des chiffres", ""),
    Status.APPLIED: (4, "Chiffres appliqués", ""),
}
ASKED = "L'annulation est lancée. Elle dure quelques secondes : rechargez la page pour voir où elle en est."


def analysis_shown(batch):
    """What a page that asks for a decision sends back: the analysis that it showed."""
    return batch.analysed_at.isoformat() if batch.analysed_at else ""


class FiguresPage(StaffPage):
    """A page on the files of figures that were received; those of demonstration are none."""

    needs = Needs.NATIONAL

    @property
    def batches(self):
        return ActivityImport.objects.filter(is_demo=False)


class Imports(FiguresPage):
    """The form to send a file, then all those that were received."""

    def get(self, request):
        return self._shown(UploadForm())

    def post(self, request):
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._shown(form, status=400)
        name, data = form.cleaned_data["file"]
        batch = lifecycle.receive(name, data, request.user)
        return redirect("figures:import", batch.pk)

    def _shown(self, form, status=200):
        batches = self.batches.select_related("received_by", "applied_by", "taken_back_by")
        page = Paginator(batches, PER_PAGE).get_page(self.request.GET.get("page"))
        return render(self.request, "staff/activity/imports.html", {"form": form, "page": page}, status=status)


class ImportPage(FiguresPage):
    """A page on one of those files; 404 when it is not one of them."""

    @cached_property
    def batch(self):
        related = self.batches.select_related("received_by", "applied_by", "taken_back_by")
        return get_object_or_404(related, pk=self.kwargs["pk"])


class Import(ImportPage):
    """A file, at whatever point of its way."""

    def get(self, request, pk):
        refreshes = self.batch.is_in_progress and request.GET.get("actualiser") != "non"
        batch = self.batch
        context = {"batch": batch, "step": STEPS.get(batch.status), "refreshes": refreshes}
        context |= self._progress() if batch.is_in_progress else self._report()
        response = render(request, "staff/activity/import.html", context)
        if refreshes:  # a header: a tag in the page would be read out, and could not be stopped
            response["Refresh"] = f"{REFRESH_S}; url={request.path}"
        return response

    def _progress(self):
        progress = ActivityProgress.objects.filter(batch=self.batch).first()
        last = max(progress.updated_at if progress else self.batch.received_at, self.batch.received_at)
        percent = progress and progress.total and min(100, progress.done * 100 // progress.total)
        return {"progress": progress, "percent": percent, "is_silent": timezone.now() - last > SILENT_FOR}

    def _report(self):
        natures = natures_of(self.batch)
        chosen = self.request.GET.get("nature", "")
        issues = self.batch.issues.order_by("severity", "line", "pk")
        if chosen in {code for _, code, *_ in natures}:
            issues = issues.filter(code=chosen)
        return {
            "natures": natures,
            "chosen": chosen,
            "issues": Paginator(issues, REMARKS_PER_PAGE).get_page(self.request.GET.get("page")),
            "by_month": totals_by_month(self.batch),
            "by_partner": totals_by_partner(self.batch),
            "earlier": self.batch.status == Status.READY and lifecycle.already_applied(self.batch),
            "can_be_confirmed": lifecycle.can_be_confirmed(self.batch),
            "analysis": analysis_shown(self.batch),
        }


def natures_of(batch):
    """[(severity, code, title, how many are kept, whether there may be more), …]: errors first."""
    found = (
        batch.issues.values_list("severity", "code").annotate(kept=Count("pk")).order_by("severity", "-kept", "code")
    )
    return [(severity, code, TITLES[severity][code], kept, kept == KEPT_OF_A_KIND) for severity, code, kept in found]


def totals_by_month(batch):
    """The table of each month's total, before and after."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for month, _, before, after in batch.totals:
        sums[month][0] += before
        sums[month][1] += after
    rows = [(tables.text(_month(month)), *_change(*counts)) for month, counts in sums.items()]
    return tables.Table("mois", f"{_what(batch)}, mois par mois", ("Mois", "Avant", "Après", "Écart"), rows)


def totals_by_partner(batch):
    """The same, partner by partner; without lines for the answers of users."""
    names = dict(Partner.objects.values_list("code", "name"))
    rows = [
        (tables.text(_month(month)), tables.text(names[partner]), *_change(before, after))
        for month, partner, before, after in batch.totals
        if partner
    ]
    columns = ("Mois", "Partenaire", "Avant", "Après", "Écart")
    return tables.Table("partenaires", f"{_what(batch)}, par mois et par partenaire", columns, rows)


def _month(code):
    return months.in_french(months.from_code(code))


def _what(batch):
    return "Répondants" if batch.subject == ActivityImport.Subject.SATISFACTION else "Démarches accompagnées"


def _change(before, after):
    gap = after - before
    sign = "+" if gap > 0 else "−" if gap < 0 else ""
    written = f"{sign}{tables.count(abs(gap)).text}"
    return tables.count(before), tables.count(after), tables.Cell(gap, written, is_number=True)


class Action(ImportPage):
    """What a button of the page does. Who had to sign in again before it comes by its address: the file is shown."""

    def get(self, request, pk):
        return redirect("figures:import", self.batch.pk)

    def post(self, request, pk):
        try:
            self.act()
        except lifecycle.NotNow as error:
            messages.error(request, str(error))
        return redirect("figures:import", self.batch.pk)

    def act(self):
        """Do it, or raise `NotNow`."""
        raise NotImplementedError


class Confirm(Action):
    """ "Appliquer ces chiffres"."""

    def act(self):
        if self.batch.status == Status.READY and self.request.POST.get("analyse") != analysis_shown(self.batch):
            raise lifecycle.NotNow(lifecycle.READ_SINCE)
        lifecycle.confirm(self.batch, self.request.user)


class Abandon(Action):
    """ "Abandonner ce fichier"."""

    def act(self):
        lifecycle.abandon(self.batch)
        messages.success(self.request, "Le fichier est abandonné : rien n'a été écrit.")


class TakeBack(Action):
    """GET shows what would be undone; POST has it done."""

    def get(self, request, pk):
        if self.batch.status != Status.APPLIED:
            return redirect("figures:import", pk)
        context = {"batch": self.batch, "later": undo.later_imports(self.batch)}
        return render(request, "staff/activity/take_back.html", context)

    def act(self):
        lifecycle.take_back(self.batch, self.request.user)
        messages.success(self.request, ASKED)


class ReceivedFile(ImportPage):
    """The file as it was received."""

    def get(self, request, pk):
        data = bytes(get_object_or_404(ActivityFile, batch=self.batch).content)
        is_workbook = data.startswith(workbook.SIGNATURE)
        suffix, content_type = (".xlsx", XLSX) if is_workbook else (".csv", "text/csv")
        return _attached(data, stem_of(self.batch.file_name) + suffix, content_type)


class RemarksFile(ImportPage):
    """The remarks on the file, as a table to work through."""

    def get(self, request, pk):
        columns = ("Ligne", "Cellule", "Colonne", "Valeur", "Gravité", "Remarque", "Ce qu'il faut savoir")
        rows = [
            (
                tables.Cell(issue.line, str(issue.line), is_number=True),
                *(tables.text(words) for words in (issue.cell, issue.column, issue.value)),
                tables.text("erreur" if issue.severity == ERROR else "avertissement"),
                tables.text(TITLES[issue.severity][issue.code]),
                tables.text(issue.message),
            )
            for issue in self.batch.issues.order_by("severity", "line", "pk")
        ]
        table = tables.Table("remarques", "Remarques", columns, rows)
        return _attached(tables.as_csv(table), f"{stem_of(self.batch.file_name)}-remarques.csv", tables.FORMATS["csv"])


def _attached(data, name, content_type):
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response
