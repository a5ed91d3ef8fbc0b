"""When and where an itinerant site passes. Pure: no Django, no database, and the time is always an argument."""

from datetime import date, time, timedelta
from itertools import groupby
from typing import NamedTuple

from sites.opening_hours import SLOT_FIELDS, Slot, State, slots_from_rows
from sites.written_hours import ALTERNATE, NTH, WEEKDAYS, day_in_french, hour_in_french, in_french

DAYS = 30
STOP_FIELDS = (*SLOT_FIELDS, "place", "commune__name")
CONTRACTIONS = (("Le ", "au "), ("Les ", "aux "))
UNKNOWN = "Service itinérant : appelez pour connaître son passage"


class PlannedStop(NamedTuple):
    """A place of a round, and when the round comes there."""

    slot: Slot
    place: str
    commune: str

    @property
    def usual_in_french(self):
        """'Chaque mardi (semaines paires), 9 h - 12 h', or 'Le 1er mardi du mois, 9 h - 12 h'."""
        slot, day = self.slot, WEEKDAYS[self.slot.weekday - 1]
        details = [ALTERNATE[slot.weeks]] if slot.weeks in ALTERNATE else []
        details += [f"à partir du {day_in_french(slot.valid_from)}"] if slot.valid_from else []
        details += [f"jusqu'au {day_in_french(slot.valid_until)}"] if slot.valid_until else []
        details += ["sur rendez-vous"] if slot.by_appointment else []
        which = f"Le {NTH[slot.weeks]} {day} du mois" if slot.weeks in NTH else f"Chaque {day}"
        aside = f" ({', '.join(details)})" if details else ""
        return f"{which}{aside}, {in_french([slot.span])}"


class Passage(NamedTuple):
    """A stop on a date, in the site's own time."""

    date: date
    opens: time
    closes: time
    place: str
    commune: str
    by_appointment: bool

    @property
    def hours(self):
        """'9 h - 12 h', or '9 h - 12 h, sur rendez-vous'."""
        return in_french([(self.opens, self.closes)]) + (", sur rendez-vous" if self.by_appointment else "")

    @property
    def where(self):
        """'place de l'Église à Naucelle', for the middle of a sentence."""
        return f"{_uncapitalized(self.place)} {at_commune(self.commune)}"

    def when(self, today):
        """'mardi 9 h - 12 h', or, a week ahead and more, 'le mardi 1er décembre, 9 h - 12 h'."""
        comma = "," if (self.date - today).days >= 7 else ""
        return f"{day_from(self.date, today)}{comma} {self.hours}"


def stops_from_rows(rows):
    """Rows of STOP_FIELDS as `PlannedStop`s, by day then hour. Dates and times may be ISO text."""
    stops = [PlannedStop(slots_from_rows([row[:-2]])[0], row[-2], row[-1]) for row in rows]
    return tuple(sorted(stops, key=lambda stop: (stop.slot.weekday, stop.slot.span, stop.slot.weeks)))


def coming(stops, schedule, at, days=DAYS):
    """The `Passage`s of `PlannedStop`s that are not over at the aware datetime `at`, in order, over that many days.

    None on the public holidays of the `Schedule`'s département, nor while the site is closed. The day of `at`, told in
    the site's own time, is the first.
    """
    now = at.astimezone(schedule.timezone)
    passages = [_passage(stop, schedule, day) for stop in stops for day in _dates(stop.slot, schedule, now, days)]
    return sorted(passages)


def _passage(stop, schedule, day):
    slot = stop.slot
    return Passage(day, slot.opens, slot.closes, stop.place, stop.commune, schedule.needs_appointment(slot))


def _dates(slot, schedule, now, days):
    today = now.date()
    first = (slot.weekday - today.isoweekday()) % 7
    for ahead in range(first, days, 7):
        day = today + timedelta(days=ahead)
        is_over = ahead == 0 and slot.closes <= now.time()
        if slot.falls_on(day) and not (is_over or schedule.holiday_name(day) or schedule.closure_on(day)):
            yield day


def state(stops, schedule, at):
    """The `State` of an itinerant site: never open, but 'Passe aujourd'hui à Naucelle, 14 h - 17 h'."""
    today = at.astimezone(schedule.timezone).date()
    return State("itinerant", _told(stops, schedule, at, today) if stops else UNKNOWN)


def state_at_stop(passage, now):
    """The `State` of an itinerant site for who stands at the stop of a `Passage`; None unless it is there now.

    `now` is a datetime local to the site.
    """
    if passage.date != now.date() or not passage.opens <= now.time() < passage.closes:
        return None
    code, words = (
        ("appointment", "Sur rendez-vous, repart") if passage.by_appointment else ("open", "Sur place, repart")
    )
    return State(code, f"{words} à {hour_in_french(passage.closes)}")


def _told(stops, schedule, at, today):
    passages = coming(stops, schedule, at)
    if passages:
        return _next_in_french(passages[0], today)
    closure = schedule.closure_on(today)
    if not closure:
        return f"Aucun passage prévu dans les {DAYS} jours : appelez"
    if closure.ends is None:
        return "Ne passe pas jusqu'à nouvel ordre"
    return f"Ne passe pas jusqu'au {day_in_french(closure.ends, today)}"


def _next_in_french(passage, today):
    if passage.date == today:
        return f"Passe aujourd'hui {at_commune(passage.commune)}, {passage.hours}"
    appointment = ", sur rendez-vous" if passage.by_appointment else ""
    start = f"{day_from(passage.date, today)} à {hour_in_french(passage.opens)}"
    return f"Prochain passage {start}, {passage.commune}{appointment}"


class Week(NamedTuple):
    """The passages of a week; `title` is 'Cette semaine', or 'Semaine du 30 novembre'."""

    title: str
    days: list


def by_week(passages, today):
    """Passages in order as `Week`s, whose `days` are (date in French, passages) pairs. [] without passages."""
    return [
        _week(monday, list(those), today) for monday, those in groupby(passages, key=lambda one: monday_of(one.date))
    ]


def _week(monday, passages, today):
    title = "Cette semaine" if monday == monday_of(today) else f"Semaine du {day_in_french(monday, today)}"
    days = [(_dated(day, today), list(those)) for day, those in groupby(passages, key=lambda one: one.date)]
    return Week(title, days)


def monday_of(day):
    return day - timedelta(days=day.weekday())


def day_from(day, today):
    """A date as one says it on the day `today`: "aujourd'hui", 'demain', 'mardi', 'le mardi 1er décembre'."""
    ahead = (day - today).days
    if ahead < 2:
        return ("aujourd'hui", "demain")[ahead]
    return WEEKDAYS[day.weekday()] if ahead < 7 else f"le {_dated(day, today)}"


def _dated(day, today):
    return f"{WEEKDAYS[day.weekday()]} {day_in_french(day, today)}"


def at_commune(name):
    """'à Rodez', 'au Vigan', 'aux Sables-d'Olonne', 'à La Rochelle'."""
    for article, contracted in CONTRACTIONS:
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    return f"à {name}"


def _uncapitalized(place):
    """A place for the middle of a sentence; what is written in capitals (EHPAD) stays."""
    return place if place[1:2].isupper() else place[:1].lower() + place[1:]
