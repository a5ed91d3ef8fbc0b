"""Questions on when people are received, in SQL: the same for weekly slots and for the stops of rounds.

The rules are those of `opening_hours`, told to the database so that it can look among all sites; tests compare both.
"""

from datetime import time, timedelta

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.measure import D
from django.db import models
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    JSONField,
    OuterRef,
    Q,
    TimeField,
    Value,
)
from django.db.models.functions import Greatest, Least

from sites.opening_hours import weeks_of
from sites.passages import STOP_FIELDS
from sites.public_holidays import calendars_with_a_holiday
from sites.row_queries import rows_of_stops
from sites.sql import Sql

WEEK = 7
EVENING = time(18)
LUNCH = (time(12), time(14))
AN_HOUR = timedelta(hours=1)


DEPARTEMENT = {"zone": "commune__departement__timezone", "calendar": "commune__departement__holiday_calendar"}


UNDER_WAY = "({weekday} = extract(isodow FROM {clock}) AND {opens} <= {clock}::time AND {clock}::time < {closes})"
NEXT_DATE = """(
    SELECT first + ({weekday} - extract(isodow FROM first)::int + 7) %% 7
    FROM (SELECT {clock}::date + ({is_past})::int AS first) AS since
)"""
HELD = """EXISTS (
    SELECT FROM (SELECT {day} AS day) AS its
    WHERE ({weeks} = 'all' OR jsonb_exists({weeks_of} -> day::text, {weeks}))
        AND day BETWEEN coalesce({valid_from}, '-infinity') AND coalesce({valid_until}, 'infinity')
        AND NOT jsonb_exists({holidays} -> day::text, {calendar})
        AND NOT EXISTS (
            SELECT FROM sites_closure AS closure
            WHERE closure.site_id = {site} AND day BETWEEN closure.starts AND coalesce(closure.ends, 'infinity')
        )
)"""


def by_date(words):
    """{date: [words]} for SQL."""
    return Value({day.isoformat(): those for day, those in words.items()}, output_field=JSONField())


class SlotQuerySet(models.QuerySet):
    """Slots of sites, asked at the aware datetime `now`: each site's département gives the date and the hour."""

    def of_each_site(self):
        """Those of each site of the query around this one, which is asked for the département too.

        A slot that looks its own up makes PostgreSQL read all slots and all communes, for a few sites.
        """
        return self.filter(site=OuterRef("pk")).alias(**{name: OuterRef(path) for name, path in DEPARTEMENT.items()})

    def open_at(self, now):
        """Those under way, to which one comes without an appointment."""
        clock = self._clock(now)
        slot = {name: F(name) for name in ("weekday", "opens", "closes")}
        under_way = self.filter(Sql(UNDER_WAY, BooleanField(), clock=clock, **slot))
        return under_way._held_on(Sql("{clock}::date", DateField(), clock=clock), now).without_appointment()

    def taking_place(self, now, weekday=None, at=None):
        """Those that take place within a week, at the next return of their day; of an ISO `weekday`, if given.

        Today's slots that are over are those of the same day next week; with the time `at`, the whole day is, past it.
        """
        clock = self._clock(now)
        if at is None:
            is_past = Sql("{clock}::time >= {closes}", BooleanField(), clock=clock, closes=F("closes"))
        else:
            is_past = Sql("{clock}::time > {at}", BooleanField(), clock=clock, at=Value(at, TimeField()))
        day = Sql(NEXT_DATE, DateField(), clock=clock, weekday=F("weekday"), is_past=is_past)
        slots = self.filter(weekday=weekday) if weekday else self
        return slots._held_on(day, now)

    def _clock(self, now):
        """`now` on the clocks of a slot's département, without a time zone."""
        return Sql("timezone({zone}, {now})", DateTimeField(), zone=self._departements("zone"), now=Value(now))

    def _held_on(self, day, now):
        """Those held on the date that the expression `day` gives, within a week of `now`.

        Not on a public holiday of their département, nor while their site is closed. What a date is (an even week,
        a holiday of Moselle) is told by `opening_hours` and `public_holidays`, for the few dates that may be.
        """
        days = [now.date() + timedelta(days=ahead) for ahead in range(-1, WEEK + 2)]  # it is not one date everywhere
        return self.filter(
            Sql(
                HELD,
                BooleanField(),
                day=day,
                weeks_of=by_date({one: weeks_of(one) for one in days}),
                holidays=by_date({one: calendars_with_a_holiday(one) for one in days}),
                calendar=self._departements("calendar"),
                **{name: F(name) for name in ("site", "weeks", "valid_from", "valid_until")},
            )
        )

    def _departements(self, name):
        """The time zone or the holiday calendar (see DEPARTEMENT) of a slot's département."""
        return F(name if name in self.query.annotations else f"site__{DEPARTEMENT[name]}")

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

    def ordered_from(self, point):
        """Closest to `point` first, with `.distance`; when the point is not known, by day, and the distance is None."""
        if not point:
            return self.annotate(distance=Value(None, output_field=FloatField())).order_by("weekday", "opens", "pk")
        return self.annotate(distance=Distance("location", point)).order_by("distance", "pk")

    def for_meetings(self, **others):
        """As dicts, with all that dates a passage: `passages.STOP_FIELDS`, the site's département and closures."""
        return self.annotate(
            **rows_of_stops(),
            timezone=F("site__commune__departement__timezone"),
            calendar=F("site__commune__departement__holiday_calendar"),
            appointment=F("site__appointment"),
            **others,
        ).values(
            *("site", "location", "distance", "closure_rows", "timezone", "calendar", "appointment"),
            *STOP_FIELDS,
            *others,
        )
