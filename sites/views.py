"""The public pages."""

from urllib.parse import urlencode

from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from sites.asked import suggested
from sites.filters import FilterForm
from sites.forms import LABEL_LENGTH, SearchForm
from sites.models import Demarche, ImportBatch, Partner, Site
from sites.search import all_around, nearest_open, nothing_wanted, search_near, sites_named


@require_safe
def home(request):
    return render(
        request,
        "sites/home.html",
        {
            "form": SearchForm(),
            "figures": Site.objects.open_to_public().figures(),
            "last_list": ImportBatch.objects.last_applied(),
            "partners": Partner.objects.filter(is_national=True),
            "demarches": Demarche.objects.featured(),
        },
    )


@require_safe
@cache_control(private=True, no_cache=True)
def search(request):
    """The sites nearest to a place; or what to choose from, or what to mend, when the place is not plain."""
    was_asked = request.GET.keys() & {"q", "lat", "lon"}
    form, filters, now = SearchForm(request.GET if was_asked else None), FilterForm(request.GET), timezone.now()
    context = {"form": form, "filters": filters, "now": now, "results": None, "nearest_open": None}
    if form.is_valid() and form.demarches:
        return _for_demarches(request, form.demarches, context)
    if form.is_valid() and form.sites:
        context |= _named(form.sites, filters, now, request.GET.get("page"))
    elif form.is_valid() and form.place:
        context |= _found(form, filters, now, request.GET.get("page"))
    return render(request, "sites/search.html", context, status=400 if form.errors else 200)


def _found(form, filters, now, page):
    """What the page of results shows: the sites around the form's place, or what there is instead."""
    place, wanted = form.place, filters.wanted(now)
    radius = {"radius_km": form.cleaned_data["rayon"]} if form.cleaned_data["rayon"] else {}
    results = search_near(place, page=page, wanted=wanted, **radius)
    if not results.total:
        instead = nothing_wanted(filters, now, all_around(place), place.point) if filters.values else {}
        return {"results": results, **instead}
    found = {"results": results, "shows_demonstration": results.are_demonstration}  # spares the page its own query
    if results.radius_km and results.page.number == 1 and not wanted.is_dated:
        found["nearest_open"] = nearest_open(results.sites, place.point, now)
    return found


def _for_demarches(request, asked, context):
    """To the page of the démarche, or to the sites around the place that was named with it; a choice of several."""
    others = {name: value for name, value in request.GET.items() if name not in ("q", "page", "demarche")}

    def address(demarche):
        if asked.where:
            return f"{reverse('sites:search')}?{urlencode({'q': asked.where, 'demarche': demarche.slug} | others)}"
        return demarche.get_absolute_url() + (f"?{urlencode(others)}" if others else "")

    if asked.is_plain:
        return redirect(address(asked.demarches[0]))
    context["demarches"] = [(demarche, address(demarche)) for demarche in asked.demarches]
    return render(request, "sites/search.html", context)


def _named(asked, filters, now, page):
    """What the page of the sites of a name shows."""
    results = sites_named(asked.words, page, filters.wanted(now))
    found = {"results": results, "shows_demonstration": results.are_demonstration}
    if not results.total:
        everyone = Site.objects.open_to_public().named(asked.words)
        found |= nothing_wanted(filters, now, everyone, point=None)
    return found


@require_safe
@cache_control(private=True, max_age=60)
def suggestions(request):
    """What is being typed may become, as JSON: label, detail, and the address that it leads to."""
    return JsonResponse({"suggestions": [_suggestion(one) for one in suggested(request.GET.get("q", ""))]})


def _suggestion(found):
    if isinstance(found, Demarche):
        detail = f"Démarche, {found.partner}" if found.partner else "Démarche"
        return {"label": found.name, "detail": detail, "url": found.get_absolute_url()}
    if isinstance(found, Site):
        departement = found.commune.departement_id
        detail = f"Lieu d'accueil, {found.commune.name} ({departement})"
        return {"label": found.name, "detail": detail, "url": found.get_absolute_url()}
    return _suggested_place(found)


def _suggested_place(place):
    if place.kind == "address":
        query = {"lat": f"{place.point.y:.6f}", "lon": f"{place.point.x:.6f}", "label": place.label[:LABEL_LENGTH]}
    else:
        query = {"q": place.label}
    url = f"{reverse('sites:search')}?{urlencode(query)}"
    return {"label": place.label, "detail": place.detail, "url": url}
