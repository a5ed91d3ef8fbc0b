"""`manage.py load_demo_activity`: what the demonstration sites would have reported, to look at dashboards."""

import hashlib
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from sites.models import Demarche, Site
from sites.querysets import ITINERANT
from stats import demo, suppression
from stats.models import ActivityImport, MonthlyActivity, MonthlySatisfaction

FILE_NAME = "activite-de-demonstration.csv"
ROWS_AT_A_TIME = 5_000


class Command(BaseCommand):
    help = "Charge l'activité de démonstration (fictive) des sites de démonstration, toujours la même."

    def handle(self, *args, verbosity, **options):
        with transaction.atomic():
            sites = _sites()
            if not sites:
                raise CommandError("Il n'y a pas de site de démonstration : lancez d'abord manage.py load_demo.")
            if ActivityImport.objects.filter(is_demo=True, status=ActivityImport.Status.APPLIED).exists():
                said = "L'activité de démonstration est déjà là."
            elif MonthlyActivity.objects.exists() or MonthlySatisfaction.objects.exists():
                raise CommandError(
                    "Des chiffres ont déjà été importés : ceux de démonstration ne s'y mêlent pas. "
                    "Utilisez une base vide."
                )
            else:
                said = f"{load(sites)} lignes d'activité de démonstration chargées."
        if verbosity:
            self.stdout.write(said)


def load(sites):
    """Write the activity of `demo.Reporter`s by COPY, as one import; the number of its rows."""
    procedures = [demo.Procedure(*row) for row in Demarche.objects.values_list("slug", "partner_id", "theme")]
    lines, answers = demo.figures(sites, procedures)
    batch = _import(len(lines) + len(answers))
    numbers = dict(Site.objects.demonstration().values_list("external_id", "pk"))
    # Satisfaction first: each COPY counts the totals again, and without activity that is quick.
    _copy(
        "stats_monthlysatisfaction (site_id, month, respondents, very_satisfied, batch_id)",
        ((numbers[one.site], *one[1:], batch.pk) for one in answers),
    )
    _copy(
        "stats_monthlyactivity (site_id, month, partner_id, demarche_id, requests, completed, batch_id)",
        ((numbers[line.site], *line[1:], batch.pk) for line in lines),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stats_monthlyactivity, stats_monthlysatisfaction, stats_monthlytotal")
        cursor.execute("ANALYZE stats_monthlybypartner, stats_monthlybydemarche")
    if hasattr(suppression, "settle"):
        suppression.settle()
    return len(lines) + len(answers)


def _sites():
    rows = Site.objects.demonstration().exclude(labelled_on=None).values_list(
        "external_id",
        "commune__departement__region_id",
        "commune__departement_id",
        "commune__population",
        "labelled_on",
        "kind",
        "format",
    )
    return [
        demo.Reporter(
            external_id,
            region,
            departement,
            population or 0,
            labelled_on,
            is_antenne=kind == Site.Kind.ANTENNE,
            travels=format in ITINERANT,
        )
        for external_id, region, departement, population, labelled_on, kind, format in rows
    ]


def _import(rows):
    now = timezone.now()
    return ActivityImport.objects.create(
        status=ActivityImport.Status.APPLIED,
        subject=ActivityImport.Subject.ACTIVITY,
        file_name=FILE_NAME,
        sha256=hashlib.sha256(Path(demo.__file__).read_bytes()).hexdigest(),
        is_demo=True,
        counts={"rows": rows, "written": rows, "unchanged": 0, "errors": 0, "warnings": 0},
        analysed_at=now,
        applied_at=now,
    )


def _copy(columns, rows):
    with connection.cursor() as cursor, cursor.copy(f"COPY {columns} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
