"""How distances, hours and phone numbers of the directory are written."""

import json
import re

from django import template
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from sites import opening_hours, passages, search, written_hours
from sites.models import SitePartner

register = template.Library()
NEVER_MARKUP = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
COORDINATES = re.compile(r"-?[\d.]+, -?[\d.]+")


@register.filter
def state_at(site, moment):
    """The `State` of a site at an aware datetime; that of a round met at a stop, when it is there."""
    return search.state_at(site, moment)


@register.filter
def hours_on_the_day_of(site, moment):
    """The site's hours on the day of an aware datetime: '9 h - 12 h, 14 h - 17 h', or ''."""
    return opening_hours.today_in_french(site.schedule, moment)


@register.filter
def spans_by_day(site, moment):
    """The usual hours of a site, as a list for each day from Monday; [] when there are none to tell."""
    return [] if site.is_itinerant else [row.spans for row in opening_hours.week_rows(site.schedule, moment)]


@register.filter
def round_at(site, moment):
    """The passages of a site's 30 days from an aware datetime, as `passages.Week`s."""
    today = moment.astimezone(site.schedule.timezone).date()
    return passages.by_week(passages.coming(site.planned_stops, site.schedule, moment), today)


@register.filter
def in_french_km(distance):
    """A `Distance` as 'moins de 100 m', '350 m', '2,3 km' or '48 km'. A commune's point is no doorstep."""
    if distance.m < 100:
        return "moins de 100 m"
    if distance.m < 995:
        return f"{round(distance.m, -1):.0f} m"
    digits = 1 if distance.km < 9.95 else 0
    return f"{number_format(round(distance.km, digits), digits)} km"  # number_format cuts, it does not round


@register.filter(expects_localtime=True)
def day_in_french(day):
    """A date or datetime as '1er avril 2023'."""
    return f"{day.day}{'er' if day.day == 1 else ''} {date_format(day, 'F Y')}"


@register.filter
def dialable(phone):
    """A phone number as the `tel:` address of a link wants it."""
    return "".join(character for character in phone if character.isdigit() or character == "+")


@register.filter
def unlocalized(number):
    """A number as machines read it: at most six decimals, a point, no thousands separator."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


@register.filter
def heading(place):
    """What the results around a `Place` are called: 'France services près de Rodez (12)', 'Occitanie (région)…'."""
    if place.kind in ("departement", "region"):
        return f"{place.label} : les France services"
    if place.kind == "position" and COORDINATES.fullmatch(place.label):
        return "France services près de ce point"
    return f"France services près de {place.label}"


@register.filter
def places_found(count):
    """How many sites a page lists, for its title, which is read out first: 'aucun lieu', '1 lieu', '12 lieux'."""
    return f"{number_format(count, force_grouping=True)} lieu{'x' if count > 1 else ''}" if count else "aucun lieu"


@register.filter
def presence(mode):
    """How a partner is present in a site: 'Permanence sur place'."""
    return SitePartner.Mode(mode).label


@register.filter
def closed_days(closure, today):
    """The days of a `Closure` that is not over, as seen from a date: 'du 24 décembre au 2 janvier'."""
    return written_hours.closed_days_in_french(closure.starts, closure.ends, today)


@register.filter
def weekday_in_french(day):
    """A date as 'vendredi 25 décembre 2026'."""
    return f"{written_hours.WEEKDAYS[day.weekday()]} {day_in_french(day)}"


@register.filter
def json_ld(data):
    """What search engines read of the page: a data block, which browsers never run (the security policy allows it)."""
    text = json.dumps(data, ensure_ascii=False).translate(NEVER_MARKUP)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 (escaped above)
