"""The queue of what citizens report, and the two ways to deal with one."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property

from franceservices.accounts.access import Needs
from sites.models import ErrorReport
from sites.staff import reports_queue
from sites.staff.access import SitesPage

A_PAGE = 20
OTHER = "autre"


class Queue(SitesPage):
    """All of them, or those of an `etat`, or of a `site` (external id)."""

    def get(self, request):
        now, status, site = timezone.now(), request.GET.get("etat", ""), request.GET.get("site", "")
        reports = self.reports
        if status in reports_queue.STATUS_OF:
            reports = reports.filter(status=reports_queue.STATUS_OF[status])
        if site.isalnum():
            reports = reports.filter(site__external_id=site)
        page = Paginator(reports_queue.queue(reports), A_PAGE).get_page(request.GET.get("page"))
        context = {
            "page": page,
            "rows": [self._row(report, now) for report in page],
            "waiting": self.reports.filter(status=ErrorReport.Status.NEW).count(),
            "statuses": [(code, words, code == status) for code, words in reports_queue.STATUSES.items()],
            "is_filtered": status in reports_queue.STATUS_OF or site.isalnum(),
        }
        return render(request, "staff/reports/queue.html", context)

    def _row(self, report, now):
        can_edit = report.site.commune.departement_id in self.scope.edits
        waits = report.status == ErrorReport.Status.NEW
        return {
            "report": report,
            "said_today": reports_queue.said_today(report, now),
            "can_decide": can_edit and waits,
        }


class ReportPage(SitesPage):
    """A page on one report of the territory that one edits; 404 when it is not one of them."""

    needs = Needs.EDIT

    @cached_property
    def report(self):
        return get_object_or_404(reports_queue.queue(self.reports), pk=self.kwargs["pk"])

    def decided(self, said, decide, *args):
        """Decide, say so, and go back to the queue; or say who decided before."""
        try:
            decide(self.report, self.request.user, *args)
        except reports_queue.AlreadyHandled as error:
            messages.error(self.request, f"{error} Rien n'a été changé.")
        else:
            messages.success(self.request, said)
        return redirect("staff:reports")


class Accept(ReportPage):
    """ "C'est corrigé": nothing is left to edit."""

    def post(self, request, pk):
        return self.decided(f"« {self.report.site} » : le signalement est classé, merci.", reports_queue.accept)


class RejectForm(forms.Form):
    """Why: one of the usual reasons, by its rank, or one's own words."""

    reason = forms.ChoiceField(
        choices=[
            *((str(rank), words) for rank, words in enumerate(reports_queue.REASONS)),
            (OTHER, "Une autre raison"),
        ],
        error_messages={
            "required": "Choisissez une raison : la personne qui a écrit la recevra.",
            "invalid_choice": "Choisissez une des raisons proposées.",
        },
    )
    words = forms.CharField(
        required=False, max_length=300, error_messages={"max_length": "Écrivez au plus 300 caractères."}
    )

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if data.get("reason") == OTHER and "words" not in self.errors and not data.get("words"):
            self.add_error("words", "Écrivez la raison, en une phrase.")
        return data

    @property
    def why(self):
        """The reason in words."""
        chosen = self.cleaned_data["reason"]
        return self.cleaned_data["words"] if chosen == OTHER else reports_queue.REASONS[int(chosen)]


class Reject(ReportPage):
    def get(self, request, pk):
        return self._page(RejectForm())

    def post(self, request, pk):
        form = RejectForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=400)
        said = f"« {self.report.site} » : le signalement est refusé."
        return self.decided(said, reports_queue.reject, form.why)

    def _page(self, form, status=200):
        context = {
            "report": self.report,
            "said_today": reports_queue.said_today(self.report, timezone.now()),
            "form": form,
            "is_handled": self.report.status != ErrorReport.Status.NEW,
        }
        return render(self.request, "staff/reports/reject.html", context, status=status)
