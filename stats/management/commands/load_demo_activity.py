"""`manage.py load_demo_activity`: what the demonstration sites would have reported, to look at dashboards."""

from django.core.management.base import BaseCommand, CommandError

from stats import demonstration


class Command(BaseCommand):
    help = "Charge l'activité de démonstration (fictive) des sites de démonstration, toujours la même."

    def handle(self, *args, verbosity, **options):
        try:
            rows = demonstration.load()
        except demonstration.CannotLoad as error:
            raise CommandError(str(error)) from error
        if verbosity:
            self.stdout.write(
                f"{rows} lignes d'activité de démonstration chargées."
                if rows
                else "L'activité de démonstration est déjà là."
            )
