"""When a site is open. Pure: no Django, no database, and the time is always an argument."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter, itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sites.written_hours import WEEKDAYS, day_in_french, hour_in_french, in_french, merge, weeks_in_french

RANKS = ("first", "second", "third", "fourth")


class Slot(NamedTuple):
    """A span that comes back on an ISO weekday (1 is Monday), closing time left out.

    `weeks` is all, odd or even (ISO week numbers), or first, second, third, fourth, last (weekday of its month).
    From `valid_from` to `valid_until`, both included; None means always.
    """

    weekday: int
    opens: time
    closes: time
    weeks: str = "all"
    by_appointment: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    def falls_on(self, day):
        """Whether it takes place on a date, closures and holidays aside."""
        return (
            day.isoweekday() == self.weekday
            and (self.weeks == "all" or self.weeks in weeks_of(day))
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )

    @property
    def span(self):
        return self.opens, self.closes

    @property
    def is_plain(self):
        """Whether it is the same each week, for anyone who comes."""
        return self.weeks == "all" and not self.by_appointment


def weeks_of(day):
    """The `Slot.weeks` that a date is in: ['all', 'odd', 'first']; a fifth weekday of its month is also the last."""
    parity = "odd" if day.isocalendar().week % 2 else "even"
    rank = (day.day - 1) // 7
    is_last = (day + timedelta(days=7)).month != day.month
    return ["all", parity, *RANKS[rank : rank + 1], *["last"] * is_last]


class Closure(NamedTuple):
    """Days on which a site stays closed, both included; `ends` is None until further notice."""

    starts: date
    ends: date | None = None
    reason: str = ""

    def covers(self, day):
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True)
class Schedule:
    """What is known of when a site opens.

    No `slots` means that the hours are unknown. `holiday_name(day)` names the public holiday of a date, or is "".
    An `itinerant` site has hours but no fixed place: it is never said to be open. `by_appointment` says that nobody
    is received without one, whatever the slot.
    """

    slots: tuple[Slot, ...]
    timezone: ZoneInfo
    holiday_name: Callable[[date], str] = lambda day: ""
    closures: tuple[Closure, ...] = ()
    itinerant: bool = False
    by_appointment: bool = False

    def closure_on(self, day):
        """The `Closure` that covers a date, or None; the one that ends last when there are several."""
        covering = [closure for closure in self.closures if closure.covers(day)]
        return max(covering, key=lambda closure: closure.ends or date.max) if covering else None

    def slots_on(self, day):
        """The `Slot`s of a date, earliest first: none on public holidays and while it is closed."""
        if self.holiday_name(day) or self.closure_on(day):
            return ()
        return tuple(sorted((slot for slot in self.slots if slot.falls_on(day)), key=attrgetter("span")))

    def needs_appointment(self, slot):
        return self.by_appointment or slot.by_appointment


HOLIDAYS_DAYS = 92  # how far ahead public holidays are told


def holidays_to_come(schedule, today):
    """[(date, name)] of the public holidays of three months on which it would be open otherwise, closures aside."""
    days = (today + timedelta(days=ahead) for ahead in range(HOLIDAYS_DAYS))
    named = ((day, schedule.holiday_name(day)) for day in days)
    return [(day, name) for day, name in named if name and any(slot.falls_on(day) for slot in schedule.slots)]


SLOT_FIELDS = ("weekday", "opens", "closes", "weeks", "mode", "valid_from", "valid_until")
CLOSURE_FIELDS = ("starts", "ends", "reason")


def slots_from_rows(rows):
    """Rows of SLOT_FIELDS as `Slot`s, by day then hour. Dates and times may be ISO text, as JSON gives them; only the
    first three fields of a plain slot are needed."""
    return tuple(sorted((_slot(*row) for row in rows), key=itemgetter(0, 1)))


def _slot(weekday, opens, closes, weeks="all", mode="open", valid_from=None, valid_until=None):
    return Slot(
        weekday, _time(opens), _time(closes), weeks, mode == "appointment", _date(valid_from), _date(valid_until)
    )


def closures_from_rows(rows):
    """Rows of CLOSURE_FIELDS as `Closure`s, earliest first. Dates may be ISO text."""
    return tuple(
        sorted((Closure(_date(starts), _date(ends), reason) for starts, ends, reason in rows), key=itemgetter(0))
    )


def _time(value):
    return time.fromisoformat(value) if isinstance(value, str) else value


def _date(value):
    return date.fromisoformat(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class State:
    """Whether a site can be visited: `code` is open, closed, appointment, unknown or itinerant; `text` is French."""

    code: str
    text: str


def state(schedule, at):
    """The `State` of a site at the aware datetime `at`, told in the site's own time."""
    if schedule.itinerant:
        return State("itinerant", "Service itinérant : appelez pour connaître son passage")
    now = at.astimezone(schedule.timezone)
    closure = schedule.closure_on(now.date())
    if closure:
        return State("closed", _closed_exceptionally(schedule, closure, now))
    if not schedule.slots:
        return State("unknown", "Horaires non communiqués")
    under_way = [slot for slot in schedule.slots_on(now.date()) if slot.opens <= now.time() < slot.closes]
    if under_way:
        return _open(schedule, under_way, now)
    holiday = schedule.holiday_name(now.date())
    return State("closed", _then_opens(schedule, f"Fermé aujourd'hui ({holiday})" if holiday else "Fermé", now))


def _open(schedule, under_way, now):
    free = [slot for slot in under_way if not schedule.needs_appointment(slot)]
    code, words = ("open", "Ouvert, ferme") if free else ("appointment", "Sur rendez-vous, ferme")
    closes = max(slot.closes for slot in free or under_way)
    later = {slot.span for slot in schedule.slots_on(now.date()) if not free or not schedule.needs_appointment(slot)}
    for opens, until in merge(later):  # slots that touch are one for who stands at the door
        if opens <= now.time() < until:
            closes = max(closes, until)
    return State(code, f"{words} à {hour_in_french(closes)}")


def _closed_exceptionally(schedule, closure, now):
    if closure.ends is None:
        return "Fermé exceptionnellement jusqu'à nouvel ordre"
    if closure.ends > now.date():
        return f"Fermé exceptionnellement jusqu'au {day_in_french(closure.ends, now.date())}"
    return _then_opens(schedule, "Fermé exceptionnellement aujourd'hui", now)


def _then_opens(schedule, closed, now):
    found = next_opening(schedule, now)
    if not found:
        return closed
    return f"{closed}, {'sur rendez-vous' if found.by_appointment else 'ouvre'} {_when(found.at, now.date())}"


class Opening(NamedTuple):
    """The start of a slot, in the site's own time."""

    at: datetime
    by_appointment: bool


LOOK_AHEAD_DAYS = 62  # the last Monday of a month, closed once, comes back within two months


def next_opening(schedule, now):
    """The next `Opening` after `now` (aware, local to the site), within two months; None past that."""
    if not schedule.slots:
        return None
    for days in range(LOOK_AHEAD_DAYS):
        day = now.date() + timedelta(days=days)
        for slot in schedule.slots_on(day):
            if days or slot.opens > now.time():
                at = datetime.combine(day, slot.opens, tzinfo=schedule.timezone)
                return Opening(at, schedule.needs_appointment(slot))
    return None


def today_in_french(schedule, at):
    """The hours of the day `at` falls on at the site: '9 h - 12 h, 14 h - 17 h'.

    '' when it is closed all day, when nobody knows, and for an itinerant site, which has no place of its own.
    """
    if schedule.itinerant:
        return ""
    return ", ".join(spans_in_french(schedule.slots_on(at.astimezone(schedule.timezone).date()), with_weeks=False))


@dataclass(frozen=True)
class DayRow:
    """A line of the week's table: the usual `spans` in French (['Fermé'] when there is none), and what is unusual on
    that day within the coming week ('Fermé le 11 novembre (Armistice 1918)'), or ''."""

    name: str
    spans: list
    is_today: bool
    exception: str


def week_rows(schedule, at):
    """The usual week as seven `DayRow`s from Monday; [] when the hours are unknown."""
    if not schedule.slots:
        return []
    today = at.astimezone(schedule.timezone).date()
    coming = {day.isoweekday(): day for day in (today + timedelta(days=days) for days in range(7))}
    return [_day_row(schedule, name, coming[weekday], today) for weekday, name in enumerate(WEEKDAYS, start=1)]


def _day_row(schedule, name, day, today):
    usual = sorted((slot for slot in schedule.slots if slot.weekday == day.isoweekday()), key=attrgetter("span"))
    current = [slot for slot in usual if slot.valid_until is None or slot.valid_until >= today]
    return DayRow(
        name, spans_in_french(current) or ["Fermé"], day == today, _exception(schedule, day) if current else ""
    )


def _exception(schedule, day):
    closure = schedule.closure_on(day)
    why = (closure.reason or "fermeture exceptionnelle") if closure else schedule.holiday_name(day)
    return f"Fermé le {day_in_french(day, day)} ({why})" if why else ""


def spans_in_french(slots, with_weeks=True):
    """Spans in French; plain slots that touch are merged, the others carry what is special to them."""
    plain = merge(slot.span for slot in slots if slot.is_plain and not _validity(slot, with_weeks))
    groups = [(span, in_french([span])) for span in plain]
    for slot in slots:
        details = _details(slot, with_weeks)
        if details:
            groups.append((slot.span, f"{in_french([slot.span])} ({', '.join(details)})"))
        elif not slot.is_plain:
            groups.append((slot.span, in_french([slot.span])))
    return [text for _span, text in sorted(groups)]


def _details(slot, with_weeks):
    weeks = [weeks_in_french(slot.weeks, slot.weekday)] if with_weeks and slot.weeks != "all" else []
    return weeks + _validity(slot, with_weeks) + ["sur rendez-vous"] * slot.by_appointment


def _validity(slot, with_weeks):
    if not with_weeks or not (slot.valid_from or slot.valid_until):
        return []
    start = f"du {day_in_french(slot.valid_from)}" if slot.valid_from else ""
    end = f"jusqu'au {day_in_french(slot.valid_until)}" if slot.valid_until else ""
    if start and end:
        return [f"{start} au {day_in_french(slot.valid_until)}"]
    return [end or f"à partir {start}"]


def _when(moment, today):
    days = (moment.date() - today).days
    weekday = WEEKDAYS[moment.weekday()]
    if days == 0:
        day = ""
    elif days == 1:
        day = "demain "
    elif days < 7:
        day = f"{weekday} "
    else:
        day = f"le {weekday} {day_in_french(moment.date(), today)} "
    return f"{day}à {hour_in_french(moment)}"
