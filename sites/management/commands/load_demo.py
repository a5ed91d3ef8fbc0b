"""`manage.py load_demo`: fictitious sites, to look around before the official list is imported."""

import pghistory
from django.contrib.gis.geos import Point
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import Q

from franceservices.territories.models import Commune
from sites import demo
from sites.imports.apply import CannotWriteNow, Source, import_table, tell_the_planner
from sites.imports.cells.columns import COLUMNS
from sites.imports.cells.gazetteer import ARRONDISSEMENTS, latitude_of, longitude_of
from sites.imports.cells.issues import ERROR
from sites.imports.files.reader import read_table
from sites.models import Site, Stop

FILE_NAME = "demonstration.csv"


class Command(BaseCommand):
    help = "Charge les sites de démonstration (fictifs), toujours les mêmes."

    def handle(self, *args, verbosity, **options):
        if Site.objects.official().exists():
            raise CommandError(
                "L'annuaire contient des sites réels : les données de démonstration ne s'y mêlent pas. "
                "Utilisez une base vide."
            )
        places = _towns()
        if not places:
            raise CommandError("Les communes ne sont pas chargées : lancez d'abord manage.py load_territories.")
        data = demo.as_csv(places)
        try:
            plan, batch = import_table(read_table(data, known=COLUMNS), Source.of(FILE_NAME, data), is_demo=True)
        except CannotWriteNow as error:
            raise CommandError(str(error)) from error
        for issue in plan.issues_of(ERROR):
            raise CommandError(f"Les données de démonstration sont refusées : {issue.message}")
        if not Stop.objects.filter(site__is_demo=True).exists():
            _write_stops(demo.stops_at(places))
            tell_the_planner()
        if verbosity:
            self.stdout.write(
                f"{plan.rows} sites de démonstration chargés."
                if batch
                else f"Les {plan.rows} sites de démonstration sont déjà là."
            )


def _write_stops(stops):
    """The rounds, which the official list does not have: one transaction, and a history that says their source."""
    sites = dict(Site.objects.demonstration().values_list("external_id", "pk"))
    with transaction.atomic(), connection.cursor() as cursor, pghistory.context(source="demonstration"):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # see imports.apply
        Stop.objects.bulk_create(
            Stop(
                site_id=sites[stop.external_id],
                commune_id=stop.insee,
                place=stop.place,
                location=Point(stop.longitude, stop.latitude, srid=4326),
                weekday=stop.weekday,
                opens=stop.opens,
                closes=stop.closes,
                weeks=stop.weeks,
                mode=stop.mode,
            )
            for stop in stops
            if stop.external_id in sites
        )
        cursor.execute("ANALYZE sites_stop")


def _towns():
    """Communes of the 101 départements that have a point and a postal code; of the three largest, arrondissements."""
    is_arrondissement = Q()
    for start in ARRONDISSEMENTS:
        is_arrondissement |= Q(insee__startswith=start)
    cities = Commune.objects.filter(is_arrondissement, replaced_by__isnull=False).values("replaced_by")
    rows = (
        Commune.objects.filter(Q(replaced_by=None) | is_arrondissement, departement__region__isnull=False)
        .exclude(insee__in=cities)
        .exclude(location=None)
        .exclude(postal_codes=[])
        .values_list(
            "insee",
            "name",
            "departement_id",
            "departement__region_id",
            "postal_codes__0",
            "population",
            longitude_of("location"),
            latitude_of("location"),
        )
    )
    return [
        demo.Town(insee, name, departement, region, postal_code, population or 0, longitude, latitude)
        for insee, name, departement, region, postal_code, population, longitude, latitude in rows.order_by()
    ]
