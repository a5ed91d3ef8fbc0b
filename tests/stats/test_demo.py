"""The demonstration activity is what the release says, the same each time, and leaves with the demonstration sites."""

import random
import tomllib
from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sites.models import Site
from sites.signals import demonstration_leaves
from stats import demo, demonstration
from stats.models import ActivityImport, MonthlyActivity, MonthlySatisfaction, MonthlyTotal
from stats.months import month_of
from tests.factories import METZ, RODEZ, TOULOUSE, make_site, report_activity
from tests.sites.imports.lists import RODEZ as REAL_SITE
from tests.sites.imports.lists import import_rows

from .sums import check_totals

FIXTURE = Path(demo.__file__).parent.parent / "fixtures" / "demarches.toml"
PROCEDURES = [
    demo.Procedure(one["slug"], one.get("partenaire"), one.get("theme", ""))
    for one in tomllib.loads(FIXTURE.read_text(encoding="utf-8"))["demarche"]
]
THEMES = [theme for theme, *_ in demo.MAIN]
LABELS = (date(2020, 1, 1), date(2021, 1, 15), date(2022, 6, 1), date(2023, 3, 1))


def a_country(how_many=400):
    """Sites of Occitanie and of elsewhere, of every kind."""
    return [
        demo.Reporter(
            f"D{number:04}",
            "76" if number % 4 == 0 else "84",
            "12" if number % 4 == 0 else "38",
            number * 37 % 9000,
            LABELS[number % 7 % 4],
            is_antenne=number % 25 == 0,
            travels=number % 20 == 0,
        )
        for number in range(1, how_many + 1)
    ]


SITES = a_country()
OURS = {site.external_id for site in SITES if site.region == "76"}


@pytest.fixture(scope="module")
def figures():
    return demo.figures(SITES, PROCEDURES)


def test_occitanie_has_the_requests_of_the_release(figures):
    lines, _ = figures

    assert sum(line.requests for line in lines if line.site in OURS) == 1_982_080


def test_occitanie_completed_eighty_percent_of_those_it_counted(figures):
    lines, _ = figures

    counted = [line for line in lines if line.site in OURS and line.completed is not None]

    assert Fraction(sum(line.completed for line in counted), sum(line.requests for line in counted)) == Fraction(4, 5)
    assert len(counted) < len([line for line in lines if line.site in OURS])  # some do not say


def test_occitanie_has_ninety_three_percent_of_very_satisfied(figures):
    _, answers = figures

    ours = [one for one in answers if one.site in OURS]

    assert Fraction(sum(one.very_satisfied for one in ours), sum(one.respondents for one in ours)) == Fraction(93, 100)


@pytest.mark.parametrize("where", ["Occitanie", "France"])
def test_main_demarches_come_in_the_order_of_the_release(where, figures):
    lines, _ = figures
    theme_of = {one.slug: one.theme or one.slug for one in PROCEDURES}

    counted = Counter()
    for line in lines:
        if line.demarche and (where == "France" or line.site in OURS):
            counted[theme_of[line.demarche]] += line.requests

    assert [theme for theme, _ in counted.most_common(5)] == THEMES


def test_the_other_regions_follow_site_for_site(figures):
    lines, _ = figures

    elsewhere = sum(line.requests for line in lines if line.site not in OURS)

    assert 2 < elsewhere / demo.REQUESTS < 4  # three times as many sites


def test_same_figures_whatever_the_order_of_sites_and_demarches(figures):
    sites, procedures = list(SITES), list(PROCEDURES)
    random.Random(3).shuffle(sites)
    random.Random(4).shuffle(procedures)

    assert demo.figures(sites, procedures) == figures


def test_figures_keep_to_the_rules_of_the_tables(figures):
    lines, answers = figures
    label = {site.external_id: month_of(site.labelled_on) for site in SITES}

    assert len({line[:4] for line in lines}) == len(lines)
    assert len({one[:2] for one in answers}) == len(answers)
    assert all(line.requests > 0 for line in lines)
    assert all(line.completed is None or 0 <= line.completed <= line.requests for line in lines)
    assert all(0 <= one.very_satisfied <= one.respondents for one in answers)
    for row in (*lines, *answers):
        assert row.month.day == 1
        assert label[row.site] <= row.month <= date(2023, 3, 1)


def test_a_demarche_is_counted_for_its_own_partner(figures):
    lines, _ = figures
    partner_of = {one.slug: one.partner for one in PROCEDURES}

    assert all(line.partner == partner_of[line.demarche] for line in lines if line.demarche)
    assert {line.partner for line in lines} == {one.partner for one in PROCEDURES if one.partner}


def test_some_months_are_not_reported(figures):
    lines, _ = figures
    expected = sum(len(demo.months_between(month_of(site.labelled_on), demo.LAST_MONTH)) for site in SITES)

    assert 0.93 < len({line[:2] for line in lines}) / expected < 0.99


def test_august_is_quiet_and_the_lockdown_more_so(figures):
    lines, _ = figures
    by_month = defaultdict(int)
    for line in lines:
        by_month[line.month] += line.requests

    assert by_month[date(2020, 4, 1)] < by_month[date(2020, 2, 1)] / 3
    assert by_month[date(2022, 8, 1)] < 0.7 * by_month[date(2022, 6, 1)]
    assert by_month[date(2023, 2, 1)] > 5 * by_month[date(2020, 2, 1)]


# --- In the database -------------------------------------------------------------------------------


@pytest.fixture
def three_sites(db):
    call_command("load_demarches", verbosity=0)
    for number, commune in enumerate((RODEZ, TOULOUSE, METZ), start=1):
        make_site(commune, external_id=f"D000{number}", is_demo=True, labelled_on=date(2022, 10, 1))


def test_activity_is_loaded_once_and_counted(three_sites, capsys):
    call_command("load_demo_activity")
    call_command("load_demo_activity")

    assert "lignes d'activité" in capsys.readouterr().out
    batch = ActivityImport.objects.get()
    assert (batch.is_demo, batch.status) == (True, ActivityImport.Status.APPLIED)
    assert sum(MonthlyTotal.objects.filter(territory="region-76").values_list("requests", flat=True)) == 1_982_080
    assert MonthlyTotal.objects.filter(territory="site-D0003").exists()
    check_totals()


def test_foreign_keys_are_kept_after_the_loading(three_sites):
    keys = "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE conrelid = %s::regclass"
    with connection.cursor() as cursor:
        before = cursor.execute(keys + " ORDER BY 1", ["stats_monthlyactivity"]).fetchall()

        demonstration.load()

        assert cursor.execute(keys + " ORDER BY 1", ["stats_monthlyactivity"]).fetchall() == before


def test_it_does_not_mix_with_imported_figures(three_sites):
    report_activity(Site.objects.first(), date(2023, 3, 1), 10)

    with pytest.raises(CommandError, match="ne s'y mêlent pas"):
        call_command("load_demo_activity")


def test_it_needs_demonstration_sites(db):
    with pytest.raises(CommandError, match="load_demo"):
        call_command("load_demo_activity")


def test_it_goes_with_the_sites_that_give_way_to_real_ones(three_sites):
    """Figures that someone imported for fictitious sites go too: nothing of them is counted with real ones."""
    demonstration.load()
    report_activity(Site.objects.get(external_id="D0001"), date(2023, 4, 1), 5)

    import_rows(REAL_SITE)

    assert not MonthlyActivity.objects.exists()
    assert not MonthlySatisfaction.objects.exists()
    assert not MonthlyTotal.objects.exists()
    assert not ActivityImport.objects.filter(is_demo=True).exists()


def test_figures_of_real_sites_stay_when_the_demonstration_leaves(three_sites):
    demonstration.load()
    report_activity(make_site(RODEZ), date(2023, 3, 1), 10)

    demonstration_leaves.send(Site)

    assert MonthlyTotal.objects.get(territory="france").requests == 10
    assert MonthlyActivity.objects.count() == 1
    check_totals()


def test_a_list_that_is_refused_leaves_it_in_place(three_sites):
    demonstration.load()

    import_rows(REAL_SITE | {"latitude": "x"})

    assert MonthlyActivity.objects.exists()
