"""Hours, positions and numbers as forms and addresses bring them. Pure."""

import re

HOUR = re.compile(r"([0-9]{1,2})\s*(?:h|:|\.|\s)?\s*([0-9]{2})?\s*(?:min)?", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:[.,][0-9]{1,20})?")


class UnreadableHour(ValueError):
    """Not an hour of a day."""


class UnreadableNumber(ValueError):
    """Not a number of degrees."""


def read_hour(text):
    """'9', '9h', '9 h 30', '9:30', '930' or '0930' as '09:30'. Raises `UnreadableHour`."""
    match = HOUR.fullmatch(text.strip())
    if not match:
        raise UnreadableHour(text)
    hours, minutes = match[1], match[2] or "00"
    if int(hours) > 23 or int(minutes) > 59:
        raise UnreadableHour(text)
    return f"{int(hours):02}:{minutes}"


def read_degrees(text):
    """'44.35', '44,35' or '-1,5' as a float, rounded to 6 decimals (0.1 m). Raises `UnreadableNumber`."""
    if not NUMBER.fullmatch(text.strip()):
        raise UnreadableNumber(text)
    return round(float(text.strip().replace(",", ".")), 6)


def read_whole(text, digits=17):
    """'12' as 12; None when it is no whole number, or one of more digits than a key of the database has."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None
