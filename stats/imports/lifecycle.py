"""What happens to a file of figures: received, analysed, confirmed, applied, taken back, or abandoned.

The pages call what is quick; `stats.tasks` has the worker do the rest, with the functions at the end.
"""

import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone

from sites.imports.progress import progress_of
from stats.imports import undo, work
from stats.models import ActivityFile, ActivityImport, ActivityProgress

Status = ActivityImport.Status
NOTHING_TO_DO = "Ces chiffres sont déjà tous enregistrés : il n'y a rien à appliquer."
READ_SINCE = (
    "Ce fichier a été analysé de nouveau depuis l'affichage de la page : rien n'a été écrit. Relisez ce qu'il "
    "changerait maintenant, puis confirmez."
)


class NotNow(Exception):
    """The file is no longer in the state that the page showed. The message is a French sentence."""


def receive(file_name, data, user):
    """Keep the bytes of a file, and have it analysed: the new `ActivityImport`."""
    from stats import tasks

    with transaction.atomic():
        batch = ActivityImport.objects.create(
            file_name=file_name[-200:], sha256=hashlib.sha256(data).hexdigest(), received_by=user
        )
        work.keep_file(batch, data)
        tasks.analyse.defer(figures_pk=batch.pk)
    return batch


def already_applied(batch):
    """The import of the very same content that is applied today, or None."""
    same = ActivityImport.objects.filter(sha256=batch.sha256, status=Status.APPLIED, is_demo=False)
    return same.exclude(pk=batch.pk).order_by("-applied_at").first()


def can_be_confirmed(batch):
    """Whether it has no error, and something to write."""
    return batch.status == Status.READY and not batch.counts.get("errors") and bool(batch.counts.get("written"))


def confirm(batch, user):
    """Have a file that is ready applied by a `User`, as it was analysed when `batch` was read. Raises `NotNow`."""
    from stats import tasks

    with transaction.atomic():
        ready = ActivityImport.objects.select_for_update(no_key=True).filter(pk=batch.pk, status=Status.READY).first()
        if ready and ready.analysed_at != batch.analysed_at:
            raise NotNow(READ_SINCE)
        if ready and not can_be_confirmed(ready):
            raise NotNow("Ce fichier a des erreurs, ou rien à écrire : il ne peut pas être appliqué.")
        _move(batch, Status.READY, Status.CONFIRMED, applied_by=user, message="")
        tasks.write.defer(figures_pk=batch.pk)


def abandon(batch):
    """Raises `NotNow` when it is being applied, or was."""
    _move(batch, (Status.READY, Status.REFUSED), Status.ABANDONED)


def take_back(batch, user):
    """Have what an import wrote undone by a `User`. Raises `NotNow` when it is not applied."""
    from stats import tasks

    with transaction.atomic():
        _move(batch, Status.APPLIED, Status.TAKING_BACK, taken_back_by=user, message="")
        tasks.take_back.defer(figures_pk=batch.pk)


def _move(batch, before, after, **changes):
    """Change the status of a batch, unless someone else has: one of two who press at once is told."""
    before = (before,) if isinstance(before, str) else before
    if not ActivityImport.objects.filter(pk=batch.pk, status__in=before).update(status=after, **changes):
        now = ActivityImport.objects.get(pk=batch.pk)
        raise NotNow(f"Ce fichier n'attend plus cette action : il est « {now.get_status_display().lower()} ».")
    ActivityProgress.objects.filter(batch=batch).delete()  # that of the work before
    batch.refresh_from_db()


def give_back(batch, message):
    """Put a file whose work failed where someone can act on it again; `message` is a French sentence."""
    instead: dict[Status, dict[str, Any]] = {
        Status.RECEIVED: {"status": Status.REFUSED},
        Status.CONFIRMED: {"status": Status.READY, "applied_by": None},
        Status.TAKING_BACK: {"status": Status.APPLIED, "taken_back_by": None},
    }
    for before, changes in instead.items():
        ActivityImport.objects.filter(pk=batch.pk, status=before).update(message=message, **changes)


# --- What the worker does --------------------------------------------------------------------------


def analyse(batch):
    """Find what a file would change. Again or for the first time: the result is one."""
    if batch.status != Status.RECEIVED:
        return
    with progress_of(batch) as progress:
        work.analyse(batch, _data_of(batch), timezone.localdate(), progress)
    _tell_when_nothing_to_do(batch)


def write(batch):
    """Write a file that is confirmed, unless it would no longer do what was shown: then show what it would do now."""
    if batch.status != Status.CONFIRMED:
        return
    with progress_of(batch) as progress:
        try:
            work.write(batch, _data_of(batch), batch.applied_by, timezone.localdate(), progress)
        except (work.ChangedSince, work.HasErrors) as error:
            batch.applied_by = None
            work.analyse(batch, _data_of(batch), timezone.localdate(), progress)
            ActivityImport.objects.filter(pk=batch.pk).update(message=str(error))


def take_back_figures(batch):
    """Undo what an import wrote; told on the page when it cannot be."""
    if batch.status != Status.TAKING_BACK:
        return
    with progress_of(batch) as progress:
        progress.stage("Remise des chiffres d'avant")
        undo.take_back(batch, batch.taken_back_by)


def _data_of(batch):
    return bytes(ActivityFile.objects.values_list("content", flat=True).get(batch=batch))


def _tell_when_nothing_to_do(batch):
    if batch.status == Status.READY and not batch.counts["errors"] and not batch.counts["written"]:
        ActivityImport.objects.filter(pk=batch.pk).update(message=NOTHING_TO_DO)
