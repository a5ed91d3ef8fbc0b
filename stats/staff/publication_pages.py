"""Publishing figures: an administrator chooses a territory and a date, reads what would be frozen, and publishes it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone

from franceservices.accounts.access import Needs, StaffPage
from stats import publications, territory
from stats.models import Publication
from stats.staff.publication_forms import PublicationForm

LATEST = 10


class Publish(StaffPage):
    """The form, the figures that it would freeze, and the latest publications."""

    needs = Needs.NATIONAL

    def get(self, request):
        known = territory.comparable()
        if "territoire" not in request.GET:
            return self._shown(PublicationForm(known=known))
        form = PublicationForm(request.GET, known=known)
        if not form.is_valid():
            return self._shown(form, status=400)
        return self._shown(form, publications.figures_of(form.territory, form.at))

    def post(self, request):
        form = PublicationForm(request.POST, known=territory.comparable())
        if not form.is_valid():
            return self._shown(form, status=400)
        figures = publications.figures_of(form.territory, form.at)
        if request.POST.get("vu") != publications.fingerprint(figures):
            messages.error(
                request, "Ces chiffres ont changé depuis que vous les avez lus : relisez-les avant de publier."
            )
            return self._shown(form, figures, status=409)
        publications.freeze(form.territory, form.at, form.cleaned_data["titre"], figures, request.user)
        messages.success(request, "La publication est en ligne : ses chiffres et son adresse ne changeront plus.")
        return redirect("figures:publications")

    def _shown(self, form, figures=None, status=200):
        kept = sorted(figures.values(), key=lambda one: one["rank"]) if figures else []
        context = {
            "form": form,
            "figures": kept,
            "may_change": any(one["provisional"] for one in kept),
            "seen": figures and publications.fingerprint(figures),
            "latest": Publication.objects.select_related("published_by")[:LATEST],
            "today": timezone.localdate(),
        }
        return render(self.request, "staff/publications.html", context, status=status)
