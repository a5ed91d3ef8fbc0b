"""`manage.py import_activity`: what a file of monthly figures would change, and, with --apply, changing it."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sites.imports.files.errors import FileError
from sites.imports.files.reader import MAX_BYTES
from sites.imports.files.text import on_one_line
from stats.imports import report, work

NOTHING = {"rows": 0, "written": 0, "unchanged": 0, "errors": 1, "warnings": 0}


class Command(BaseCommand):
    help = "Compare un fichier de chiffres mensuels (CSV ou XLSX) à ceux enregistrés ; avec --apply, les enregistre."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FICHIER", help="démarches accompagnées ou satisfaction, en CSV ou XLSX")
        parser.add_argument("--apply", action="store_true", help="enregistrer les chiffres, s'il n'y a aucune erreur")
        parser.add_argument("--json", action="store_true", help="n'écrire que les nombres, en un objet JSON")

    def handle(self, *, file, apply, json, verbosity, **options):
        path = Path(file)
        data, today = _read_file(path), timezone.localdate()
        try:
            examined, batch = work.import_file(path.name, data, today) if apply else (_examine(data, today), None)
        except (FileError, work.CannotWrite) as error:
            if json:
                self._write_json(NOTHING)
            raise CommandError(on_one_line(work.why_refused(error), 2_000)) from error
        if json:
            self._write_json(examined.counts)
        elif verbosity:
            self.stdout.write("\n".join(report.lines(examined, everything=verbosity > 1)))
        if examined.counts["errors"]:
            raise CommandError("Rien n'a été écrit : corrigez les erreurs, puis recommencez.")
        if verbosity and not json:
            self.stdout.write(f"\n{_what_became_of_it(examined, batch)}")

    def _write_json(self, counts):
        self.stdout.write(json.dumps(counts))


def _examine(data, today):
    with work.patient_transaction():
        examined = work.examine(data, today, work.Quiet())
        transaction.set_rollback(True)
        return examined


def _read_file(path):
    """The content of a file, read no further than what one may weigh."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        told = on_one_line(str(path), 200)
        raise CommandError(f"Le fichier {told} ne peut pas être lu : {error.strerror}.") from error


def _what_became_of_it(examined, batch):
    if batch:
        how = f"manage.py take_back_activity {batch.pk} --apply"
        return f"Les chiffres sont enregistrés. C'est l'import n° {batch.pk} ; pour l'annuler : {how}"
    if not examined.counts["written"]:
        return "Ces chiffres sont déjà enregistrés : il n'y a rien à écrire."
    return "Rien n'a été écrit : ajoutez --apply pour enregistrer ces chiffres."
