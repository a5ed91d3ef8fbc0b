"""The dashboards: what a territory reported, at a date."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from franceservices.territories.models import Departement, Region
from sites.models import Site
from stats import territory


@require_safe
def france(request):
    return _dashboard(request, territory.FRANCE)


@require_safe
def region(request, code, slug=""):
    found = _one(Region.objects.with_population().filter(pk=code))
    return _at_its_address(request, territory.of_region(found), slug)


@require_safe
def departement(request, code, slug=""):
    found = _one(Departement.objects.filter(pk=code))
    return _at_its_address(request, territory.of_departement(found), slug)


@require_safe
def site(request, code, slug=""):
    found = _one(Site.objects.select_related("commune").exclude(status=Site.Status.WITHDRAWN).filter(external_id=code))
    return _at_its_address(request, territory.of_site(found), slug)


def _one(queryset):
    found = queryset.first()
    if found is None:
        raise Http404
    return found


def _at_its_address(request, found, slug):
    if slug != found.slug:
        return redirect(found.get_absolute_url(), permanent=True)
    return _dashboard(request, found)


def _dashboard(request, found):
    return render(request, "stats/dashboard.html", {"territory": found})
