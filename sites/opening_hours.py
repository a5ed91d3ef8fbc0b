"""When a site is open. Pure: no Django, no database, and the time is always an argument."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter, itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

A_SLOT = re.compile(r"(\d{1,2})[:hH](\d{2})?\s*[-–à]\s*(\d{1,2})[:hH](\d{2})?")
BETWEEN_SLOTS = re.compile(r"\s*[/;,]\s*")
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
RANKS = ("first", "second", "third", "fourth")
WEEKS_IN_FRENCH = {
    "odd": "semaines impaires",
    "even": "semaines paires",
    "first": "le 1er du mois",
    "second": "le 2e du mois",
    "third": "le 3e du mois",
    "fourth": "le 4e du mois",
    "last": "le dernier du mois",
}


class UnreadableHours(ValueError):
    """A day's hours that no rule can read; `slot` is the part at fault."""

    def __init__(self, slot):
        super().__init__(f"créneau illisible : {slot}")
        self.slot = slot


def parse_day(text):
    """Read '09:00 - 12:30 / 14:00 - 17:00' as ((time, time), ...), earliest first. Empty means unknown: ().

    Zero-length slots are dropped (the filler `00:00 - 00:00`), touching and overlapping ones are merged (61
    sites of the national list need it). Raises `UnreadableHours` naming the slot.
    """
    return merge(_parse_slot(part) for part in BETWEEN_SLOTS.split(text.strip()) if part)


def merge(slots):
    """The same opening times as the fewest slots, earliest first; zero-length ones are dropped."""
    merged: list[tuple[time, time]] = []
    for opens, closes in sorted(slot for slot in slots if slot[0] != slot[1]):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return tuple(merged)


def format_day(slots):
    """((time, time), ...) as the national list writes it: '09:00 - 12:30 / 14:00 - 17:00'."""
    return " / ".join(f"{opens:%H:%M} - {closes:%H:%M}" for opens, closes in slots)


def _parse_slot(text):
    match = A_SLOT.fullmatch(text.strip())
    if not match:
        raise UnreadableHours(text)
    opens_h, opens_min, closes_h, closes_min = (int(part or 0) for part in match.groups())
    try:
        opens, closes = time(opens_h, opens_min), time(closes_h, closes_min)
    except ValueError as error:
        raise UnreadableHours(text) from error
    if opens > closes:
        raise UnreadableHours(text)
    return opens, closes


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
            and (self.weeks == "all" or _is_week(self.weeks, day))
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


def _is_week(weeks, day):
    if weeks in ("odd", "even"):
        return day.isocalendar().week % 2 == (weeks == "odd")
    if weeks == "last":
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 == RANKS.index(weeks)


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
    return ", ".join(_groups_in_french(schedule.slots_on(at.astimezone(schedule.timezone).date()), with_weeks=False))


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
        name, _groups_in_french(current) or ["Fermé"], day == today, _exception(schedule, day) if current else ""
    )


def _exception(schedule, day):
    closure = schedule.closure_on(day)
    why = (closure.reason or "fermeture exceptionnelle") if closure else schedule.holiday_name(day)
    return f"Fermé le {day_in_french(day, day)} ({why})" if why else ""


def _groups_in_french(slots, with_weeks=True):
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
    weeks = [WEEKS_IN_FRENCH[slot.weeks]] if with_weeks and slot.weeks != "all" else []
    return weeks + _validity(slot, with_weeks) + ["sur rendez-vous"] * slot.by_appointment


def _validity(slot, with_weeks):
    if not with_weeks or not (slot.valid_from or slot.valid_until):
        return []
    start = f"du {day_in_french(slot.valid_from)}" if slot.valid_from else ""
    end = f"jusqu'au {day_in_french(slot.valid_until)}" if slot.valid_until else ""
    if start and end:
        return [f"{start} au {day_in_french(slot.valid_until)}"]
    return [end or f"à partir {start}"]


def day_in_french(day, today=None):
    """A date as '1er janvier 2027'; without its year when `today` is given and less than eleven months away."""
    text = f"{day.day}{'er' if day.day == 1 else ''} {MONTHS[day.month - 1]}"
    near = today and abs((day - today).days) < 330
    return text if near else f"{text} {day.year}"


def in_french(slots):
    """((time, time), ...) as '9 h - 12 h 30, 14 h - 17 h'."""
    return ", ".join(f"{hour_in_french(opens)} - {hour_in_french(closes)}" for opens, closes in slots)


def hour_in_french(moment):
    """A time as '9 h' or '12 h 30'."""
    return f"{moment.hour} h {moment.minute:02}" if moment.minute else f"{moment.hour} h"


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
