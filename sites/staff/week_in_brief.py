"""A site's hours in a table's cell: days of the same hours together. Pure."""

from sites import opening_hours
from sites.written_hours import WEEKDAYS

NO_BREAK = "\u00a0"  # a table's cell may be narrow: it breaks between spans, not inside "13 h 30"
SHORT = {day: f"{day[:3]}." for day in WEEKDAYS}


def hours_in_brief(site, now):
    """The lines of a site that comes `with_hours()`; of a round, how many stops are left. [] when nothing is known."""
    if site.is_itinerant:
        today = now.astimezone(site.schedule.timezone).date()
        left = [stop for stop in site.planned_stops if stop.slot.valid_until is None or stop.slot.valid_until >= today]
        return [f"{len(left)} passage{'s' if len(left) > 1 else ''}"] if left else []
    return in_brief((row.name, row.spans) for row in opening_hours.week_rows(site.schedule, now))


def in_brief(week):
    """[(day, [span, …]), …] from Monday, as 'lun. à jeu. : 9 h - 12 h, 14 h - 17 h', a text for each way of a day.

    Days that are closed (['Fermé']) are left out.
    """
    alike: dict[tuple, list] = {}
    for day, spans in week:
        if spans != ["Fermé"]:
            alike.setdefault(tuple(spans), []).append(day)
    return [
        f"{days_in_french(days)} : {', '.join(span.replace(' ', NO_BREAK) for span in spans)}"
        for spans, days in alike.items()
    ]


def days_in_french(days):
    """['lundi', 'mardi', 'mercredi', 'vendredi'] as 'lun. à mer., ven.'."""
    runs: list[list[str]] = []
    for day in days:
        if runs and WEEKDAYS.index(runs[-1][-1]) + 1 == WEEKDAYS.index(day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        f"{SHORT[run[0]]} à {SHORT[run[-1]]}" if len(run) > 2 else ", ".join(SHORT[day] for day in run) for run in runs
    )
