"""`manage.py import_sites`: what a list of sites would change, and, with --apply, changing it."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from sites.imports import download, report
from sites.imports.analysis import Plan, analyse
from sites.imports.apply import CannotWriteNow, Source, import_table
from sites.imports.columns import KNOWN_HEADINGS
from sites.imports.errors import FileError
from sites.imports.reader import MAX_BYTES, read_table
from sites.imports.text import on_one_line


class Command(BaseCommand):
    help = "Compare une liste de France services (CSV ou XLSX) à l'annuaire ; avec --apply, met l'annuaire à jour."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", metavar="FICHIER", help="liste au format CSV ou XLSX")
        parser.add_argument("--official", action="store_true", help="télécharger la liste officielle (data.gouv.fr)")
        parser.add_argument("--complete", action="store_true", help="liste complète : fermer les sites absents")
        parser.add_argument("--apply", action="store_true", help="écrire les changements, s'il n'y a aucune erreur")
        parser.add_argument("--json", action="store_true", help="n'écrire que les nombres, en un objet JSON")

    def handle(self, *, file, official, complete, apply, json, verbosity, **options):
        if bool(file) == official:
            raise CommandError("Indiquez un fichier, ou bien --official.")
        try:
            name, data = download.official_list() if official else _read_file(file)
            table = read_table(data, known=KNOWN_HEADINGS)
            plan = _run(table, Source.of(name, data), complete, apply)
        except (FileError, download.DownloadError, CannotWriteNow) as error:
            if json:
                self._write_json(Plan(is_demo=False, is_complete=complete).counts | {"errors": 1})
            raise CommandError(on_one_line(str(error), 2_000)) from error
        if json:
            self._write_json(plan.counts)
        else:
            self._tell(plan, verbosity)
        self._conclude(plan, apply, quiet=json or not verbosity)

    def _write_json(self, counts):
        self.stdout.write(json.dumps(counts))

    def _tell(self, plan, verbosity):
        if verbosity:
            for line in report.lines(plan, everything=verbosity > 1):
                self.stdout.write(line)

    def _conclude(self, plan, apply, quiet):
        if plan.counts["errors"]:
            raise CommandError("Rien n'a été écrit : corrigez les erreurs, puis recommencez.")
        if quiet:
            return
        if not plan.changes_something:
            self.stdout.write("\nL'annuaire est déjà à jour : rien n'a été écrit.")
        elif apply:
            self.stdout.write("\nL'annuaire est à jour.")
        else:
            self.stdout.write("\nRien n'a été écrit : ajoutez --apply pour appliquer ces changements.")


def _read_file(name):
    """(name, content) of a file, read no further than what a list may weigh."""
    path = Path(name)
    try:
        with path.open("rb") as file:
            return path.name, file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"Le fichier {on_one_line(name, 200)} ne peut pas être lu : {error.strerror}.") from error


def _run(table, source, complete, apply):
    if not apply:
        plan, _ = analyse(table, is_complete=complete)
        return plan
    plan, _ = import_table(table, source, is_complete=complete)
    return plan
