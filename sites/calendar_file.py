"""The hours of a site, or the passages of a round, as a calendar that telephones read (iCalendar, RFC 5545). Pure."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar, Event, vGeo, vRecur

from sites.opening_hours import RANKS, Slot

DAYS = 365  # what is told ahead: later, public holidays and closures are not known
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ORDINALS = {rank: number for number, rank in enumerate(RANKS, start=1)} | {"last": -1}


class Appointment(NamedTuple):
    """A `Slot` that comes back, and where: the site's own address, or the stop of a round."""

    slot: Slot
    where: str


def calendar_of(site, url, today):
    """The year from `today` at a site, as the bytes of an .ics file; None when nobody knows when it opens.

    Days when it is closed are left out one by one, so that public holidays and closures hold.
    """
    appointments = _appointments(site)
    events = [event for one in appointments if (event := _event(site, one, url, today))]
    if not events:
        return None
    calendar = Calendar()
    calendar.add("prodid", "-//France services//Annuaire//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", site.name)
    calendar.add("x-wr-timezone", site.schedule.timezone.key)
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones(today - timedelta(days=DAYS), today + timedelta(days=2 * DAYS))
    return calendar.to_ical()


def _appointments(site):
    if site.is_itinerant:
        return [Appointment(stop.slot, f"{stop.place}, {stop.commune}") for stop in site.planned_stops]
    lines = (site.address, site.address_extra, f"{site.postal_code} {site.commune.name}")
    return [Appointment(slot, ", ".join(line for line in lines if line)) for slot in site.schedule.slots]


def _event(site, appointment, url, today):
    """The event of a slot, or None when it does not take place within the year."""
    slot, schedule = appointment.slot, site.schedule
    days = [day for day in (today + timedelta(days=ahead) for ahead in range(DAYS)) if slot.falls_on(day)]
    closed = [day for day in days if schedule.holiday_name(day) or schedule.closure_on(day)]
    if len(closed) == len(days):
        return None
    event = Event()
    event.add("uid", _identifier(site, slot))
    event.add("dtstamp", site.updated_at)
    event.add("dtstart", _at(days[0], slot.opens, schedule))
    event.add("dtend", _at(days[0], slot.closes, schedule))
    event.add("summary", _summary(site, schedule.needs_appointment(slot)))
    event.add("location", appointment.where)
    event.add("url", url)
    event.add("transp", "TRANSPARENT")  # it fills nobody's day
    if not site.is_itinerant:
        event["geo"] = vGeo((site.location.y, site.location.x))
    if slot.weeks in ("odd", "even"):  # no rule of the standard counts weeks of 53-week years as ISO does
        event.add("rdate", [_at(day, slot.opens, schedule) for day in days[1:]])
    else:
        event.add("rrule", _rule(slot, _at(days[-1], slot.opens, schedule)))
    if closed:
        event.add("exdate", [_at(day, slot.opens, schedule) for day in closed])
    return event


def _rule(slot, last):
    until = last.astimezone(UTC)
    weekday = WEEKDAYS[slot.weekday - 1]
    if slot.weeks == "all":
        return vRecur(freq="WEEKLY", byday=weekday, until=until)
    return vRecur(freq="MONTHLY", byday=f"{ORDINALS[slot.weeks]}{weekday}", until=until)


def _identifier(site, slot):
    """The same at each download, so that a calendar updates its events."""
    starts = f"{slot.valid_from:%Y%m%d}" if slot.valid_from else "toujours"
    return f"{site.external_id}-{slot.weekday}-{slot.opens:%H%M}-{slot.weeks}-{starts}@france-services"


def _summary(site, by_appointment):
    words = "passage" if site.is_itinerant else "sur rendez-vous" if by_appointment else "ouvert"
    return f"{site.name} : {words}"


def _at(day, time, schedule):
    return datetime.combine(day, time, tzinfo=schedule.timezone)
