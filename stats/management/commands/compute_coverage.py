"""`manage.py compute_coverage`: how far the inhabitants of every commune are from a site."""

from django.core.management.base import BaseCommand

from stats import written
from stats.coverage.compute import compute, compute_if_due


class Command(BaseCommand):
    help = "Calcule, pour chaque commune, le site le plus proche, et la part des habitants à 10, 20 et 30 minutes."

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-changed", action="store_true", help="ne calcule que si un site ou un arrêt a changé de place"
        )

    def handle(self, *args, if_changed, verbosity, **options):
        computed = compute_if_due() if if_changed else compute()
        if not verbosity:
            return
        if computed is None:
            self.stdout.write("Rien n'a changé.")
            return
        self.stdout.write(
            f"{written.count(computed.communes)} communes en {written.decimal(computed.seconds)} s : "
            f"{written.share(computed.share_within_30_min, 1)} des habitants à 30 minutes au plus d'un site."
        )
        if computed.by_service:
            self.stdout.write(f"{written.count(computed.by_service)} durées données par le service d'itinéraires.")
