"""The public pages of the figures that were published: the list, and each of them for good."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from stats import publications, territory
from stats.models import Publication

PER_PAGE = 20
KEPT_S = 300


@require_safe
def all_of_them(request):
    page = Paginator(Publication.objects.all(), PER_PAGE).get_page(request.GET.get("page"))
    return _kept(render(request, "stats/publications.html", {"page": page}))


@require_safe
def one(request, pk):
    publication = get_object_or_404(Publication, pk=pk)
    found = territory.comparable().get(publication.territory)
    lines = publications.lines_of(publication, found)
    headlines, others = ([line for line in lines if line.is_headline is which] for which in (True, False))
    context = {
        "publication": publication,
        "headlines": headlines,
        "others": others,
        "lines": [*headlines, *others],
        "has_changed": any(not line.is_the_same for line in lines),
        "territory": found,
        "link": request.build_absolute_uri(publication.get_absolute_url()),
    }
    return _kept(render(request, "stats/publication.html", context))


def _kept(response):
    """Everyone sees the same, agents too."""
    patch_cache_control(response, public=True, max_age=KEPT_S)
    return response
