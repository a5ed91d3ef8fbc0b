"""`manage.py import_sites`: what a list of sites would change, and, with --apply, changing it."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sites.imports import lifecycle, report, tasks
from sites.imports.analysis import Plan, analyse
from sites.imports.apply import CannotWriteNow, Source, import_table
from sites.imports.cells.columns import KNOWN_HEADINGS, positions_in_sheet
from sites.imports.files import download
from sites.imports.files.errors import FileError
from sites.imports.files.reader import MAX_BYTES, read_table
from sites.imports.files.text import on_one_line
from sites.imports.guards import alarms
from sites.models import ImportBatch
from sites.written_hours import day_in_french


class Command(BaseCommand):
    help = "Compare une liste de France services (CSV ou XLSX) à l'annuaire ; avec --apply, met l'annuaire à jour."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", metavar="FICHIER", help="liste au format CSV ou XLSX")
        parser.add_argument("--official", action="store_true", help="télécharger la liste officielle (data.gouv.fr)")
        parser.add_argument("--complete", action="store_true", help="liste complète : fermer les sites absents")
        parser.add_argument("--apply", action="store_true", help="écrire les changements, s'il n'y a aucune erreur")
        parser.add_argument(
            "--valid-rows",
            action="store_true",
            help="avec --apply : laisser les lignes en erreur, écrire les autres ; aucun site n'est alors fermé",
        )
        parser.add_argument(
            "--confirm",
            action="append",
            type=int,
            default=[],
            metavar="NOMBRE",
            help="avec --apply : avoir vu ce nombre inhabituel (à répéter pour chacun)",
        )
        parser.add_argument("--json", action="store_true", help="n'écrire que les nombres, en un objet JSON")

    def handle(self, *, file, official, complete, apply, valid_rows, confirm, json, verbosity, **options):
        if bool(file) == official:
            raise CommandError("Indiquez un fichier, ou bien --official.")
        try:
            name, data = download.official_list() if official else _read_file(file)
            table, source = read_table(data, known=KNOWN_HEADINGS), Source.of(name, data)
            earlier = lifecycle.already_applied(ImportBatch(sha256=source.sha256))
            plan, batch = (
                _apply(table, source, complete, valid_rows, confirm) if apply else (_compare(table, complete), None)
            )
        except (FileError, download.DownloadError, CannotWriteNow) as error:
            if json:
                self._write_json(Plan(is_demo=False, is_complete=complete).counts | {"errors": 1})
            raise CommandError(on_one_line(str(error), 2_000)) from error
        if json:
            self._write_json(plan.counts)
        elif verbosity:
            self._tell(plan, table, earlier, everything=verbosity > 1)
        self._conclude(plan, batch, apply, valid_rows, confirm, quiet=json or not verbosity)

    def _write_json(self, counts):
        self.stdout.write(json.dumps(counts))

    def _tell(self, plan, table, earlier, everything):
        if earlier:
            day = day_in_french(timezone.localdate(earlier.applied_at))
            self.stdout.write(f"Ce fichier a déjà été appliqué le {day} (liste n° {earlier.pk}).")
        for line in report.lines(plan, everything, positions_in_sheet(table)):
            self.stdout.write(line)

    def _conclude(self, plan, batch, apply, valid_rows, confirm, quiet):
        """Say what was done; the exit status is 1 when something was not, or when there are errors."""
        left = alarms_left(plan, valid_rows, confirm)
        if apply and plan.can_be_written(valid_rows) and left:
            raise CommandError(f"Rien n'a été écrit. {_asked(left)}")
        if plan.counts["errors"]:
            raise CommandError(_what_became_of_errors(apply, valid_rows and plan.can_be_written(valid_rows)))
        if quiet:
            return
        if not plan.changes_something:
            self.stdout.write("\nL'annuaire est déjà à jour : rien n'a été écrit.")
        elif batch:
            how = f"manage.py take_back_list {batch.pk} --apply"
            self.stdout.write(f"\nL'annuaire est à jour. C'est la liste n° {batch.pk} ; pour l'annuler : {how}")
        elif apply:
            self.stdout.write("\nRien n'a été écrit : les lignes valides ne changent rien, et seules elles comptaient.")
        else:
            self.stdout.write("\nRien n'a été écrit : ajoutez --apply pour appliquer ces changements.")
            if left:
                self.stdout.write(_asked(left))


def alarms_left(plan, valid_rows_only, confirmed):
    """The `guards.Alarm`s of a `Plan` whose number was not given. Valid rows alone close no site."""
    counts = plan.counts | ({"closed": 0} if valid_rows_only else {})
    found = alarms(counts, plan.in_service, plan.is_complete and not valid_rows_only)
    return [alarm for alarm in found if alarm.number not in confirmed]


def _asked(left):
    told = " ".join(alarm.sentence for alarm in left)
    options = " ".join(f"--confirm {alarm.number}" for alarm in left)
    return f"{told} Si c'est bien ce que vous voulez, ajoutez : {options}"


def _what_became_of_errors(apply, valid_rows_can_be_written):
    if apply and valid_rows_can_be_written:
        return "Les lignes valides sont écrites. Corrigez les lignes en erreur, puis importez-les."
    return "Rien n'a été écrit : corrigez les erreurs, puis recommencez."


def _read_file(name):
    """(name, content) of a file, read no further than what a list may weigh."""
    path = Path(name)
    try:
        with path.open("rb") as file:
            return path.name, file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"Le fichier {on_one_line(name, 200)} ne peut pas être lu : {error.strerror}.") from error


def _compare(table, complete):
    plan, _ = analyse(table, is_complete=complete)
    return plan


def _apply(table, source, complete, valid_rows, confirm):
    """(`Plan`, `ImportBatch` or None) of what was written; agents are told once it is committed."""
    with transaction.atomic():
        plan, batch = import_table(
            table,
            source,
            is_complete=complete,
            valid_rows_only=valid_rows,
            may_write=lambda plan: not alarms_left(plan, valid_rows, confirm),
        )
        if batch:
            tasks.tell_agents_later(batch)
    return plan, batch
