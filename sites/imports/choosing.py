"""Where the prefecture holds a value and the list says another: which one is taken, until the list is confirmed.

By default the prefecture's stays, and the list's is proposed to it. `apply` writes what was chosen.
"""

from contextlib import contextmanager

from django.db import transaction
from django.db.models import Count, Func, Q, Value

from sites.imports.held import CHOICES, fields_of
from sites.imports.lifecycle import NotNow
from sites.models import ImportBatch, ImportRow

READ_AGAIN = "Cette liste a été analysée de nouveau depuis l'affichage de la page : rien n'a été changé, recommencez."
NOT_READY = "Rien n'a été changé : cette liste n'attend plus de choix, elle est « {} »."


def says_otherwise(choice):
    """The `Q` of the rows where the list says something else than the prefecture."""
    return Q.create([_is_proposed(field) for field in CHOICES[choice]], Q.OR)


def rows_to_choose(batch):
    """The rows where there is something to choose, in the order of the list."""
    anything = Q.create([says_otherwise(choice) for choice in CHOICES], Q.OR)
    return batch.rows.exclude(held={}).filter(anything).order_by("pk")


def counts(batch):
    """{choice: (how many rows it is to be made in, in how many the list's value is taken)}, where there are any."""
    aggregates = {}
    for choice, fields in CHOICES.items():
        otherwise = says_otherwise(choice)
        aggregates[choice] = Count("pk", filter=otherwise)
        aggregates[f"{choice}_taken"] = Count("pk", filter=otherwise & Q(taken__overlap=list(fields)))
    found = batch.rows.exclude(held={}).order_by().aggregate(**aggregates)
    return {choice: (found[choice], found[f"{choice}_taken"]) for choice in CHOICES if found[choice]}


def take_everywhere(batch, choice):
    """Take the list's values of a choice in all rows. Raises `NotNow`."""
    with _while_ready(batch):
        for field in CHOICES[choice]:
            added = Func(_without(field), Value(field), function="array_append")
            batch.rows.exclude(held={}).filter(_is_proposed(field)).update(taken=added)


def keep_everywhere(batch, choice):
    """Keep the prefecture's values of a choice in all rows. Raises `NotNow`."""
    with _while_ready(batch):
        for field in CHOICES[choice]:
            batch.rows.filter(taken__contains=[field]).update(taken=_without(field))


def choose(batch, shown, taken):
    """Of the choices `shown`, {(row, choice)}, take the list's value for those that are `taken`, and no other.

    Raises `NotNow`: rows have other numbers once the list is analysed again.
    """
    with _while_ready(batch):
        rows = batch.rows.select_for_update().in_bulk({row for row, _choice in shown})
        if rows.keys() != {row for row, _choice in shown}:
            raise NotNow(READ_AGAIN)
        for pk, choice in shown:
            row, fields = rows[pk], set(CHOICES[choice])
            chosen = fields_of(choice, row.held) if (pk, choice) in taken else []
            row.taken = [field for field in row.taken if field not in fields] + chosen
        ImportRow.objects.bulk_update(rows.values(), ["taken"])


@contextmanager
def _while_ready(batch):
    """A transaction in which nobody confirms the list."""
    with transaction.atomic():
        # Only a list that is ready is locked: the worker may hold one that it applies for longer than a page waits.
        ready = ImportBatch.objects.filter(pk=batch.pk, status=ImportBatch.Status.READY)
        if not ready.select_for_update(no_key=True).first():
            now = ImportBatch.objects.get(pk=batch.pk)
            raise NotNow(NOT_READY.format(now.get_status_display().lower()))
        yield


def _is_proposed(field):
    return Q(held__has_key=field) & ~Q(**{f"held__{field}__1": None})


def _without(field):
    return Func("taken", Value(field), function="array_remove")
