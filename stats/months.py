"""Months, as dates of their first day: counting them, and reading and writing them in French. Pure."""

import re
import unicodedata
from datetime import date, timedelta

LAUNCH = date(2020, 1, 1)  # the first France services sites were labelled that day
NAMES = (
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
)
SHORT_NAMES = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def month_of(day):
    """The month in which a date falls."""
    return date(day.year, day.month, 1)


def months_later(month, count):
    """The month `count` months after (before, if negative)."""
    years, rest = divmod(month.month - 1 + count, 12)
    return date(month.year + years, rest + 1, 1)


def last_day_of(month):
    return months_later(month, 1) - timedelta(days=1)


def count_months(first, last):
    """How many months there are from `first` to `last`, both included; none when `last` is earlier."""
    return max((last.year - first.year) * 12 + last.month - first.month + 1, 0)


def months_between(first, last):
    """Every month from `first` to `last`, both included; none when `last` is earlier."""
    return [months_later(first, number) for number in range(count_months(first, last))]


def in_french(month):
    """'mars 2023'."""
    return f"{NAMES[month.month - 1]} {month.year}"


def period_in_french(first, last):
    """'mars 2023', 'de janvier à mars 2023', 'de janvier 2020 à mars 2023'."""
    if first == last:
        return in_french(first)
    start = NAMES[first.month - 1] if first.year == last.year else in_french(first)
    return f"{'d’' if start[0] in 'ao' else 'de '}{start} à {in_french(last)}"


def in_code(month):
    """'2023-03', as addresses and files write it."""
    return f"{month:%Y-%m}"


def from_code(text):
    """The month that `in_code` wrote. Raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d{2}", text):
        raise ValueError(text)
    return date(int(text[:4]), int(text[5:]), 1)


def without_accents(text):
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
