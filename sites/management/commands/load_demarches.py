"""`manage.py load_demarches`: the démarches of fixtures/demarches.toml."""

import tomllib

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from sites.models import Demarche

FIXTURE = settings.BASE_DIR / "fixtures" / "demarches.toml"
PAGE = "https://www.service-public.gouv.fr/particuliers/vosdroits/{}"


class Command(BaseCommand):
    help = (
        "Ajoute les démarches qui manquent ; --replace remet aussi celles que l'on a modifiées comme dans le fichier."
    )

    def add_arguments(self, parser):
        parser.add_argument("--replace", action="store_true", help="remplace les démarches déjà là")

    @transaction.atomic
    def handle(self, *args, replace, verbosity, **options):
        rows = [
            _demarche(row, rank) for rank, row in enumerate(tomllib.loads(FIXTURE.read_text())["demarche"], start=1)
        ]
        before = Demarche.objects.count()
        if replace:
            fields = [field.name for field in Demarche._meta.fields if not field.primary_key]
            Demarche.objects.bulk_create(rows, update_conflicts=True, unique_fields=["slug"], update_fields=fields)
        else:
            Demarche.objects.bulk_create(rows, ignore_conflicts=True)
            for row in rows:
                if row.theme:  # those loaded before themes were there
                    Demarche.objects.filter(pk=row.pk, theme="").update(theme=row.theme)
        if verbosity:
            self.stdout.write(f"{len(rows)} démarches, dont {Demarche.objects.count() - before} ajoutées.")


def _demarche(row, rank):
    return Demarche(
        slug=row["slug"],
        name=row["nom"],
        partner_id=row.get("partenaire"),
        theme=row.get("theme", ""),
        summary=row["en_bref"],
        keywords=row["mots"],
        documents=row["apporter"],
        service_public_url=PAGE.format(row["fiche"]),
        is_featured=row.get("en_avant", False),
        rank=rank,
    )
