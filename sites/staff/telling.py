"""The history of a site as people read it: who, from where, and field by field what was and what is."""

from dataclasses import dataclass
from datetime import datetime
from math import atan2, cos, degrees, radians, sin
from typing import Any

from django.utils import timezone

from franceservices.accounts.models import User
from franceservices.territories.drive import metres_between
from sites.models import ImportBatch
from sites.records.wording import Names, in_french, label
from sites.written_hours import day_in_french
from sites.written_numbers import distance_in_french

ORIGINS = {"form": "depuis la fiche", "admin": "depuis l'administration", "api": "par l'API"}
BY_A_COMMAND = "par une commande"
FORGOTTEN = "compte supprimé"
WINDS = ("le nord", "le nord-est", "l'est", "le sud-est", "le sud", "le sud-ouest", "l'ouest", "le nord-ouest")


@dataclass(frozen=True)
class Line:
    """One value that changed: what was, what is, and how they differ when the two alone do not tell."""

    key: str
    label: str
    before: str
    after: str
    how: str = ""


@dataclass(frozen=True)
class Entry:
    """A `history.Change`, told. `who` is '' when nobody's name goes with it; `lines` are empty when nothing changed.

    `national_list` is the number of the list that made it, if one did.
    """

    at: datetime
    who: str
    origin: str
    put_back_of: datetime | None
    lines: list[Line]
    is_addition: bool
    checked: bool
    national_list: int | None


def entries(changes):
    """The `Entry` of each `history.Change`. At most five queries."""
    users, batches = _users_of(changes), _batches_of(changes)
    names = names_of(*((change.before, change.after, change.keys) for change in changes))
    return [
        Entry(
            at=change.at,
            who=_who(change.context, users),
            origin=_origin(change.context, batches),
            put_back_of=_moment(change.context.get("put_back_of")),
            lines=lines(change.before, change.after, change.keys, names),
            is_addition=change.before is None,
            checked=change.checked,
            national_list=_list_of(change.context, batches),
        )
        for change in changes
    ]


def names_of(*compared):
    """The `Names` that (before, after, keys) need. At most three queries."""
    return Names.of(
        [
            (key, (record or {}).get(key))
            for before, after, keys in compared
            for record in (before, after)
            for key in keys
        ]
    )


def lines(before, after, keys, names):
    """The `Line` of each of these keys of two records."""
    return [_line(key, (before or {}).get(key), (after or {}).get(key), names) for key in keys]


def _line(key, before, after, names):
    how = moved(before, after) if key == "location" and before and after else ""
    return Line(key, label(key, names), in_french(key, before, names), in_french(key, after, names), how)


def moved(before, after):
    """'déplacé de 340 m vers le nord-est', from two [longitude, latitude]; '' when it did not move."""
    metres = metres_between(*before, *after)
    if metres < 1:
        return ""
    return f"déplacé de {distance_in_french(metres)} vers {WINDS[round(_bearing(before, after) / 45) % 8]}"


def _bearing(before, after):
    """In which direction one [longitude, latitude] goes to another, in degrees (0: north, 90: east)."""
    (x1, y1), (x2, y2) = ([radians(degree) for degree in point] for point in (before, after))
    east = sin(x2 - x1) * cos(y2)
    north = cos(y1) * sin(y2) - sin(y1) * cos(y2) * cos(x2 - x1)
    return degrees(atan2(east, north)) % 360


def moment_in_french(moment):
    """An aware datetime as '12 mars 2026 à 14 h 05', in the current time zone."""
    local = timezone.localtime(moment)
    return f"{day_in_french(local.date())} à {local.hour} h {local:%M}"


# --- Who, and from where ---------------------------------------------------------------------------


def _who(context, users):
    return users.get(_number(context.get("user")), FORGOTTEN) if context.get("user") else ""


def _origin(context, batches):
    if context.get("source") == "import":
        return f"par {_list_named(batches.get(_number(context.get('import_batch'))))}"
    if context.get("source") == "undo":
        return f"par l'annulation de {_list_named(batches.get(_number(context.get('import_batch'))))}"
    return ORIGINS.get(context.get("source"), BY_A_COMMAND)


def _list_of(context, batches):
    batch = batches.get(_number(context.get("import_batch")))
    return batch.pk if batch and not batch.is_demo else None


def _list_named(batch):
    if batch is None:
        return "une liste nationale"
    if batch.is_demo:
        return "les données de démonstration"
    return f"la liste nationale {batch.file_name} du {day_in_french(timezone.localdate(batch.applied_at))}"


def _users_of(changes):
    wanted = _numbers(changes, "user")
    return {user.pk: str(user) for user in User.objects.filter(pk__in=wanted)} if wanted else {}


def _batches_of(changes):
    wanted = _numbers(changes, "import_batch")
    return ImportBatch.objects.in_bulk(wanted) if wanted else {}


def _numbers(changes, name):
    return {_number(change.context.get(name)) for change in changes} - {None}


def _number(value: Any):
    """A context is whatever its writer put there: a number, perhaps as text."""
    return int(value) if str(value).isdecimal() and len(str(value)) < 19 else None


def _moment(text):
    return datetime.fromisoformat(text) if text else None
