"""Two people who change the same record. Pure: a record is a dict, and what it does not hold is None."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Collision(NamedTuple):
    """A value that both changed, each in their own way."""

    before: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True)
class Merge:
    """`changes` is what to write over theirs; `collisions` is what only a person can decide."""

    changes: dict[str, Any] = field(default_factory=dict)
    collisions: dict[str, Collision] = field(default_factory=dict)


def merge(before, theirs, mine):
    """The `Merge` of `mine` into `theirs`, both made from `before`.

    What I left as it was, or changed as they did, is theirs; what they left as it was is mine.
    """
    merged = Merge()
    for key in sorted(before.keys() | theirs.keys() | mine.keys()):
        values = Collision(before.get(key), theirs.get(key), mine.get(key))
        if values.mine in (values.before, values.theirs):
            continue
        if values.theirs == values.before:
            merged.changes[key] = values.mine
        else:
            merged.collisions[key] = values
    return merged
