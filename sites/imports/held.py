"""What a list says of the fields that the prefecture holds: it never overwrites them, it proposes. Pure."""

from typing import NamedTuple

HELD = {  # name in `Site.locally_owned_fields`: (what the analysis compares, column of the list)
    "phone": ("phone", "telephone"),
    "email": ("email", "mail"),
    "appointment": ("appointment", "prise_rdv"),
    "note": ("note", "commentaire"),
    "address": ("address", "adresse"),
    "address_extra": ("address_extra", "complement_adresse"),
    "postal_code": ("postal_code", "code_postal"),
    "commune": ("commune_id", "insee_com"),
    "location": ("position", "latitude"),
    "hours": ("week", "h_lundi"),
}  # a list says nothing of the website, which can be held too


class Proposal(NamedTuple):
    """`value` is what `ListProposal.value` holds; None when the list now says what the site has."""

    site: int
    field: str
    value: object


def take_out(held, said, differences, week):
    """{field: value or None} of what a list says of the `held` fields; they are taken out of `differences`.

    `said` is {attribute: value}, `week` {weekday: slots} or None. Where the list says nothing, it proposes nothing.
    """
    found = {}
    for field in held:
        name, _column = HELD.get(field, ("", ""))
        if said.get(name) in (None, ""):
            continue
        differs = differences.pop(name, None)
        found[field] = _as_json(name, said[name], week) if differs else None
    return found


def _as_json(name, value, week):
    if name == "week":
        return {
            str(weekday): [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in slots]
            for weekday, slots in week.items()
            if slots
        }
    return list(value) if name == "position" else str(value)
