"""The public holidays of each département, from the `holidays` library."""

from datetime import date
from functools import lru_cache

from holidays import country_holidays


def holiday_name(calendar, day):
    """The French name of the public holiday on `day`, or "".

    `calendar` is a subdivision as `holidays` names it (57, 6AE, 971…), or "" for the national holidays.
    """
    return _of_year(calendar, day.year).get(day, "")


@lru_cache(maxsize=200)
def _of_year(calendar, year):
    found = country_holidays("FR", subdiv=calendar or None, years=year, language="fr")
    return {date(day.year, day.month, day.day): name for day, name in found.items()}
