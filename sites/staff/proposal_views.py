"""What the national list proposes for the sites of one's territory."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from franceservices.accounts.access import Needs
from sites.models import ListProposal, Site
from sites.staff import proposals
from sites.staff.access import SitesPage

A_PAGE = 20


class ProposalsPage(SitesPage):
    @property
    def proposals(self):
        return ListProposal.objects.waiting().filter(site__in=self.sites)


class Proposals(ProposalsPage):
    def get(self, request):
        sites = Prefetch("site", Site.objects.with_commune().with_hours())
        waiting = self.proposals.order_by("site__commune__slug", "site", "field").select_related("batch")
        page = Paginator(waiting.prefetch_related(sites), A_PAGE).get_page(request.GET.get("page"))
        rows = [
            {"told": told, "can_edit": told.proposal.site.commune.departement_id in self.scope.edits}
            for told in proposals.told(list(page), timezone.now())
        ]
        return render(request, "staff/proposals.html", {"page": page, "rows": rows})


class KeepOurs(ProposalsPage):
    """ "Garder notre valeur"."""

    needs = Needs.EDIT

    def post(self, request, pk):
        proposal = get_object_or_404(self.proposals.select_related("site"), pk=pk)
        proposals.dismiss(proposal, request.user)
        label = proposals.LABELS.get(proposal.field, proposal.field).lower()
        messages.success(request, f"« {proposal.site} », {label} : votre valeur est gardée.")
        return redirect("staff:proposals")
