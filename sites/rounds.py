"""Where itinerant sites are met: the stop of each round that is nearest to a point, and its next passage."""

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db.models import Q
from django.utils import timezone

from franceservices.territories.models import Commune
from sites import passages
from sites.filters import ANY
from sites.models import Site, Stop
from sites.opening_hours import Schedule, State, closures_from_rows
from sites.public_holidays import holiday_name

AROUND_KM = 50  # how far from a commune its page looks for rounds


@dataclass(frozen=True)
class Meeting:
    """The stop of a round nearest to someone: how far it is, where, and its next `Passage`.

    `when` is the passage as one says it today, at the stop's own time; `state` is None unless it is there now.
    """

    metres: float
    location: Point
    passage: passages.Passage
    when: str
    state: State | None


def nearest_stops(sites, point, km, wanted=ANY):
    """{site's pk: `Meeting`} of the rounds among `sites` (a queryset) that pass within `km` and 30 days. One query.

    At the stops that the `Filters` want.
    """
    stops = wanted.slots(Stop.objects.of(sites).within(point, km))
    return _meetings(stops.ordered_from(point).for_meetings())


def in_and_around(sites, commune, wanted=ANY):
    """The rounds among `sites` that pass in a commune of today, and those that only pass within `AROUND_KM`. One query.

    Two {site's pk: `Meeting`}, nearest to the commune's centre; the second is empty when it has no known point.
    """
    stops = wanted.slots(Stop.objects.of(sites))
    here = Q(commune__in=Commune.objects.codes_of(commune.pk))
    if not commune.location:
        return _meetings(stops.filter(here).ordered_from(None).for_meetings()), {}
    nearby = Q(location__dwithin=(commune.location, D(km=AROUND_KM)))
    rows = stops.filter(here | nearby).ordered_from(commune.location).for_meetings(is_inside=here)
    within = _meetings(row for row in rows if row["is_inside"])
    around = _meetings(row for row in rows if not row["is_inside"] and row["site"] not in within)
    return within, around


def metres_of(meetings):
    """{site's pk: metres}, for `SiteQuerySet.ordered_from`."""
    return {pk: meeting.metres for pk, meeting in meetings.items()}


def with_meetings(sites, meetings):
    """Give each of the sites that has one its `.meeting`."""
    for site in sites:
        if site.pk in meetings:
            site.meeting = meetings[site.pk]
    return sites


def _meetings(rows):
    found: dict[int, Meeting] = {}
    now = timezone.now()
    for stop in rows:
        if stop["site"] not in found:
            meeting = _meeting(stop, now)
            if meeting:
                found[stop["site"]] = meeting
    return found


def _meeting(row, now):
    """The `Meeting` at a stop, or None when nobody passes there within 30 days."""
    schedule = Schedule(
        slots=(),
        timezone=ZoneInfo(row["timezone"]),
        holiday_name=partial(holiday_name, row["calendar"]),
        closures=closures_from_rows(row["closure_rows"]),
        itinerant=True,
        by_appointment=row["appointment"] == Site.Appointment.REQUIRED,
    )
    stops = passages.stops_from_rows([[row[name] for name in passages.STOP_FIELDS]])
    coming = passages.coming(stops, schedule, now)
    if not coming:
        return None
    distance = row["distance"]
    when = coming[0].when(now.astimezone(schedule.timezone).date())
    state = passages.state_at_stop(coming[0], now.astimezone(schedule.timezone))
    return Meeting(distance.m if distance else 0.0, row["location"], coming[0], when, state)
