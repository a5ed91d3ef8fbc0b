"""The totals are the sums of the raw figures, whatever wrote them."""

from datetime import date

import pghistory
import pytest
from django.core.management import call_command
from django.db import connection

from franceservices.territories.models import Commune
from sites.models import Site
from stats import suppression
from stats.models import MonthlyActivity, MonthlyTotal
from tests.factories import METZ, RODEZ, TOULOUSE, make_import, make_site, report_activity, report_satisfaction

from .sums import check_totals

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2023, 3, 1), date(2023, 4, 1)
NOUMEA = "98818"


@pytest.fixture(autouse=True)
def demarches():
    call_command("load_demarches", verbosity=0)


@pytest.fixture
def figures():
    """Three sites of two régions, and one of a collectivity that is in none."""
    batch = make_import()
    for commune in (RODEZ, TOULOUSE, METZ, NOUMEA):
        site = make_site(commune)
        report_activity(site, MARCH, 40, 30, batch=batch)
        report_activity(site, MARCH, 7, None, partner="ants", batch=batch)
        report_activity(site, MARCH, 9, 2, partner="ants", demarche="carte-grise", batch=batch)
        report_activity(site, APRIL, 11, 11, batch=batch)
        report_satisfaction(site, MARCH, 12, 10, batch=batch)
    report_satisfaction(make_site(RODEZ), APRIL, 3, 1, batch=batch)


def total(territory, month=MARCH):
    return MonthlyTotal.objects.get(territory=territory, month=month)


def test_each_level_is_the_sum_of_its_sites(figures):
    assert (total("departement-12").requests, total("region-76").requests, total("france").requests) == (56, 112, 224)
    assert (total("france").completed, total("france").completed_of, total("france").reporting) == (128, 196, 4)
    assert (total("region-76").respondents, total("departement-12", APRIL).reporting) == (24, 1)
    check_totals()


def test_a_correction_is_counted(figures):
    MonthlyActivity.objects.filter(partner="caf", site__commune=RODEZ).update(requests=50, completed=50)

    assert total("region-76").requests == 122
    check_totals()


def test_what_is_deleted_is_counted_no_more(figures):
    MonthlyActivity.objects.filter(site__commune=METZ).delete()

    check_totals()
    assert total("region-44").requests == 0  # the answers are still there


def test_rows_written_by_copy_are_counted(figures):
    site, batch = make_site(METZ), make_import()

    with connection.cursor() as cursor:
        columns = "site_id, month, partner_id, requests, batch_id"
        with cursor.copy(f"COPY stats_monthlyactivity ({columns}) FROM STDIN") as copy:
            copy.write_row((site.pk, MARCH, "msa", 1000, batch.pk))

    assert total("france").requests == 1224
    check_totals()


def test_a_month_that_moves_is_counted_on_both_sides(figures):
    MonthlyActivity.objects.filter(month=APRIL).update(month=date(2023, 5, 1))

    check_totals()


def test_a_site_that_changes_departement_takes_its_figures_along(figures):
    site = MonthlyActivity.objects.filter(site__commune=RODEZ).first().site

    with pghistory.context(source="test"):
        site.commune = Commune.objects.get(pk=METZ)
        site.save()

    assert not MonthlyTotal.objects.filter(territory="departement-12", month=MARCH).exists()
    assert total("departement-57").requests == 112
    check_totals()


def test_a_site_that_stays_in_its_departement_counts_nothing_again(figures):
    """What is counted again is hidden until it is settled: a new commune would hide the whole of France meanwhile."""
    suppression.settle()
    elsewhere = Commune.objects.current().filter(departement="12").exclude(pk=RODEZ).first()

    with pghistory.context(source="test"):
        Site.objects.filter(commune=RODEZ).update(commune=elsewhere)

    assert MonthlyActivity.objects.filter(site__commune=elsewhere).exists()
    assert not MonthlyTotal.objects.unsettled().exists()
    check_totals()


def test_what_was_just_counted_is_hidden_until_small_numbers_are_looked_for(figures):
    assert not MonthlyTotal.objects.filter(hides_requests=False).exists()
    assert not MonthlyTotal.objects.filter(settled=True).exists()
