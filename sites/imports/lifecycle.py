"""What happens to a list: received, analysed, confirmed, applied, taken back, or abandoned.

The pages call what is quick; `tasks` has the worker do the rest.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from sites.imports import apply, stored, undo
from sites.imports.analysis import giving_way, planned_rows
from sites.imports.apply import Source
from sites.imports.cells.columns import KNOWN_HEADINGS, positions_in_sheet
from sites.imports.cells.issues import ERROR
from sites.imports.files.errors import FileError
from sites.imports.files.reader import read_table
from sites.imports.guards import alarms
from sites.imports.plan import Plan, can_be_written
from sites.imports.progress import progress_of
from sites.models import ImportBatch, ImportFile, ImportProgress, ImportRow, Site

Status = ImportBatch.Status
CHANGED_SINCE = (
    "Des sites de cette liste ont changé depuis l'analyse : rien n'a été écrit. Voici la différence avec l'annuaire "
    "d'aujourd'hui ; relisez-la, puis confirmez."
)
CHOOSE_AGAIN = " Les choix entre ses valeurs et celles des préfectures sont à refaire."
READ_SINCE = (
    "Cette liste a été lue de nouveau depuis l'affichage de la page : rien n'a été écrit. Voici ce qu'elle changerait "
    "maintenant ; relisez-le, puis confirmez."
)
NOTHING_TO_DO = "L'annuaire dit déjà tout ce que dit cette liste : il n'y a rien à appliquer."


class NotNow(Exception):
    """The list is no longer in the state that the page showed. The message is a French sentence."""


def receive(file_name, data, user, *, is_complete):
    """Keep the bytes of a file, and have it analysed: the new `ImportBatch`."""
    from sites.imports import tasks

    source = Source.of(file_name, data)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            file_name=source.file_name, sha256=source.sha256, received_by=user, is_complete=is_complete
        )
        stored.keep_file(batch, data)
        tasks.analyse.defer(batch_pk=batch.pk)
    return batch


def already_applied(batch):
    """The list with the very same content that is applied today, or None."""
    same = ImportBatch.objects.filter(sha256=batch.sha256, status=Status.APPLIED, is_demo=batch.is_demo)
    return same.exclude(pk=batch.pk).order_by("-applied_at").first()


def alarms_of(batch, valid_rows_only=False):
    """The `guards.Alarm`s to clear before a list that is ready is applied."""
    in_service = Site.objects.open_to_public().official().count()
    return list(alarms(counts_as_chosen(batch), in_service, batch.is_complete, valid_rows_only))


def can_be_confirmed(batch, valid_rows_only=False):
    """Whether a list brings something, and has no line in error, or only its valid lines are wanted."""
    return can_be_written(counts_as_chosen(batch), valid_rows_only)


def counts_as_chosen(batch):
    """The counts of a list that is ready: a line that changed nothing does, once the list's value is chosen."""
    chosen = batch.rows.filter(action=ImportRow.Action.UNCHANGED).exclude(taken=[]).count()
    changed = {"updated": chosen, "unchanged": -chosen}
    return batch.counts | {name: batch.counts.get(name, 0) + more for name, more in changed.items()}


def confirm(batch, user, *, valid_rows_only=False):
    """Have a list that is ready applied by a `User`, as it was analysed when `batch` was read.

    Raises `NotNow` when it is not ready any more, or was analysed again meanwhile.
    """
    from sites.imports import tasks

    with transaction.atomic():
        _refuse_another_analysis(batch)
        _move(batch, Status.READY, Status.CONFIRMED, applied_by=user, valid_rows_only=valid_rows_only, message="")
        if batch.counts.get("errors") and not valid_rows_only:
            raise NotNow("Cette liste a des erreurs : corrigez-la, ou appliquez seulement ses lignes sans erreur.")
        if not can_be_confirmed(batch, valid_rows_only):
            raise NotNow("Cette liste n'a rien à appliquer.")
        tasks.apply.defer(batch_pk=batch.pk)


def _refuse_another_analysis(batch):
    ready = ImportBatch.objects.select_for_update(no_key=True).filter(pk=batch.pk, status=Status.READY).first()
    if ready and ready.analysed_at != batch.analysed_at:
        raise NotNow(READ_SINCE)


def abandon(batch):
    """Raises `NotNow` when it is being applied, or was."""
    _move(batch, (Status.READY, Status.REFUSED), Status.ABANDONED)


def take_back(batch, user):
    """Have what a list did undone by a `User`. Raises `NotNow` when it is not applied, or is taken back already."""
    from sites.imports import tasks

    with transaction.atomic():
        start_taking_back(batch, user)
        tasks.take_back.defer(batch_pk=batch.pk)


def start_taking_back(batch, user=None):
    """Mark a list as about to be taken back, so that nobody else does. Raises `NotNow`."""
    _move(batch, Status.APPLIED, Status.TAKING_BACK, taken_back_by=user, message="")


def read_again(batch, encoding="", delimiter=""):
    """Have a file that is not applied read with an encoding and a delimiter ('': the one that is found)."""
    from sites.imports import tasks

    with transaction.atomic():
        asked = {"asked_encoding": encoding, "asked_delimiter": delimiter, "message": ""}
        _move(batch, (Status.READY, Status.REFUSED), Status.RECEIVED, **asked)
        tasks.analyse.defer(batch_pk=batch.pk)


def _move(batch, before, after, **changes):
    """Change the status of a batch, unless someone else has: one of two who press at once is told."""
    before = (before,) if isinstance(before, str) else before
    if not ImportBatch.objects.filter(pk=batch.pk, status__in=before).update(status=after, **changes):
        now = ImportBatch.objects.get(pk=batch.pk)
        raise NotNow(f"Cette liste n'attend plus cette action : elle est « {now.get_status_display().lower()} ».")
    ImportProgress.objects.filter(batch=batch).delete()  # that of the work before
    batch.refresh_from_db()


def give_back(batch, message):
    """Put a list whose work failed where someone can act on it again; `message` is a French sentence."""
    instead: dict[Status, dict[str, Any]] = {
        Status.RECEIVED: {"status": Status.REFUSED},
        Status.CONFIRMED: {"status": Status.READY, "applied_by": None, "valid_rows_only": False},
        Status.TAKING_BACK: {"status": Status.APPLIED, "taken_back_by": None},
    }
    for before, changes in instead.items():
        ImportBatch.objects.filter(pk=batch.pk, status=before).update(message=message, **changes)


# --- What the worker does --------------------------------------------------------------------------


def analyse(batch):
    """Read and compare the file of a batch, and keep what is found. Again or for the first time: the result is one."""
    with progress_of(batch) as progress:
        progress.stage("Lecture du fichier")
        try:
            table = _table_of(batch)
            positions = positions_in_sheet(table)
        except FileError as error:
            _refuse(batch, str(error))
            return
        batch.encoding, batch.delimiter, batch.sheet = table.encoding, table.delimiter, table.sheet[:100]
        progress.stage("Comparaison avec l'annuaire", total=len(table.rows))
        with apply.patient_transaction():
            # A worker that was thought dead may wake up when another has done its work.
            if ImportBatch.objects.select_for_update(no_key=True).filter(pk=batch.pk, status=batch.status).exists():
                _analyse(batch, table, positions, progress)


def apply_list(batch):
    """Apply a list that is confirmed, unless a site that it touches has changed: then show the new difference."""
    from sites.imports import tasks

    with progress_of(batch) as progress:
        progress.stage("Vérification de l'annuaire")
        with apply.alone():
            batch = ImportBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
            if batch.status != Status.CONFIRMED:
                return batch
            if not apply.has_changed_since(batch):
                progress.stage("Écriture des sites", total=1)
                apply.write(batch, batch.applied_by, progress.done)
                tasks.tell_agents_later(batch)
                return batch
    batch.message = CHANGED_SINCE + (CHOOSE_AGAIN if batch.rows.exclude(taken=[]).exists() else "")
    batch.applied_by, batch.valid_rows_only = None, False
    analyse(batch)
    return batch


def take_back_list(batch):
    """Undo what a list did, but for the sites that were edited since: they are told by `undo.left`."""
    from sites.imports import tasks

    with progress_of(batch) as progress:
        progress.stage("Recherche de ce qui a changé depuis la liste")
        with apply.alone():
            batch = ImportBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
            if batch.status != Status.TAKING_BACK:
                return batch
            undone = undo.plan(batch)
            progress.stage("Remise des sites comme avant", total=1)
            undo.write(batch, undone, batch.taken_back_by, progress.done)
            tasks.tell_agents_later(batch)
            return batch


def _table_of(batch):
    data = ImportFile.objects.values_list("content", flat=True).get(batch=batch)  # not kept on the batch: it is big
    return read_table(bytes(data), KNOWN_HEADINGS, encoding=batch.asked_encoding, delimiter=batch.asked_delimiter)


def _refuse(batch, message):
    stored.forget(batch)
    batch.status, batch.message, batch.analysed_at = Status.REFUSED, message, timezone.now()
    batch.save()


def _analyse(batch, table, positions, progress):
    stored.forget(batch)
    plan = Plan(batch.is_demo, batch.is_complete, demonstration=giving_way(batch.is_demo))
    rows = planned_rows(table, is_complete=batch.is_complete, is_demo=batch.is_demo)
    stored.keep(batch, plan.counting(rows), positions, progress.done)
    batch.status, batch.analysed_at = Status.READY, timezone.now()
    batch.counts = plan.all_counts
    if not plan.changes_something and not plan.issues_of(ERROR):
        batch.message = NOTHING_TO_DO
    batch.save()
