"""A site's page, and what one takes away from it."""

import hashlib
import threading

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from sites import opening_hours, search
from sites.calendar_file import calendar_of
from sites.models import ImportBatch, Partner, Site
from sites.osm_hours import in_osm
from sites.structured_data import government_office
from sites.written_hours import WEEKDAYS

AT_ONCE = threading.BoundedSemaphore(1)  # a sheet takes half a second of a whole processor
PATIENCE_S = 10
PLAIN = "text/plain; charset=utf-8"
BUSY = "Beaucoup de fiches sont demandées en ce moment. Attendez dix secondes, puis recommencez."


@require_safe
def site(request, external_id, slug=""):
    """A site's page, at its one true address."""
    found = _one(external_id)
    if slug != found.slug:
        return _moved(found.get_absolute_url())
    return page_of(request, found)


def page_of(request, found, template="sites/site.html"):
    """The page of a site that `with_hours()` and `with_territories()` found."""
    now = timezone.now()
    context = _context(request, found, now) | {
        "network": _network(found) if found.status == Site.Status.ACTIVE else [],
        "network_days": WEEKDAYS,
        "osm_hours": in_osm(found.schedule),
        "has_hours": bool(found.planned_stops if found.is_itinerant else found.schedule.slots),
        "nearest_open": _nearest_open(found, now),
        "instead": search.nearest_doors(found.location) if found.status == Site.Status.CLOSED else [],
        "last_list": None if found.is_demo else ImportBatch.objects.last_applied(),
    }
    context["partners"] = context["partners"].prefetch_related("demarches")
    context["structured_data"] = government_office(found, context["url"], context["today"])
    return render(request, template, context)


@require_safe
def sheet(request, external_id, slug=""):
    """The same to print: one A4 page, in large print."""
    found = _one(external_id)
    if slug != found.slug:
        return _moved(found.sheet_url)
    context = _context(request, found, timezone.now())
    return _file(request, context, f"{found.slug}.pdf", "application/pdf", _printed)


@require_safe
def calendar(request, external_id, slug=""):
    """The year to come of a site, for a calendar."""
    found = _one(external_id)
    if slug != found.slug:
        return _moved(found.calendar_url)
    context = _context(request, found, timezone.now())
    return _file(request, context, f"{found.slug}.ics", "text/calendar; charset=utf-8", _year)


def _file(request, context, name, content_type, write):
    """What `write(context)` makes, as a file to keep; not made again as long as what it says is the same."""
    site, partners = context["site"], [str(partner) for partner in context["partners"]]
    says = (
        site.updated_at,
        site.slot_rows,
        site.closure_rows,
        site.stop_rows,
        context["today"],
        context["url"],
        partners,
    )
    etag = f'"{hashlib.sha256(repr(says).encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if not response:
        written = write(context)
        if not written:
            return HttpResponse(
                BUSY, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "10"}
            )
        response = HttpResponse(written, content_type=content_type)
        response["Content-Disposition"] = f'inline; filename="{name}"'
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=300)
    return response


def _printed(context):
    from sites.sheet import sheet_of  # half a second, that only who prints pays for

    if not AT_ONCE.acquire(timeout=PATIENCE_S):
        return None
    try:
        return sheet_of(context)
    finally:
        AT_ONCE.release()


def _year(context):
    site = context["site"]
    found = site.status == Site.Status.ACTIVE and calendar_of(site, context["url"], context["today"])
    if not found:
        raise Http404
    return found


def _context(request, site, now):
    """What the page and the sheet both say."""
    today = now.astimezone(site.schedule.timezone).date()
    return {
        "site": site,
        "now": now,
        "today": today,
        "url": request.build_absolute_uri(site.get_absolute_url()),
        "week": opening_hours.week_rows(site.schedule, now),
        "partners": Partner.objects.present_in(site),
        "closures": site.closures.to_come(today).select_related("replacement"),
        "holidays": [] if site.is_itinerant else opening_hours.holidays_to_come(site.schedule, today),
        "description": f"{site.name}, {site.postal_code} {site.commune.name} : horaires, téléphone, itinéraire.",
    }


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
