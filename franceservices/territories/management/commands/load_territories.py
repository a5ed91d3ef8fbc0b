"""manage.py load_territories: the régions, départements and communes of fixtures/, in the database."""

from django.core.management.base import BaseCommand

from franceservices.territories.loading import load


class Command(BaseCommand):
    help = "Charge les régions, les départements et les communes (rien à faire s'ils sont déjà chargés)."

    def handle(self, **options):
        loaded = load()
        done = "déjà chargés" if loaded.already else f"chargés en {loaded.seconds:.1f} s".replace(".", ",")
        self.stdout.write(
            f"Territoires {done} : {loaded.regions} régions, {loaded.departements} départements et collectivités, "
            f"{french(loaded.communes)} communes, {french(loaded.former)} arrondissements et anciens codes."
        )


def french(number):
    """34969 -> '34 969'."""
    return f"{number:,}".replace(",", " ")
