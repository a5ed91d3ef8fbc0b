"""When a site is open. Pure: no Django, no database, and the time is always an argument."""

import re
from dataclasses import dataclass

A_SLOT = re.compile(r"(\d{1,2})[:hH](\d{2})\s*-\s*(\d{1,2})[:hH](\d{2})")


class UnreadableHours(ValueError):
    """A day's hours that no rule can read; `slot` is the part at fault."""

    def __init__(self, slot):
        super().__init__(f"créneau illisible : {slot}")
        self.slot = slot


@dataclass(frozen=True)
class Day:
    """A day's slots as read, and whether they had to be tidied."""

    slots: tuple
    was_tidied: bool
