"""Days and hours as people write them: the national list's notation, and French. Pure."""

import re
from datetime import time

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
ALTERNATE = {"odd": "semaines impaires", "even": "semaines paires"}
NTH = {"first": "1er", "second": "2e", "third": "3e", "fourth": "4e", "last": "dernier"}


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


def weeks_in_french(weeks, weekday):
    """When a slot of an ISO weekday comes back, if not each week: 'semaines paires', 'le 1er mardi du mois', or ''."""
    if weeks in NTH:
        return f"le {NTH[weeks]} {WEEKDAYS[weekday - 1]} du mois"  # « le 1er du mois » alone would be a date
    return ALTERNATE.get(weeks, "")


def day_in_french(day, today=None):
    """A date as '1er janvier 2027'; without its year when `today` is given and less than eleven months away."""
    text = f"{day.day}{'er' if day.day == 1 else ''} {MONTHS[day.month - 1]}"
    near = today and abs((day - today).days) < 330
    return text if near else f"{text} {day.year}"


def closed_days_in_french(starts, ends, today):
    """A closure that is not over: 'le 3 décembre', 'du 24 décembre au 2 janvier', 'jusqu'au 2 janvier'.

    `ends` None is until further notice.
    """
    if starts <= today:
        return f"jusqu'au {day_in_french(ends, today)}" if ends else "jusqu'à nouvel ordre"
    if starts == ends:
        return f"le {day_in_french(starts, today)}"
    if ends:
        return f"du {day_in_french(starts, today)} au {day_in_french(ends, today)}"
    return f"à partir du {day_in_french(starts, today)}, jusqu'à nouvel ordre"


def in_french(slots):
    """((time, time), ...) as '9 h - 12 h 30, 14 h - 17 h'."""
    return ", ".join(f"{hour_in_french(opens)} - {hour_in_french(closes)}" for opens, closes in slots)


def hour_in_french(moment):
    """A time as '9 h' or '12 h 30'."""
    return f"{moment.hour} h {moment.minute:02}" if moment.minute else f"{moment.hour} h"
