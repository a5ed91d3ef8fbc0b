"""`manage.py check_worker`: whether a worker lives, for who watches over the portal."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from sites.imports.tasks import STALLED_S


class Command(BaseCommand):
    help = "Dit si un traitement des listes est en marche ; code de sortie 1 sinon."

    def handle(self, *args, **options):
        since = timezone.now() - timedelta(seconds=STALLED_S)
        alive = ProcrastinateWorker.objects.filter(last_heartbeat__gte=since).count()
        waiting = ProcrastinateJob.objects.filter(status="todo").count()
        if not alive:
            raise CommandError(f"Aucun traitement ne répond : {_jobs(waiting)} attend{'ent' if waiting > 1 else ''}.")
        self.stdout.write(f"{alive} traitement{'s' if alive > 1 else ''} en marche, {_jobs(waiting)} en attente.")


def _jobs(count):
    return f"{count} travaux" if count > 1 else f"{count} travail"
