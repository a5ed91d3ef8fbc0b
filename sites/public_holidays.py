"""The public holidays of each département, from the `holidays` library."""

from datetime import date
from functools import lru_cache

from holidays import France, country_holidays

CALENDARS = ("", *France.subdivisions)


def holiday_name(calendar, day):
    """The French name of the public holiday on `day`, or "".

    `calendar` is a subdivision as `holidays` names it (57, 6AE, 971…), or "" for the national holidays.
    """
    return _of_year(calendar, day.year).get(day, "")


def calendars_with_a_holiday(day):
    """The calendars in which a date is a public holiday: ['57', '6AE'] on 26 December."""
    return [calendar for calendar in CALENDARS if holiday_name(calendar, day)]


@lru_cache(maxsize=200)
def _of_year(calendar, year):
    found = country_holidays("FR", subdiv=calendar or None, years=year, language="fr")
    return {date(day.year, day.month, day.day): name for day, name in found.items()}
