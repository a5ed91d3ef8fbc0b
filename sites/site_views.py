"""A site's page, and what one takes away from it."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from sites import opening_hours, search
from sites.models import Partner, Site
from sites.osm_hours import in_osm
from sites.structured_data import government_office
from sites.written_hours import WEEKDAYS


@require_safe
def site(request, external_id, slug=""):
    """A site's page, at its one true address."""
    found = _one(external_id)
    if slug != found.slug:
        return _moved(found.get_absolute_url())
    now = timezone.now()
    today = now.astimezone(found.schedule.timezone).date()
    context = {
        "site": found,
        "now": now,
        "today": today,
        "network": _network(found),
        "network_days": WEEKDAYS,
        "partners": Partner.objects.present_in(found),
        "closures": found.closures.to_come(today).select_related("replacement"),
        "holidays": [] if found.is_itinerant else opening_hours.holidays_to_come(found.schedule, today),
        "osm_hours": in_osm(found.schedule),
        "nearest_open": _nearest_open(found, now),
        "description": f"{found.name}, {found.postal_code} {found.commune.name} : horaires, téléphone, itinéraire.",
        "structured_data": government_office(found, request.build_absolute_uri(found.get_absolute_url()), today),
    }
    return render(request, "sites/site.html", context)


def _one(external_id):
    """The site of that number, with all that its page says of hours and places; 404 when it was withdrawn."""
    sites = Site.objects.exclude(status=Site.Status.WITHDRAWN).with_territories().with_hours()
    found = sites.filter(external_id=external_id).first()
    if not found:
        raise Http404
    return found


def _moved(address):
    """A name may come back: browsers must not keep both ways for ever."""
    response = redirect(address, permanent=True)
    patch_cache_control(response, max_age=3600)
    return response


def _network(site):
    """The sites of its network, itself among them, by commune; none when it is alone."""
    others = list(site.others_of_its_network().with_hours())
    return sorted([site, *others], key=lambda one: (one.commune.name, one.pk)) if others else []


def _nearest_open(site, now):
    """The site nearest to a closed one that is open now, with its `.distance`; None when that is of no use."""
    if site.is_itinerant or site.status != Site.Status.ACTIVE:
        return None
    return search.nearest_open([site], site.location, now)
