"""`manage.py load_demo_accounts`: three accounts to look around with, away from production."""

from django.core.management.base import BaseCommand

from franceservices.accounts import demonstration


class Command(BaseCommand):
    help = "Crée les comptes de démonstration : agent, lecture, national."

    def handle(self, *args, **options):
        demonstration.refuse_in_production()
        made = demonstration.load()
        self.stdout.write(
            f"{made} comptes de démonstration créés." if made else "Les comptes de démonstration sont là."
        )
