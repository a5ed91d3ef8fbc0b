"""When a site is open. Pure: no Django, no database, and the time is always an argument."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
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


@dataclass(frozen=True)
class Schedule:
    """What is known of when a site opens.

    `week` gives the slots of each ISO weekday (1 is Monday), earliest first; a weekday left out is closed, and an
    empty week means that the hours are unknown. `holiday_name(day)` names the public holiday of a date, or is "".
    An `itinerant` site has hours but no fixed place: it is never said to be open.
    """

    week: dict
    timezone: ZoneInfo
    holiday_name: Callable[[date], str] = lambda day: ""
    itinerant: bool = False

    def slots_on(self, day):
        """The slots of a date: none on public holidays."""
        return () if self.holiday_name(day) else self.week.get(day.isoweekday(), ())


def week_from_rows(rows):
    """(weekday, opens, closes) rows as a `Schedule.week`; times may be ISO text, as JSON gives them."""
    week: dict[int, tuple] = {}
    for weekday, *span in rows:
        opens, closes = (time.fromisoformat(t) if isinstance(t, str) else t for t in span)
        week[weekday] = (*week.get(weekday, ()), (opens, closes))
    return week


@dataclass(frozen=True)
class State:
    """Whether a site can be visited: `code` is open, closed, unknown or itinerant; `text` says it in French."""

    code: str
    text: str


@dataclass(frozen=True)
class DayRow:
    """A line of the week's table."""

    name: str
    slots: tuple
    is_today: bool

    @property
    def spans(self):
        """Each slot in French; ['Fermé'] when there is none."""
        return [in_french([slot]) for slot in self.slots] or ["Fermé"]


def state(schedule, at):
    """The `State` of a site at the aware datetime `at`, told in the site's own time."""
    if schedule.itinerant:
        return State("itinerant", "Service itinérant : appelez pour connaître son passage")
    if not schedule.week:
        return State("unknown", "Horaires non communiqués")
    now = at.astimezone(schedule.timezone)
    for opens, closes in schedule.slots_on(now.date()):
        if opens <= now.time() < closes:
            return State("open", f"Ouvert, ferme à {hour_in_french(closes)}")
    holiday = schedule.holiday_name(now.date())
    closed = f"Fermé aujourd'hui ({holiday})" if holiday else "Fermé"
    opening = next_opening(schedule, now)
    return State("closed", f"{closed}, ouvre {_when(opening, now.date())}" if opening else closed)


def next_opening(schedule, now):
    """The next start of a slot after `now` (aware, local to the site), within three weeks; None past that."""
    for days in range(22):
        day = now.date() + timedelta(days=days)
        for opens, _closes in schedule.slots_on(day):
            if days or opens > now.time():
                return datetime.combine(day, opens, tzinfo=schedule.timezone)
    return None


def today_in_french(schedule, at):
    """The hours of the day `at` falls on at the site: '9 h - 12 h, 14 h - 17 h'.

    '' when it is closed all day, when nobody knows, and for an itinerant site, which has no place of its own.
    """
    if schedule.itinerant:
        return ""
    return in_french(schedule.slots_on(at.astimezone(schedule.timezone).date()))


def week_rows(schedule, at):
    """The usual week as `DayRow`s from Monday; Sunday only when it has slots. None when the hours are unknown."""
    today = at.astimezone(schedule.timezone).isoweekday()
    return [
        DayRow(name, schedule.week.get(weekday, ()), weekday == today)
        for weekday, name in enumerate(WEEKDAYS, start=1)
        if schedule.week and (weekday != 7 or 7 in schedule.week)
    ]


def in_french(slots):
    """((time, time), ...) as '9 h - 12 h 30, 14 h - 17 h'."""
    return ", ".join(f"{hour_in_french(opens)} - {hour_in_french(closes)}" for opens, closes in slots)


def hour_in_french(moment):
    """A time as '9 h' or '12 h 30'."""
    return f"{moment.hour} h {moment.minute:02}" if moment.minute else f"{moment.hour} h"


def _when(moment, today):
    days = (moment.date() - today).days
    if days == 0:
        day = ""
    elif days == 1:
        day = "demain "
    elif days < 7:
        day = f"{WEEKDAYS[moment.weekday()]} "
    else:
        day = (
            f"le {WEEKDAYS[moment.weekday()]} {moment.day}{'er' if moment.day == 1 else ''} {MONTHS[moment.month - 1]} "
        )
    return f"{day}à {hour_in_french(moment)}"
