"""From the bytes of a file to figures, and back."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from stats.imports import undo, work
from stats.models import ActivityImport, MonthlyActivity, MonthlySatisfaction, ReplacedActivity
from tests.factories import METZ, RODEZ, TOULOUSE, make_import, make_site, report_activity, report_satisfaction
from tests.stats.sums import check_totals

pytestmark = pytest.mark.django_db
TODAY = date(2024, 6, 15)


@pytest.fixture(autouse=True)
def demarches():
    call_command("load_demarches", verbosity=0)


@pytest.fixture(autouse=True)
def sites():
    for number, commune in enumerate((RODEZ, TOULOUSE, METZ), start=1):
        make_site(commune, external_id=f"90{number}", labelled_on=date(2022, 1, 15))


def received(text, **fields):
    data = text.encode()
    batch = ActivityImport.objects.create(file_name="activite.csv", sha256="0" * 64, **fields)
    work.analyse(batch, data, TODAY)
    return batch, data


def written(text):
    batch, data = received(text)
    work.write(batch, data, None, TODAY)
    return batch


def activity():
    rows = MonthlyActivity.objects.values_list(
        "site__external_id", "month", "partner", "demarche", "requests", "completed"
    )
    return sorted(((row[0], f"{row[1]:%Y-%m}", *row[2:]) for row in rows), key=str)


LONG = """id_fs;mois;partenaire;demarche;demandes;finalisees
901;2024-01;CAF;;40;30
901;janvier 2024;Pôle emploi;;12;
902;01/2024;ANTS;Carte grise;1 200;1 000
"""


def test_a_long_file_is_written():
    batch = written(LONG)

    assert activity() == [
        ("901", "2024-01", "caf", None, 40, 30),
        ("901", "2024-01", "france-travail", None, 12, None),
        ("902", "2024-01", "ants", "carte-grise", 1200, 1000),
    ]
    assert batch.counts == {"rows": 3, "written": 3, "unchanged": 0, "errors": 0, "warnings": 0}
    assert sorted(batch.totals) == [
        ["2024-01", "ants", 0, 1200],
        ["2024-01", "caf", 0, 40],
        ["2024-01", "france-travail", 0, 12],
    ]
    check_totals()
