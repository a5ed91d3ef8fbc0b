"""`manage.py purge_reports`: forget what need not be kept of the errors that citizens told."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from sites import reports


class Command(BaseCommand):
    help = (
        "Efface les adresses des signalements traités ou de plus de six mois, et les signalements de plus de deux ans."
    )

    def handle(self, **options):
        forgotten, removed = reports.purge(timezone.now())
        self.stdout.write(f"{forgotten} adresses effacées, {removed} signalements supprimés.")
