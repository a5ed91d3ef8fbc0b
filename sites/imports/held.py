"""What a list says of the fields that the prefecture holds: it never overwrites them, it proposes. Pure."""

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
# What is decided at once: {choice: fields}. A commune goes with its postal code.
CHOICES = {field: (field,) for field in HELD if field not in ("postal_code", "commune")} | {
    "commune": ("commune", "postal_code")
}
EVERY_WEEK = ["all", "open", None, None]


def take_out(owned, said, differences, theirs, ours):
    """{field: [ours, the list's]} of what a list says of the `owned` fields; they are taken out of `differences`.

    `said` is {attribute: value}; `theirs` and `ours` give the value of a field as `ListProposal.value` holds it. Where
    the list says nothing, it proposes nothing; where it says what we have, its value is None.
    """
    found = {}
    for field in owned:
        name, _column = HELD.get(field, ("", ""))
        if said.get(name) in (None, ""):
            continue
        found[field] = [ours(field), theirs(field) if name in differences else None]
        if name in differences:
            differences.remove(name)
    return found


def undecided(held):
    """The choices that `ImportRow.held` leaves to make: where the list says something else than the prefecture."""
    return [choice for choice in CHOICES if fields_of(choice, held)]


def fields_of(choice, held):
    """The fields of a choice for which the list says something else."""
    return [field for field in CHOICES[choice] if held.get(field, (None, None))[1] is not None]


def short(slot):
    """A slot of a record (`sites.records.record`), as [opens, closes] when it comes back every week."""
    return slot[:2] if slot[2:] == EVERY_WEEK else slot


def full(slot):
    """What `short` made short."""
    return slot if slot[2:] else [*slot, *EVERY_WEEK]


def chosen(held, taken):
    """(before, after) of the record's keys that change when the list's value of the `taken` fields is chosen."""
    before, after = {}, {}
    for field in taken:
        mine, theirs = held[field]
        if field == "hours":
            for day in sorted({*mine, *theirs}):
                if mine.get(day, []) != theirs.get(day, []):
                    before[f"hours.{day}"], after[f"hours.{day}"] = (
                        [full(slot) for slot in week.get(day, [])] for week in (mine, theirs)
                    )
        elif field in ("commune", "postal_code"):
            places = [(name, *held[name]) for name in ("commune", "postal_code")]
            before["commune"] = [mine for _, mine, _ in places]
            after["commune"] = [theirs if name in taken and theirs else mine for name, mine, theirs in places]
        else:
            before[field], after[field] = mine, theirs
    return before, after
