"""What search engines are told: robots.txt, and the sitemap in parts. Addresses are those of the request's own host."""

from django.contrib.sitemaps import Sitemap, views
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from franceservices.territories.models import Commune, Departement, Region
from sites.models import Demarche, Site
from sites.pages import WRITTEN


class SitesSitemap(Sitemap):
    """Sites in service, but the fictitious ones."""

    def items(self):
        return Site.objects.open_to_public().official().order_by("pk").only("external_id", "slug", "updated_at")

    def lastmod(self, site):
        return site.updated_at


class PlacesSitemap(Sitemap):
    """The places of a model, each at the page of the same name."""

    limit = 5_000  # a part of 10 000 takes two seconds

    def __init__(self, page, places):
        self.page, self.places = page, places

    def items(self):
        return self.places.order_by("pk").only("pk", "slug")

    def location(self, place):
        return reverse(self.page, args=[place.pk, place.slug])


class PagesSitemap(Sitemap):
    """The pages that there is one of."""

    def items(self):
        ours = ["home", "search", "map", "demarches", "plan-du-site", "stats", *WRITTEN]
        return [*(f"sites:{name}" for name in ours), "stats:france", "stats:compare"]

    def location(self, name):
        return reverse(name)


class DemarchesSitemap(Sitemap):
    """What to bring for each démarche, and where to go."""

    def items(self):
        return Demarche.objects.order_by("pk").only("pk")


def sitemaps():
    """Every part of the sitemap by the name it has in its address."""
    return {
        "pages": PagesSitemap(),
        "sites": SitesSitemap(),
        "demarches": DemarchesSitemap(),
        "communes": PlacesSitemap("sites:commune", Commune.objects.current()),
        "departements": PlacesSitemap("sites:departement", Departement.objects.all()),
        "regions": PlacesSitemap("sites:region", Region.objects.all()),
        "chiffres-departements": PlacesSitemap("stats:departement", Departement.objects.all()),
        "chiffres-regions": PlacesSitemap("stats:region", Region.objects.all()),
    }


@require_safe
@cache_control(public=True, max_age=3600)
def index(request):
    return views.index(request, sitemaps(), sitemap_url_name="sites:sitemap_part")


@require_safe
@cache_control(public=True, max_age=3600)
def part(request, section):
    return views.sitemap(request, sitemaps(), section)


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request):
    """Everything may be read but results of searches and parts of the map, as many as what people type and look at."""
    address = request.build_absolute_uri(reverse("sites:sitemap"))
    lines = ["User-agent: *", "Disallow: /recherche/?", "Disallow: /carte/?", "", f"Sitemap: {address}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
