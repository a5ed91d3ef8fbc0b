"""`manage.py take_back_activity`: whether an import of figures can be taken back; with --apply, doing it."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from stats.imports import undo, work
from stats.models import ActivityImport


class Command(BaseCommand):
    help = "Annule un import de chiffres : ceux qu'il a créés disparaissent, ceux qu'il a remplacés reviennent."

    def add_arguments(self, parser):
        parser.add_argument("number", type=int, metavar="NUMÉRO", help="celui de l'import, dit à son application")
        parser.add_argument("--apply", action="store_true", help="annuler ; sinon, dire seulement si c'est possible")

    def handle(self, *, number, apply, **options):
        batch = ActivityImport.objects.filter(pk=number).first()
        if batch is None:
            raise CommandError(f"Aucun import de chiffres n'a le numéro {number}.")
        try:
            with transaction.atomic():
                undo.take_back(batch, user=None)
                transaction.set_rollback(not apply)
        except work.CannotWrite as error:
            raise CommandError(str(error)) from error
        if apply:
            self.stdout.write(f"L'import n° {number} est annulé : les chiffres sont ceux d'avant.")
        else:
            self.stdout.write(f"L'import n° {number} peut être annulé. Rien n'a été écrit : ajoutez --apply.")
