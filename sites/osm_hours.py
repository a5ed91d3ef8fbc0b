"""Hours as OpenStreetMap writes them (wiki.openstreetmap.org/wiki/Key:opening_hours), for machines. Pure."""

from collections import defaultdict
from itertools import groupby

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKS = {"odd": "week 01-53/2 ", "even": "week 02-52/2 "}
NTH = {"first": "[1]", "second": "[2]", "third": "[3]", "fourth": "[4]", "last": "[-1]"}
EVER = "1900 Jan 01"


def in_osm(schedule):
    """A `Schedule` as 'Mo-Fr 09:00-12:00,14:00-17:00; PH off'; '' when the hours are unknown or the site goes round.

    Rules after a comma add to the others, those after a semicolon prevail: closures come last.
    """
    if schedule.itinerant or not schedule.slots:
        return ""
    rules = [rule for _kind, slots in groupby(sorted(schedule.slots, key=_kind), _kind) for rule in _rules(slots)]
    appointment = ' "sur rendez-vous"' if schedule.by_appointment else ""
    hours = ", ".join(rule if rule.endswith('"') else rule + appointment for rule in rules)
    return "; ".join([hours, "PH off", *(f"{_dates(*closure[:2])}off" for closure in schedule.closures)])


def _kind(slot):
    """What slots of one rule have in common, the plain ones first."""
    validity = tuple(day.isoformat() if day else "" for day in (slot.valid_from, slot.valid_until))
    return slot.weeks != "all", slot.weeks, slot.by_appointment, validity


def _rules(slots):
    """Rules of slots of one kind: days that follow each other with the same spans make one."""
    slots = list(slots)
    one = slots[0]
    spans: dict[int, list[str]] = defaultdict(list)
    for slot in sorted(slots, key=lambda slot: (slot.weekday, slot.span)):
        spans[slot.weekday].append(f"{slot.opens:%H:%M}-{slot.closes:%H:%M}")
    before = _dates(one.valid_from, one.valid_until) + WEEKS.get(one.weeks, "")
    after = ' "sur rendez-vous"' if one.by_appointment else ""
    for days, hours in _runs(spans, may_join=one.weeks not in NTH):
        last = f"-{DAYS[days[-1] - 1]}" if len(days) > 1 else ""
        yield f"{before}{DAYS[days[0] - 1]}{last}{NTH.get(one.weeks, '')} {hours}{after}"


def _runs(spans, may_join):
    """{weekday: spans} as [([days that follow each other], 'span,span')]; each day alone unless they `may_join`."""
    runs: list[tuple[list[int], str]] = []
    for day, hours in spans.items():
        text = ",".join(hours)
        if may_join and runs and runs[-1][1] == text and runs[-1][0][-1] == day - 1:
            runs[-1][0].append(day)
        else:
            runs.append(([day], text))
    return runs


def _dates(start, end):
    """'2026 Jul 01-2026 Aug 31 ', '2026 Jul 01+ ', or '' for always."""
    if not (start or end):
        return ""
    if not end:
        return f"{_date(start)}+ "
    return f"{_date(start) if start else EVER}-{_date(end)} "


def _date(day):
    return f"{day.year} {MONTHS[day.month - 1]} {day.day:02}"
