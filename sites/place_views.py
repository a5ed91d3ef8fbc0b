"""The pages of places: a commune, a département, a région. What they show is asked of `search` and of querysets."""

from django.contrib.gis.db.models import Extent, PointField
from django.db.models import Count, Q
from django.db.models.functions import Cast
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from franceservices.territories.models import Commune, Departement, Region
from sites import search
from sites.filters import FilterForm
from sites.forms import SearchForm
from sites.freshness import version_now
from sites.models import Site

NEIGHBOURS = 8


def place_page(view):
    """What these pages have in common: read only, kept five minutes by anyone, then asked for again by their ETag."""
    keeps = cache_control(public=True, max_age=300)
    return require_safe(keeps(condition(etag_func=version_now)(view)))


@place_page
def commune(request, insee, slug=""):
    """A commune of today: its sites, then the nearest elsewhere. Codes that it replaced lead to it."""
    related = Commune.objects.select_related("departement__region", "replaced_by")
    found = _one(related.filter(pk=insee))
    if slug != found.slug or found.replaced_by:
        return redirect("sites:commune", found.today.pk, found.today.slug, permanent=True)
    filters, now = FilterForm(request.GET), timezone.now()
    wanted = filters.wanted(now)
    inside, around = search.rounds_about(found, wanted)
    results = search.of_commune(found, inside, request.GET.get("page"), wanted)
    nearby = [] if results.page.has_next() else search.nearest_outside(found, around, wanted)
    context = {
        "commune": found,
        "filters": filters,
        "now": now,
        "results": results,
        "page": results.page,
        "nearby": list(enumerate(nearby, start=results.page.end_index() + 1)),
        "neighbours": Commune.objects.around(found).only("name", "slug")[:NEIGHBOURS],
    }
    if filters.values and not (results.total or nearby) and found.location:
        here = Site.objects.open_to_public().met_within(found.location, search.OPEN_KM, timezone.localdate())
        context |= search.nothing_wanted(filters, now, here, found.location)
    return _render(request, "places/commune.html", found, context, [*results.sites, *nearby])


@place_page
def departement(request, code, slug=""):
    """A département: its sites, by commune."""
    found = _one(Departement.objects.select_related("region").filter(pk=code))
    if slug != found.slug:
        return redirect("sites:departement", found.pk, found.slug, permanent=True)
    filters, now = FilterForm(request.GET), timezone.now()
    results = search.of_departement(found, request.GET.get("page"), filters.wanted(now))
    others = Departement.objects.filter(region=found.region_id).exclude(pk=found.pk) if found.region_id else ()
    context = {"departement": found, "results": results, "page": results.page, "others": others}
    context |= {"filters": filters, "now": now}
    if filters.values and not results.total:
        here = Site.objects.open_to_public().in_departement(found.pk)
        context |= search.nothing_wanted(filters, now, here, found.communes.most_populous().location)
    return _render(request, "places/departement.html", found, context, results.sites)


@place_page
def region(request, code, slug=""):
    """A région: its départements, and how many sites each has."""
    found = _one(Region.objects.filter(pk=code))
    if slug != found.slug:
        return redirect("sites:region", found.pk, found.slug, permanent=True)
    filters, now = FilterForm(request.GET), timezone.now()
    wanted = filters.wanted(now).sites(Site.objects.open_to_public())
    in_service = Count("communes__sites", filter=Q(communes__sites__in=wanted))
    departements = found.departements.annotate(how_many=in_service).order_by("pk")
    extent = Commune.objects.filter(departement__region=found).aggregate(box=Extent(Cast("location", PointField())))
    context = {
        "region": found,
        "filters": filters,
        "now": now,
        "page": None,
        "departements": departements,
        "total": sum(one.how_many for one in departements),
        "box": extent["box"],
    }
    return _render(request, "places/region.html", found, context)


def _one(rows):
    found = rows.first()
    if not found:
        raise Http404
    return found


def _render(request, template, place, context, sites=()):
    """`sites` are those shown: they tell whether the page is one of demonstration, which spares it a query."""
    context = (
        {"relaxed": ()}
        | context
        | {
            "place": place,
            "title": f"{place} : les France services",
            "description": f"{place} : adresse, horaires du jour et téléphone de chaque France services.",
            "form": SearchForm(),
        }
    )
    if sites:
        context["shows_demonstration"] = any(site.is_demo for site in sites)
    return render(request, template, context)
