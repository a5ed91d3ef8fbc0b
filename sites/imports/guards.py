"""What must give pause before a list is applied, however valid each of its lines. Pure."""

from dataclasses import dataclass

# Shares of so few sites mean nothing: a small directory may lose one of ten.
FEWEST = 10


@dataclass(frozen=True)
class Alarm:
    """`number` is what a person must type to go on; `sentence` tells of it."""

    code: str
    number: int
    sentence: str


def alarms(counts, in_service, is_complete):
    """The `Alarm`s of a plan's counts, against the number of sites in service.

    Absence from a list that is not complete means nothing.
    """
    absent, changed = counts["absent"], counts["updated"] + counts["reopened"] + counts["closed"]
    if is_complete and absent >= FEWEST and absent > in_service * 0.02:
        yield Alarm(
            "absent",
            absent,
            f"{_number(absent)} sites en service ne sont pas dans la liste ({_share(absent, in_service)}) : "
            "ils seraient fermés au public.",
        )
    if in_service and changed >= FEWEST and changed > in_service * 0.30:
        yield Alarm(
            "changed",
            changed,
            f"{_number(changed)} sites changeraient ({_share(changed, in_service)}) : c'est inhabituel.",
        )
    named = in_service - absent
    if is_complete and in_service >= FEWEST and absent >= FEWEST and named < in_service * 0.90:
        yield Alarm(
            "few",
            named,
            f"La liste ne contient que {_number(named)} des {_number(in_service)} sites en service "
            f"({_share(named, in_service)}) : est-elle vraiment complète ?",
        )


def _share(part, whole):
    return f"{part / whole * 100:.1f} %".replace(".", ",")


def _number(value):
    return f"{value:,}".replace(",", " ")
