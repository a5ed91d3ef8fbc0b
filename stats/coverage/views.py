"""The public pages of coverage: who is within 30 minutes, and what a site more or less would change."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from franceservices.territories.models import Departement, Region
from stats import tables, territory
from stats.coverage.forms import WhatIfForm
from stats.coverage.proximity import Proximity, address
from stats.coverage.sentences import Answer

PER_PAGE = 50
KEPT_S = 300


@require_safe
def france(request, table="", file_format=""):
    return _coverage(request, territory.FRANCE, "", table, file_format)


@require_safe
def region(request, code, slug="", table="", file_format=""):
    found = territory.of_region(get_object_or_404(Region, pk=code))
    return _coverage(request, found, slug, table, file_format)


@require_safe
def departement(request, code, slug="", table="", file_format=""):
    known = get_object_or_404(Departement.objects.select_related("region"), pk=code)
    found = territory.of_departement(known, territory.above(known))
    return _coverage(request, found, slug, table, file_format)


@require_safe
def what_if(request):
    """Who would be nearer to a site that opened in a commune, or farther if a site closed."""
    form = WhatIfForm(request.GET)
    answer = Answer(form.commune, form.site) if form.commune or form.site else None
    context = {"form": form, "answer": answer}
    return _kept(request, render(request, "stats/coverage/what_if.html", context, status=form.status))


def _coverage(request, found, slug, table, file_format):
    if (slug or "") != found.slug:
        return redirect(address(found), permanent=True)
    proximity = Proximity(found)
    response = _file(proximity, table, file_format) if table else _page(request, proximity)
    return _kept(request, response)


def _page(request, proximity):
    found = proximity.territory
    context = {"territory": found, "proximity": proximity, "link": request.build_absolute_uri(address(found))}
    context["above"] = [(one.name, address(one)) for one in found.above]
    if proximity.access:
        page = Paginator(proximity.beyond(), PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "communes": proximity.communes_table(page), "rankings": proximity.rankings()}
        context["map"] = proximity.map()
    return render(request, "stats/coverage/coverage.html", context)


def _file(proximity, code, file_format):
    """All the lines of a table, those of the other pages of the list included."""
    table = proximity.table(code)
    if table is None:
        raise Http404
    response = HttpResponse(tables.WRITERS[file_format](table), content_type=tables.FORMATS[file_format])
    where, day = proximity.territory.slug or "france", timezone.localdate(proximity.access.computed_at)
    name = f"france-services-{where}-proximite-{code}-{day:%Y-%m-%d}.{file_format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _kept(request, response):
    """Anyone may keep it for five minutes: it is the same for all, but for the header of who signed in."""
    if not request.user.is_authenticated:
        patch_cache_control(response, public=True, max_age=KEPT_S)
    return response
