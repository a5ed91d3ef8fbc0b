"""The map of all sites: its page, with the list of the part that is asked for, and the files that it reads."""

from functools import reduce
from operator import or_
from typing import NamedTuple

from django.core.cache import cache
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from franceservices.territories.extents import BOXES
from franceservices.territories.models import Departement
from sites import map_data, search
from sites.filters import FilterForm
from sites.forms import MapForm
from sites.freshness import version_now
from sites.models import Site
from sites.querysets import SiteQuerySet
from sites.zones import Zone

MAINLAND = Zone(*BOXES["métropole"])
A_YEAR_S = 365 * 24 * 3600


class Area(NamedTuple):
    """A part of the map: what it is called, its sites, its page, and what frames it."""

    name: str
    place: str  # as in the address: 'departement=12'; '' for all of France
    sites: SiteQuerySet
    zone: Zone | None
    departements: tuple[str, ...] = ()  # whose outlines are drawn
    page: str = ""


@require_safe
@cache_control(public=True, max_age=60)
@condition(etag_func=version_now)
def sites_map(request):
    """The map, and as a list the sites of the part of it that is asked for; or how many each département has."""
    if request.GET.get("aller") is not None:
        return _gone_to(request)
    departements = all_departements()
    form, filters, now = MapForm(request.GET, departements), FilterForm(request.GET), timezone.now()
    wanted, everyone = filters.wanted(now), Site.objects.open_to_public()
    file = map_data.current()
    area = _area(form, file) if form.is_valid() else None
    with_sites = [departement for departement in departements if departement.pk in file.departements]
    context = {
        "form": form,
        "filters": filters,
        "now": now,
        "area": area,
        "mainland": MAINLAND,
        "departements": with_sites,
        "overseas": [departement for departement in with_sites if departement.pk >= "97"],
        "file": _address_of(file),
        "results": None,
    }
    if area:
        context |= _listed(area, filters, now, wanted, request.GET.get("page"))
    else:
        passing = wanted.sites(everyone).by_departement()
        context["counts"] = [(one, passing.get(one.pk, 0)) for one in with_sites]
        context["total"] = sum(count for _, count in context["counts"])
    return render(request, "sites/map.html", context, status=400 if form.errors else 200)


def all_departements():
    """Every département with its région, by région; those of none last. Asked of the database every hour."""
    ordered = Departement.objects.select_related("region").order_by("region__slug", "code")
    return cache.get_or_set("departements", lambda: list(ordered), 3600)


def _area(form, file):
    """The `Area` that a valid `MapForm` asks for, or None for all of France."""
    zone, departement, region = (form.cleaned_data[name] for name in ("zone", "departement", "region"))
    everyone = Site.objects.open_to_public()
    if zone:
        return Area("Dans cette zone", f"zone={zone}", everyone.in_zone(zone), zone)
    if not (departement or region):
        return None
    codes = [departement.pk] if departement else [one.pk for one in form.departements if one.region == region]
    zones = [file.departements[code].zone for code in codes if code in file.departements]
    territory = departement or region
    kind = "departement" if departement else "region"
    return Area(
        name=str(territory),
        place=f"{kind}={territory.pk}",
        sites=everyone.in_departement(territory.pk) if departement else everyone.in_region(territory.pk),
        zone=reduce(or_, zones) if zones else None,
        departements=tuple(codes),
        page=reverse(f"sites:{kind}", args=[territory.pk, territory.slug]),
    )


def _listed(area, filters, now, wanted, page):
    results = search.among(area.sites, page, wanted)
    if results.total:
        return {"results": results, "shows_demonstration": results.are_demonstration}
    if filters.values:
        centre = area.zone.centre if area.zone else None
        return {"results": results} | search.nothing_wanted(filters, now, area.sites, centre)
    return {"results": results, "relaxed": ()}


def _gone_to(request):
    """Where the form "Aller à" leads: 'departement-12' becomes an address that can be shared, filters kept."""
    query = request.GET.copy()
    kind, _, code = query.pop("aller")[-1].partition("-")
    for name in ("zone", "departement", "region", "page"):
        query.pop(name, None)
    if kind in ("departement", "region") and code:
        query[kind] = code
    return redirect(reverse("sites:map") + (f"?{query.urlencode()}" if query else ""))


@require_safe
@cache_control(public=True, max_age=300)
def map_sites(request):
    """Leads to the file of today's sites (see sites.map_data), whatever version was asked for before."""
    return redirect(_address_of(map_data.current()))


@require_safe
def map_sites_of(request, version):
    """The file of that version, which never changes; another version leads to today's."""
    file = map_data.current()
    if version != file.version:
        return map_sites(request)
    accepted = {name.partition(";")[0].strip() for name in request.headers.get("Accept-Encoding", "").split(",")}
    encoding = next((name for name in ("br", "gzip") if name in accepted), "")
    response = HttpResponse(
        {"br": file.brotlied, "gzip": file.gzipped}.get(encoding) or file.plain, content_type="application/json"
    )
    if encoding:
        response["Content-Encoding"] = encoding
    response["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@require_safe
@cache_control(public=True, max_age=60)
@condition(etag_func=version_now)
def map_shown(request):
    """Which sites of the file pass the filters of the address: {"sites": its address, "shown": bits, "total": n}.

    See `map_data.shown`. The file is named: a map that has read an older one reads this one first.
    """
    file = map_data.current()
    bits, total = map_data.shown(FilterForm(request.GET).wanted(timezone.now()), file)
    return JsonResponse({"sites": _address_of(file), "shown": bits, "total": total})


@require_safe
@cache_control(public=True, max_age=60)
@condition(etag_func=version_now)
def map_popup(request, external_id):
    """What the map says of a site, under its name: a fragment of a page."""
    site = Site.objects.open_to_public().for_cards().filter(external_id=external_id).first()
    if not site:
        raise Http404
    response = render(request, "sites/map/popup.html", {"site": site, "now": timezone.now()})
    response["X-Robots-Tag"] = "noindex"
    return response


def _address_of(file):
    return reverse("sites:map_sites_of", args=[file.version])
