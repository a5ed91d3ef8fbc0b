"""The pages that a public service owes to everyone: who publishes it, what it does with data, how accessible it is…

What they say of the publisher comes from the settings; what is not given there is shown as missing.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.shortcuts import render
from django.views.decorators.http import require_safe

from franceservices.territories.models import Commune, Departement
from sites.models import ImportBatch, Site

# The last part of the address -> the title. templates/pages/ holds a template for each.
WRITTEN = {
    "accessibilite": "Accessibilité : partiellement conforme",
    "budget": "Budget",
    "contact": "Contact",
    "cookies": "Gestion des cookies",
    "donnees-personnelles": "Données personnelles",
    "facile-a-lire": "France services en facile à lire",
    "mentions-legales": "Mentions légales",
}


@require_safe
def written(request, slug):
    """A page whose text changes with the settings only."""
    hosts = {
        "geocoder_host": urlsplit(settings.GEOCODER_URL).hostname,
        "routing_host": urlsplit(settings.ROUTING_URL).hostname,  # None without a service
        "tiles_host": urlsplit(settings.TILES_URL).hostname,
    }
    return render(request, f"pages/{slug}.html", {"title": WRITTEN[slug], "publisher": settings.PUBLISHER} | hosts)


@require_safe
def statistics(request):
    context = {
        "title": "Statistiques",
        "figures": Site.objects.open_to_public().figures(),
        "last_list": ImportBatch.objects.last_applied(),
    }
    return render(request, "pages/stats.html", context)


@require_safe
def site_map(request):
    communes = Commune.objects.current().filter(departement=OuterRef("pk"), location__isnull=False, population__gt=0)
    inhabited = Departement.objects.filter(Exists(communes))
    departements = inhabited.select_related("region").order_by("region__slug", "code")  # those of no region come last
    return render(request, "pages/plan-du-site.html", {"title": "Plan du site", "departements": departements})
