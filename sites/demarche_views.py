"""The pages of démarches: what to bring, whom it depends on, and where to go."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from sites.filters import FilterForm
from sites.forms import SearchForm
from sites.models import Demarche


@require_safe
@cache_control(public=True, max_age=300)
def demarches(request):
    """All of them, by partner."""
    return render(
        request, "demarches/demarches.html", {"demarches": Demarche.objects.by_partner(), "form": SearchForm()}
    )


@require_safe
@cache_control(public=True, max_age=300)
def demarche(request, slug):
    """One of them. Filters of the address are kept for the search that starts here."""
    found = get_object_or_404(Demarche.objects.select_related("partner"), pk=slug)
    filters = FilterForm(request.GET.dict() | {"demarche": slug})
    others = Demarche.objects.of_same_partner(found)
    context = {"demarche": found, "others": others, "form": SearchForm(), "filters": filters}
    return render(request, "demarches/demarche.html", context)
