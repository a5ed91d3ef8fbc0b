"""What must give pause before a list is applied, however valid each of its lines. Pure."""

from dataclasses import dataclass

from sites.written_numbers import number_in_french, share_in_french

# Shares of so few sites mean nothing: a small directory may lose one of ten.
FEWEST = 10


@dataclass(frozen=True)
class Alarm:
    """`number` is what a person must type to go on; `sentence` tells of it."""

    code: str
    number: int
    sentence: str


def alarms(counts, in_service, is_complete, valid_rows_only=False):
    """The `Alarm`s of a plan's counts, against the number of sites in service.

    Absence from a list that is not complete means nothing; nor does it when its valid rows alone are written.
    """
    is_complete = is_complete and not valid_rows_only
    closed = 0 if valid_rows_only else counts["closed"]
    absent, changed = counts["absent"], counts["updated"] + counts["reopened"] + closed
    if is_complete and absent >= FEWEST and absent > in_service * 0.02:
        yield Alarm(
            "absent",
            absent,
            f"{number_in_french(absent)} sites en service ne sont pas dans la liste "
            f"({share_in_french(absent, in_service)}) : ils seraient fermés au public.",
        )
    if in_service and changed >= FEWEST and changed > in_service * 0.30:
        yield Alarm(
            "changed",
            changed,
            f"{number_in_french(changed)} sites changeraient ({share_in_french(changed, in_service)}) : "
            "c'est inhabituel.",
        )
    named = in_service - absent
    if is_complete and in_service >= FEWEST and absent >= FEWEST and named < in_service * 0.90:
        yield Alarm(
            "few",
            named,
            f"La liste ne contient que {number_in_french(named)} des {number_in_french(in_service)} sites en service "
            f"({share_in_french(named, in_service)}) : est-elle vraiment complète ?",
        )
