"""Loading the territories from the fixtures: COPY, one transaction, and nothing to do when they are loaded."""

import csv
import gzip
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils.text import slugify

from . import entries, names
from .models import Commune, LoadedFixtures, PlaceName

FIXTURES = settings.BASE_DIR / "fixtures"
FILES = ("regions.csv", "departements.csv", "communes.csv.gz")
CODE = (__file__, entries.__file__, names.__file__)  # what is loaded depends on it too
COPY_OF = {
    "territories_region": ("code", "name", "slug"),
    "territories_departement": ("code", "name", "slug", "region_id", "timezone", "holiday_calendar"),
    "territories_commune": (
        "insee",
        "name",
        "slug",
        "departement_id",
        "postal_codes",
        "population",
        "location",
        "replaced_by_id",
    ),
}
PLACE_NAME_COLUMNS = (
    "search_name",
    "spelling",
    "kind",
    "code",
    "label",
    "detail",
    "qualifiers",
    "population",
    "location",
    "centre",
    "is_former",
)


@dataclass(frozen=True)
class Loaded:
    """What was loaded, or was there already. Numbers of rows, and seconds."""

    seconds: float
    already: bool
    regions: int
    departements: int
    communes: int
    former: int


def load(fixtures=FIXTURES):
    """Make the tables say what the fixtures say, and return a `Loaded`.

    Rows are updated in place, so that sites keep their commune; one that left the fixtures stays. Costs
    two queries when the very same fixtures were loaded by the very same code and are still there.
    """
    began = time.monotonic()
    fixtures = Path(fixtures)
    fingerprint = fingerprint_of(fixtures)
    already = is_loaded(fingerprint)
    if not already:
        territories = read(fixtures)
        place_names = [place_name_row(entry) for entry in entries.entries(territories)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load_territories'))")  # one load at a time
            write(cursor, territories)
            write_names(cursor, place_names)
            LoadedFixtures.objects.all().delete()
            LoadedFixtures.objects.create(fingerprint=fingerprint, communes=Commune.objects.count())
        analyze()
    return counted(time.monotonic() - began, already)


def fingerprint_of(fixtures):
    """SHA-256 of the fixtures and of the code that reads them."""
    digest = hashlib.sha256()
    for path in [*(fixtures / name for name in FILES), *map(Path, CODE)]:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_loaded(fingerprint):
    """Whether these fixtures were loaded, and their communes and names are still there."""
    loaded = LoadedFixtures.objects.filter(fingerprint=fingerprint).first()
    return loaded is not None and PlaceName.objects.exists() and Commune.objects.count() >= loaded.communes


def read(fixtures):
    """The fixtures' rows, as `entries.Territories`."""
    with (fixtures / "regions.csv").open(encoding="utf-8", newline="") as file:
        regions = {row["code"]: {"code": row["code"], "name": row["nom"]} for row in csv.DictReader(file)}
    with (fixtures / "departements.csv").open(encoding="utf-8", newline="") as file:
        departements = {
            row["code"]: {
                "code": row["code"],
                "name": row["nom"],
                "region": row["region"],
                "timezone": row["fuseau"],
                "holidays": row["jours_feries"],
            }
            for row in csv.DictReader(file)
        }
    with gzip.open(fixtures / "communes.csv.gz", "rt", encoding="utf-8", newline="") as file:
        communes = {row["insee"]: commune(row) for row in csv.DictReader(file)}
    return entries.Territories(regions, departements, communes)


def commune(row):
    """A row of communes.csv.gz with its lists and numbers read. The point is (longitude, latitude) or None."""
    return {
        "insee": row["insee"],
        "name": row["nom"],
        "departement": row["departement"],
        "postal_codes": row["codes_postaux"].split("|") if row["codes_postaux"] else [],
        "population": int(row["population"]) if row["population"] else None,
        "point": (row["longitude"], row["latitude"]) if row["latitude"] else None,
        "replaced_by": row["remplacee_par"],
        "former_names": row["anciens_noms"].split("|") if row["anciens_noms"] else [],
    }


def write(cursor, territories):
    upsert(
        cursor,
        "territories_region",
        ((row["code"], row["name"], slugify(row["name"])) for row in territories.regions.values()),
    )
    upsert(
        cursor,
        "territories_departement",
        (
            (
                row["code"],
                row["name"],
                slugify(row["name"]),
                row["region"] or None,
                row["timezone"],
                row["holidays"],
            )
            for row in territories.departements.values()
        ),
    )
    upsert(
        cursor,
        "territories_commune",
        (
            (
                row["insee"],
                row["name"],
                slugify(row["name"]),
                row["departement"],
                array(row["postal_codes"]),
                row["population"],
                ewkt(row["point"]),
                row["replaced_by"] or None,
            )
            for row in territories.communes.values()
        ),
    )
    # Today's communes only: arrondissements and former communes are counted in those.
    cursor.execute("""
        UPDATE territories_departement SET population = communes.total
        FROM (
            SELECT departement_id, sum(population) AS total FROM territories_commune WHERE replaced_by_id IS NULL
            GROUP BY departement_id
        ) AS communes
        WHERE code = departement_id AND population IS DISTINCT FROM communes.total
    """)


def write_names(cursor, rows):
    """Write the gazetteer anew. Its indexes are built at the end: faster, and so is each search afterwards."""
    cursor.execute("TRUNCATE territories_placename")
    with connection.schema_editor() as editor:
        for index in PlaceName._meta.indexes:
            editor.remove_index(PlaceName, index)
    with cursor.copy(f"COPY territories_placename ({', '.join(PLACE_NAME_COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    with connection.schema_editor() as editor:
        for index in PlaceName._meta.indexes:
            editor.add_index(PlaceName, index)


def place_name_row(entry):
    """An entry as PLACE_NAME_COLUMNS."""
    return (
        entry.search_name,
        entry.spelling,
        entry.kind,
        entry.code,
        entry.label,
        entry.detail,
        array(entry.qualifiers),
        entry.population,
        ewkt(entry.point),
        entry.centre,
        entry.is_former,
    )


def upsert(cursor, table, rows):
    """COPY the rows beside `table`, then insert the new ones and update those that differ."""
    columns = COPY_OF[table]
    key, *others = columns
    every, news = ", ".join(columns), ", ".join(f"excluded.{name}" for name in others)
    olds = ", ".join(f"{table}.{name}" for name in others)
    # Only constants of this module enter these statements.
    cursor.execute(f"CREATE TEMPORARY TABLE fresh AS SELECT {every} FROM {table} WITH NO DATA")  # noqa: S608
    with cursor.copy(f"COPY fresh ({every}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(
        f"INSERT INTO {table} ({every}) SELECT {every} FROM fresh"  # noqa: S608
        f" ON CONFLICT ({key}) DO UPDATE SET ({', '.join(others)}) = ROW ({news})"
        f" WHERE ROW ({olds}) IS DISTINCT FROM ROW ({news})"
    )
    cursor.execute("DROP TABLE fresh")


def array(values):
    """The values as PostgreSQL writes an array: they are postal codes or normalised words, free of quotes."""
    return "{" + ",".join(f'"{value}"' for value in values) + "}"


def ewkt(point):
    return f"SRID=4326;POINT({point[0]} {point[1]})" if point else None


def analyze():
    """Tell the planner what is there: it would otherwise read whole tables until autovacuum comes by."""
    with connection.cursor() as cursor:
        for table in (*COPY_OF, "territories_placename"):
            cursor.execute(f"ANALYZE {table}")


def counted(seconds, already):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM territories_region), (SELECT count(*) FROM territories_departement),"
            " count(*) FILTER (WHERE replaced_by_id IS NULL), count(replaced_by_id) FROM territories_commune"
        )
        return Loaded(seconds, already, *cursor.fetchone())
