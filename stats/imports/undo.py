"""Taking an applied import of figures back: exactly, or not at all."""

from typing import Any

from django.db import connection
from django.utils import timezone

from sites.written_hours import day_in_french
from stats.imports.figures import OF_SUBJECT
from stats.imports.work import CannotWrite, alone
from stats.models import ActivityImport, ReplacedActivity, ReplacedSatisfaction
from stats.suppression import settle

Status = ActivityImport.Status
REPLACED: dict[str, Any] = {"activity": ReplacedActivity, "satisfaction": ReplacedSatisfaction}

MONTHS = "SELECT DISTINCT month FROM {table} WHERE batch_id = %(batch)s"
PUT_BACK = """
UPDATE {table} AS one SET {amount} = other.{amount}, {part} = other.{part}, batch_id = other.previous_batch_id
FROM {replaced} AS other
WHERE other.batch_id = %(batch)s AND one.batch_id = %(batch)s AND {same}
"""
# What still carries the import's number once the rest is put back was created by it.
DELETE_CREATED = "DELETE FROM {table} WHERE batch_id = %(batch)s"
FORGET_OLD = "DELETE FROM {replaced} WHERE batch_id = %(batch)s"


class CannotTakeBack(CannotWrite):
    """The message is a French sentence that says why, and names the later imports if they are why."""


def later_imports(batch):
    """The applied imports that wrote over figures of `batch` since, in the order to take back: latest first."""
    over = REPLACED[batch.subject].objects.filter(previous_batch=batch)
    return ActivityImport.objects.filter(pk__in=over.values("batch")).order_by("-applied_at", "-pk")


def take_back(batch, user):
    """Delete the figures that an import created, put back those it replaced, and save it as TAKEN_BACK.

    `batch` is APPLIED or TAKING_BACK; `user` may be None. One transaction. Raises `CannotTakeBack`, or `FiguresBusy`,
    having changed nothing.
    """
    with alone():
        applied = ActivityImport.objects.select_for_update(no_key=True)
        if not applied.filter(pk=batch.pk, status__in=[Status.APPLIED, Status.TAKING_BACK]).exists():
            raise CannotTakeBack(f"L'import n° {batch.pk} n'est pas appliqué : il n'y a rien à annuler.")
        if later := list(later_imports(batch)):
            raise CannotTakeBack(_why_not(later))
        settle(_undo(batch))
        batch.status, batch.message = Status.TAKEN_BACK, ""
        batch.taken_back_at, batch.taken_back_by = timezone.now(), user
        batch.save()


def _undo(batch):
    """The months of the figures that were put back or deleted."""
    names = OF_SUBJECT[batch.subject].names
    with connection.cursor() as cursor:
        cursor.execute(MONTHS.format(**names), {"batch": batch.pk})
        months = [month for (month,) in cursor.fetchall()]
        for statement in (PUT_BACK, DELETE_CREATED, FORGET_OLD):
            cursor.execute(statement.format(**names), {"batch": batch.pk})
    return months


def _why_not(later):
    told = " et ".join(
        f"n° {batch.pk} ({batch.file_name}, appliqué le {day_in_french(timezone.localdate(batch.applied_at))})"
        for batch in later[:5]
    )
    others = f" et {len(later) - 5} autres" if later[5:] else ""
    if len(later) == 1:
        return f"L'import {told} a écrit depuis sur les mêmes chiffres : annulez-le d'abord."
    return f"Les imports {told}{others} ont écrit depuis sur les mêmes chiffres : annulez-les d'abord, dans cet ordre."
