"""What is hidden cannot be recovered from all that is published: pages and files of each territory, for each period.

First, what is told of a period is made of what is told of its months, so that subtracting periods gives nothing more.
Then, month by month, an attacker has everything that is told: for each small count, there is another world in which the
very same would be told, and that count be another.
"""

import csv
import io
import random
from collections import defaultdict
from datetime import date
from itertools import combinations_with_replacement

import pytest
from django.core.management import call_command

from sites.models import Demarche, Partner, Site
from stats import suppression
from stats.models import MonthlyActivity, MonthlySatisfaction
from stats.months import in_code, in_french, months_later
from tests.factories import METZ, ONET, RODEZ, SAINT_DENIS_REUNION, TOULOUSE, make_import, make_site

from .sums import keys_of
from .test_small_numbers import THRESHOLD, TOTAL, counted, small_cells, unknown_cells

pytestmark = pytest.mark.django_db
MONTHS = [date(2023, 1, 1), date(2023, 2, 1), date(2023, 3, 1)]
COMMUNES = [RODEZ, RODEZ, ONET, TOULOUSE, TOULOUSE, METZ, SAINT_DENIS_REUNION]
# One démarche a theme, so that a table tells them apart.
DEMARCHES = [("caf", "rsa"), ("ants", "carte-grise"), ("ants", "passeport"), ("dgfip", "declaration-impots")]
FEW = [0, 1, 2, 3, 4, 6, 13, 40, 120]


@pytest.fixture(params=range(4))
def atoms(request):
    """{month: {(site's key, (partner, démarche)): requests}} of sites whose months are often small."""
    call_command("load_demarches", verbosity=0)
    chance, batch = random.Random(request.param), make_import()
    sites = [make_site(commune, external_id=f"7{number}") for number, commune in enumerate(COMMUNES)]
    made = {month: {} for month in MONTHS}
    rows, opinions = [], []
    for month in MONTHS:
        for site in sites:
            for partner, demarche in DEMARCHES:
                if chance.random() < 0.8:
                    requests = chance.choice(FEW)
                    made[month][f"site-{site.external_id}", (partner, demarche)] = requests
                    row = {"site": site, "month": month, "partner_id": partner, "demarche_id": demarche}
                    rows.append(
                        MonthlyActivity(requests=requests, completed=chance.randint(0, requests), batch=batch, **row)
                    )
            answers = chance.choice(FEW)
            opinions.append(
                MonthlySatisfaction(
                    site=site,
                    month=month,
                    respondents=answers,
                    very_satisfied=chance.randint(0, answers),
                    batch=batch,
                )
            )
    MonthlyActivity.objects.bulk_create(rows)
    MonthlySatisfaction.objects.bulk_create(opinions)
    suppression.settle()
    return made


def parents_of_all():
    sites = Site.objects.select_related("commune__departement__region")
    return {key: parent for site in sites for key, parent in keys_of(site)}


def addresses():
    """{territory's key: its dashboard} of every territory that has a site."""
    found = {"france": "/statistiques/"}
    for site in Site.objects.select_related("commune__departement__region"):
        departement = site.commune.departement
        region = departement.region
        found[f"region-{region.pk}"] = f"/statistiques/regions/{region.pk}-{region.slug}/"
        found[f"departement-{departement.pk}"] = f"/statistiques/departements/{departement.pk}-{departement.slug}/"
        found[f"site-{site.external_id}"] = f"/statistiques/sites/{site.external_id}-{site.slug}/"
    return found


def rows_of(client, address, table, first, last):
    """The lines of a table of a dashboard, for a period, as {first cell: the others}."""
    period = {"au": f"{months_later(last, 1):%Y-%m-%d}", "depuis": in_code(first)}
    text = client.get(f"{address}{table}.csv", period).content.decode("utf-8-sig")
    return {row[0].replace(" (provisoire)", ""): row[1:] for row in csv.reader(io.StringIO(text), delimiter=";")}


def number(text):
    """A count as a file tells it, be it "au moins"; None for what it does not tell."""
    text = text.replace("\u00a0", "")
    digits = text.removeprefix("au moins ")
    return int(digits) if digits.isdigit() else None


def told_of(client, address, first, last):
    """{column: count} that the files of a territory tell for a period: the total, partners, démarches."""
    names = {name: (code,) for code, name in Partner.objects.values_list("code", "name")}
    themes = {
        theme: (partner, slug)
        for slug, partner, theme in Demarche.objects.filter(slug__in=[slug for _, slug in DEMARCHES]).values_list(
            "slug", "partner", "theme"
        )
    }
    told = {
        names[name]: number(cells[0])
        for name, cells in rows_of(client, address, "partenaires", first, last).items()
        if name in names
    }
    told |= {
        themes[name]: number(cells[0])
        for name, cells in rows_of(client, address, "demarches", first, last).items()
        if name in themes
    }
    months = rows_of(client, address, "mois", first, last)
    of_months = [number(cells[0]) for name, cells in months.items() if name != "Mois"]
    if any(count is not None for count in of_months):
        told[TOTAL] = sum(count or 0 for count in of_months)
    return {column: count for column, count in told.items() if count is not None}


def test_no_small_count_can_be_worked_out_from_all_the_files(client, atoms):
    parents, pages = parents_of_all(), addresses()
    for month in MONTHS:
        told = {
            (key, column): count
            for key, address in pages.items()
            for column, count in told_of(client, address, month, month).items()
        }
        counts = counted(parents, atoms[month])
        hidden = {cell for cell, count in counts.items() if count and cell not in told}

        assert all(counts[cell] == count for cell, count in told.items())
        assert not small_cells(counts) & set(told)
        assert small_cells(counts) <= unknown_cells(parents, atoms[month], hidden)
        assert len(told) > len(counts) / 4  # or there would be nothing to read


def test_a_period_tells_nothing_that_its_months_do_not(client, atoms):
    pages = addresses()
    of_months = {
        key: {month: told_of(client, address, month, month) for month in MONTHS} for key, address in pages.items()
    }
    for first, last in combinations_with_replacement(MONTHS, 2):
        for key, address in pages.items():
            sums = defaultdict(int)
            for month in MONTHS:
                if first <= month <= last:
                    for column, count in of_months[key][month].items():
                        sums[column] += count
            assert told_of(client, address, first, last) == sums

            figures = rows_of(client, address, "chiffres", first, last)
            year = number(figures["démarches accompagnées en 12 mois"][0])
            since = [month for month in MONTHS if month <= last]
            assert (year or 0) == sum(of_months[key][month].get(TOTAL, 0) for month in since)


def test_rankings_tell_nothing_that_the_pages_of_their_parts_do_not(client, atoms):
    pages = addresses()
    last = MONTHS[-1]
    for key, address in pages.items():
        if not key.startswith("departement-"):
            continue
        ranked = rows_of(client, address, "classement", last, last)
        for site in Site.objects.filter(commune__departement=key.removeprefix("departement-")):
            own = [told_of(client, pages[f"site-{site.external_id}"], month, month).get(TOTAL, 0) for month in MONTHS]
            if site.name in ranked and Site.objects.filter(name=site.name).count() == 1:
                assert (number(ranked[site.name][0]) or 0) == sum(own)


def test_no_share_of_few_is_told(client, atoms):
    pages = addresses()
    completed = defaultdict(int)
    for row in MonthlyActivity.objects.select_related("site__commune__departement__region"):
        for key, _ in keys_of(row.site):
            completed[key, row.month] += row.completed
    for (key, month), count in completed.items():
        share = rows_of(client, pages[key], "mois", month, month)[in_french(month)][2]
        assert not (0 < count < THRESHOLD and share), (key, month)
