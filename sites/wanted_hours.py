"""The hours for which a filter kept a site, as the site's card tells them: no query here."""

from datetime import date, datetime, time, timedelta

from sites.filters import MOMENTS
from sites.opening_hours import today_in_french
from sites.slot_querysets import AN_HOUR, EVENING, LUNCH, WEEK
from sites.written_hours import WEEKDAYS, day_in_french, hour_in_french


def in_french(schedule, wanted):
    """When a site is open as the `Filters` want: 'Samedi 28 novembre : 9 h - 12 h', 'Après 18 h : mardi et jeudi'.

    '' when they want no day and no hour, or today, whose hours each card tells; and for a round, which has its stops.
    """
    if schedule.itinerant or not (wanted.weekday or wanted.at or wanted.moment):
        return ""
    now = wanted.now.astimezone(schedule.timezone)
    days = _days(schedule, wanted, now)
    if wanted.weekday:
        return _day(schedule, days[0]) if days and days[0] != now.date() else ""
    words = MOMENTS.get(wanted.moment) or f"À {hour_in_french(wanted.at)}"
    return f"{words} : {_listed([WEEKDAYS[day.weekday()] for day in days])}" if days else ""


def _days(schedule, wanted, now):
    """The dates of a week, from the one of `now` (local), on which a site is open as wanted; each weekday once."""
    found: dict[int, date] = {}
    for ahead in range(WEEK + 1):
        day = now.date() + timedelta(days=ahead)
        if wanted.weekday in (None, day.isoweekday()) and any(
            _is_wanted(slot, schedule, wanted) and not (ahead == 0 and _is_past(slot, wanted, now.time()))
            for slot in schedule.slots_on(day)
        ):
            found.setdefault(day.isoweekday(), day)
    return sorted(found.values())


def _is_wanted(slot, schedule, wanted):
    """The rules of `SlotQuerySet.at_time`, `in_the_evening`, `at_lunch` and `without_appointment`."""
    return (
        (wanted.at is None or slot.opens <= wanted.at < slot.closes)
        and (wanted.moment != "soir" or slot.closes > EVENING)
        and (wanted.moment != "midi" or _in_common(slot, *LUNCH) >= AN_HOUR)
        and (wanted.appointment != "sans" or not schedule.needs_appointment(slot))
    )


def _is_past(slot, wanted, clock):
    return clock > wanted.at if wanted.at else clock >= slot.closes


def _in_common(slot, start, end):
    return _since_midnight(min(slot.closes, end)) - _since_midnight(max(slot.opens, start))


def _since_midnight(moment):
    return timedelta(hours=moment.hour, minutes=moment.minute)


def _day(schedule, day):
    noon = datetime.combine(day, time(12), tzinfo=schedule.timezone)
    return f"{WEEKDAYS[day.weekday()].capitalize()} {day_in_french(day, day)} : {today_in_french(schedule, noon)}"


def _listed(words):
    """'mardi', 'mardi et jeudi', 'lundi, mardi et jeudi'."""
    *others, last = words
    return f"{', '.join(others)} et {last}" if others else last
