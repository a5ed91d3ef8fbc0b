"""`manage.py take_back_list`: what taking an applied list back would do, and, with --apply, doing it."""

from django.core.management.base import BaseCommand, CommandError

from sites.imports import lifecycle, undo
from sites.imports.apply import CannotWriteNow
from sites.models import ImportBatch


class Command(BaseCommand):
    help = "Annule une liste appliquée : chaque site redevient ce qu'il était, sauf ceux modifiés depuis."

    def add_arguments(self, parser):
        parser.add_argument("number", type=int, metavar="NUMÉRO", help="celui de la liste, dit à son application")
        parser.add_argument("--apply", action="store_true", help="annuler ; sinon, dire seulement ce qui changerait")

    def handle(self, *, number, apply, **options):
        batch = ImportBatch.objects.filter(pk=number, status=ImportBatch.Status.APPLIED).first()
        if batch is None:
            raise CommandError(f"La liste n° {number} n'est pas appliquée : il n'y a rien à annuler.")
        undone = undo.plan(batch)
        for refusal in undone.refused:
            self.stdout.write(f"  {refusal.name} ({refusal.external_id}) : {refusal.why}")
        if apply:
            self.stdout.write(_take_back(batch))
        else:
            self.stdout.write(f"{undo.in_short(undone)}\nRien n'a été écrit : ajoutez --apply pour annuler la liste.")


def _take_back(batch):
    """What was done, in French."""
    try:
        lifecycle.start_taking_back(batch)
        return lifecycle.take_back_list(batch).message
    except (CannotWriteNow, lifecycle.NotNow) as error:
        lifecycle.give_back(batch, str(error))
        raise CommandError(str(error)) from error
