"""The activity of the demonstration sites in the database: written at once, gone with them. `demo` invents it."""

import hashlib
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from sites.models import Demarche, Site
from sites.querysets import ITINERANT
from stats import demo, suppression
from stats.models import (
    ActivityImport,
    MonthlyActivity,
    MonthlyByDemarche,
    MonthlyByPartner,
    MonthlySatisfaction,
    MonthlyTotal,
    Publication,
    ReplacedActivity,
    ReplacedSatisfaction,
)

FILE_NAME = "activite-de-demonstration.csv"


class CannotLoad(Exception):
    """The message, in French, says what is lacking or in the way."""


def load():
    """Write the activity of the demonstration sites, as one import: the number of rows, 0 when it is already there.

    Raises `CannotLoad` when there are no such sites, or when figures were imported.
    """
    with transaction.atomic():
        if not Site.objects.demonstration().exists():
            raise CannotLoad("Il n'y a pas de site de démonstration : lancez d'abord manage.py load_demo.")
        if ActivityImport.objects.filter(is_demo=True, status=ActivityImport.Status.APPLIED).exists():
            return 0
        if MonthlyActivity.objects.exists() or MonthlySatisfaction.objects.exists():
            raise CannotLoad("Des chiffres ont déjà été importés : ceux de démonstration ne s'y mêlent pas.")
        if not Demarche.objects.exists():
            raise CannotLoad("Les démarches ne sont pas chargées : lancez d'abord manage.py load_demarches.")
        rows = _write()
        suppression.settle()
    return rows


def remove(**_signal):
    """The figures of sites that give way to real ones, or they would be counted with theirs; and what was published."""
    of_theirs = {"site__in": Site.objects.demonstration()}
    for model in (MonthlyActivity, MonthlySatisfaction, ReplacedActivity, ReplacedSatisfaction):
        model.objects.filter(**of_theirs).delete()
    ActivityImport.objects.filter(is_demo=True).delete()
    Publication.objects.filter(is_demo=True).delete()
    suppression.settle()


def _write():
    procedures = [demo.Procedure(*row) for row in Demarche.objects.values_list("slug", "partner_id", "theme")]
    lines, answers = demo.figures(_reporters(), procedures)
    batch = _import(len(lines) + len(answers))
    sites = dict(Site.objects.demonstration().values_list("external_id", "pk"))
    # Satisfaction first: each COPY counts the totals again, which is quick while there is no activity.
    _copy(MonthlySatisfaction, "respondents, very_satisfied", sites, answers, batch)
    _copy(MonthlyActivity, "partner_id, demarche_id, requests, completed", sites, lines, batch)
    models = (MonthlyActivity, MonthlySatisfaction, MonthlyTotal, MonthlyByPartner, MonthlyByDemarche)
    with connection.cursor() as cursor:  # or PostgreSQL would believe for a minute that they are empty
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in models)}")
    return len(lines) + len(answers)


def _reporters():
    rows = (
        Site.objects.demonstration()
        .exclude(labelled_on=None)
        .values_list(
            "external_id",
            "commune__departement__region_id",
            "commune__departement_id",
            "commune__population",
            "labelled_on",
            "kind",
            "format",
        )
    )
    return [
        demo.Reporter(
            *(external_id, region, departement, population or 0, labelled_on),
            is_antenne=kind == Site.Kind.ANTENNE,
            travels=format in ITINERANT,
        )
        for external_id, region, departement, population, labelled_on, kind, format in rows.order_by()
    ]


def _import(rows):
    now = timezone.now()
    return ActivityImport.objects.create(
        status=ActivityImport.Status.APPLIED,
        subject=ActivityImport.Subject.ACTIVITY,
        file_name=FILE_NAME,
        sha256=hashlib.sha256(Path(demo.__file__).read_bytes()).hexdigest(),  # there is no file: what makes it
        is_demo=True,
        counts={"rows": rows, "written": rows, "unchanged": 0, "errors": 0, "warnings": 0},
        analysed_at=now,
        applied_at=now,
    )


def _copy(model, counts, sites, rows, batch):
    """Write (site's identifier, month, *counts) rows."""
    table = model._meta.db_table
    statement = f"COPY {table} (site_id, month, {counts}, batch_id) FROM STDIN"
    with _keys_checked_at_once(table), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for site, *row in rows:
            copy.write_row((sites[site], *row, batch.pk))


@contextmanager
def _keys_checked_at_once(table):
    """Foreign keys checked together, after the `with` block: one by one, they take half of the time.

    The table is nobody else's meanwhile: only for one that is still empty.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
        cursor.execute(
            """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid = %s::regclass AND contype = 'f'""",
            [table],
        )
        keys = cursor.fetchall()
        cursor.execute(f"ALTER TABLE {table} {', '.join(f'DROP CONSTRAINT {name}' for name, _ in keys)}")
        yield
        cursor.execute(f"ALTER TABLE {table} {', '.join(f'ADD CONSTRAINT {name} {what}' for name, what in keys)}")
