"""Questions on when people are received, in SQL: the same for weekly slots and for the stops of rounds.

The rules are those of `opening_hours`, told to the database so that it can look among all sites; tests compare both.
"""

from collections import defaultdict
from datetime import date, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.measure import D
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db import models
from django.db.models import DurationField, Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, TimeField, Value
from django.db.models.functions import Greatest, JSONArray, Least

from franceservices.territories.models import Commune, Departement
from sites.opening_hours import CLOSURE_FIELDS, weeks_of
from sites.passages import STOP_FIELDS
from sites.public_holidays import calendars_with_a_holiday

WEEK = 7
EVENING = time(18)
LUNCH = (time(12), time(14))
AN_HOUR = timedelta(hours=1)


class Window(NamedTuple):
    """Slots of a date: all, or those that close after a time, have closed by another, have opened by a third."""

    day: date
    closes_after: time | None = None
    closed_by: time | None = None
    opened_by: time | None = None

    @property
    def slots(self):
        """As a `Q`: none on a public holiday of their département, nor while their site is closed."""
        day = self.day
        closures = apps.get_model("sites", "Closure").objects.covering(day).filter(site=OuterRef("site"))
        calendars = calendars_with_a_holiday(day)
        return (
            Q(weekday=day.isoweekday(), weeks__in=weeks_of(day))
            & (Q(valid_from=None) | Q(valid_from__lte=day))
            & (Q(valid_until=None) | Q(valid_until__gte=day))
            & (Q(closes__gt=self.closes_after) if self.closes_after else Q())
            & (Q(closes__lte=self.closed_by) if self.closed_by else Q())
            & (Q(opens__lte=self.opened_by) if self.opened_by else Q())
            & (~Q(site__commune__departement__holiday_calendar__in=calendars) if calendars else Q())
            & ~Exists(closures)
        )


def under_way(local):
    """The `Window` of slots that have begun at a site's own datetime and are not over."""
    return [Window(local.date(), closes_after=local.time(), opened_by=local.time())]


def coming(local, at=None):
    """The `Window`s of a week from a site's own datetime.

    Today's slots that are over are those of the same day next week; with the time `at`, the whole day is, past it.
    """
    today, clock = local.date(), local.time()
    days = [today + timedelta(days=ahead) for ahead in range(WEEK + 1)]
    if at:
        return [Window(day) for day in (days[1:] if at < clock else days[:-1])]
    first, *others, last = days
    return [Window(first, closes_after=clock), *(Window(day) for day in others), Window(last, closed_by=clock)]


def timezones():
    """The time zones of France, asked of the database every hour."""
    return cache.get_or_set("timezones", lambda: list(Departement.objects.timezones()), 3600)


class SlotQuerySet(models.QuerySet):
    """Slots of sites, asked at the aware datetime `now`: each site's département gives the date and the hour."""

    def open_at(self, now):
        """Those under way, to which one comes without an appointment."""
        return self._in(now, under_way).without_appointment()

    def taking_place(self, now, weekday=None, at=None):
        """Those that take place within a week, at the next return of their day; of an ISO `weekday`, if given."""
        return self._in(now, lambda local: [w for w in coming(local, at) if weekday in (None, w.day.isoweekday())])

    def _in(self, now, windows):
        """Those in one of the `Window`s that the function `windows` gives for the datetime of their site."""
        zones = defaultdict(list)
        for zone in timezones():
            for window in windows(now.astimezone(ZoneInfo(zone))):
                zones[window].append(zone)
        branches = [Q(site__commune__departement__timezone__in=zones[window]) & window.slots for window in zones]
        return self.filter(Q(*branches, _connector=Q.OR))

    def at_time(self, at):
        """Those under way at a time of their day."""
        return self.filter(opens__lte=at, closes__gt=at)

    def in_the_evening(self):
        return self.filter(closes__gt=EVENING)

    def at_lunch(self):
        """Those that leave an hour or more between noon and two o'clock."""
        noon, two = (Value(at, output_field=TimeField()) for at in LUNCH)
        in_common = ExpressionWrapper(Least("closes", two) - Greatest("opens", noon), output_field=DurationField())
        return self.alias(in_common=in_common).filter(in_common__gte=AN_HOUR)

    def without_appointment(self):
        return self.filter(mode="open").exclude(site__appointment="required")


class ClosureQuerySet(models.QuerySet):
    def covering(self, day):
        """Those that a date is in."""
        return self.to_come(day).filter(starts__lte=day)

    def to_come(self, day):
        """Those that are not over on a date, earliest first."""
        return self.filter(Q(ends=None) | Q(ends__gte=day)).order_by("starts")


class StopQuerySet(SlotQuerySet):
    """Questions on the passages of itinerant sites."""

    def of_sites_in_service(self):
        return self.filter(site__status="active")

    def within(self, point, km):
        """Passages at most `km` kilometres from `point` (WGS 84), as the crow flies."""
        return self.filter(location__dwithin=(point, D(km=km)))

    def of(self, sites):
        """Passages of these sites (a queryset)."""
        return self.filter(site__in=sites.order_by().values("pk"))

    def in_commune(self, insee):
        """Passages in a commune of today, those in its arrondissements and former communes included."""
        return self.filter(commune__in=Commune.objects.codes_of(insee))

    def ordered_from(self, point):
        """Closest to `point` first, with `.distance`; when the point is not known, by day, and the distance is None."""
        if not point:
            return self.annotate(distance=Value(None, output_field=FloatField())).order_by("weekday", "opens", "pk")
        return self.annotate(distance=Distance("location", point)).order_by("distance", "pk")

    def for_meetings(self, **others):
        """As dicts, with all that dates a passage: `passages.STOP_FIELDS`, the site's département and closures."""
        closures = apps.get_model("sites", "Closure").objects.filter(site=OuterRef("site"))
        return self.annotate(
            closure_rows=ArraySubquery(closures.order_by("starts").values_list(JSONArray(*CLOSURE_FIELDS))),
            timezone=F("site__commune__departement__timezone"),
            calendar=F("site__commune__departement__holiday_calendar"),
            appointment=F("site__appointment"),
            **others,
        ).values(
            *("site", "location", "distance", "closure_rows", "timezone", "calendar", "appointment"),
            *STOP_FIELDS,
            *others,
        )
