"""`manage.py hide_small_numbers`: what the public may not see, decided anew where figures or the threshold changed."""

from django.core.management.base import BaseCommand

from stats.suppression import all_months, settle


class Command(BaseCommand):
    help = "Masque au public les petits nombres des mois qui ont changé, ou de tous si le seuil a changé."

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="tous les mois, comme après un changement de SECRET_KEY")

    def handle(self, *args, verbosity, **options):
        months = settle(all_months() if options["all"] else None)
        if verbosity:
            self.stdout.write(f"{months} mois revus." if months else "Rien n'a changé.")
