"""The dashboards: what they say of a territory, at a date, to whom; and their files."""

import csv
import io
from datetime import date

import pghistory
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from sites.models import Site
from stats import series, suppression, territory
from tests.factories import (
    METZ,
    RODEZ,
    SAINT_DENIS_REUNION,
    TOULOUSE,
    make_import,
    make_site,
    report_activity,
    report_satisfaction,
)
from tests.people import make_agent, make_national, signed_in

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH = (date(2023, month, 1) for month in (1, 2, 3))
FRANCE = "/statistiques/"
OCCITANIE = "/statistiques/regions/76-occitanie/"
AVEYRON = "/statistiques/departements/12-aveyron/"
RODEZ_SITE = "/statistiques/sites/91-france-services-de-rodez/"
PAGES = [FRANCE, OCCITANIE, AVEYRON, RODEZ_SITE]


@pytest.fixture
def figures():
    """Three months of three sites; a fourth says nothing."""
    call_command("load_demarches", verbosity=0)
    batch = make_import()
    for number, commune in enumerate((RODEZ, TOULOUSE, METZ), start=1):
        site = make_site(commune, external_id=f"9{number}")
        for month in (JANUARY, FEBRUARY, MARCH):
            report_activity(site, month, 100 * number, 80 * number, partner="dgfip", batch=batch)
            report_activity(site, month, 50 * number, None, "ants", "carte-grise", batch=batch)
            report_activity(site, month, 30 * number, None, "ants", "vendre-vehicule", batch=batch)
        report_satisfaction(site, MARCH, 100, 93, batch=batch)
    make_site(RODEZ, external_id="94", name="Maison muette")
    suppression.settle()


def value(page, code):
    _, _, after = page.content.decode().partition(f'data-indicator="{code}"')
    return after.split('data-value="', 1)[1].split('"', 1)[0]


def text(page):
    return " ".join(page.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ").split())


@pytest.mark.parametrize(
    ("address", "sites", "since_launch", "month"),
    [
        (FRANCE, "4", "3240", "1080"),
        (OCCITANIE, "3", "1620", "540"),
        (AVEYRON, "2", "540", "180"),
    ],
)
def test_each_territory_counts_its_own(client, figures, address, sites, since_launch, month):
    page = client.get(address, {"au": "2023-04-01"})

    assert page.status_code == 200
    assert (value(page, "sites"), value(page, "requests_since_launch"), value(page, "requests_month")) == (
        sites,
        since_launch,
        month,
    )
    assert (value(page, "completed_share"), value(page, "very_satisfied_share")) == ("0.8", "0.93")


def test_a_site_has_its_own_figures_and_none_of_those_that_count_sites(client, figures):
    page = client.get(RODEZ_SITE)

    assert (value(page, "requests_since_launch"), value(page, "subsidy_eur")) == ("540", "35000")
    assert 'data-indicator="sites"' not in page.content.decode()


def test_a_date_shows_what_was_known_of_the_months_over_by_then(client, figures):
    page = client.get(OCCITANIE, {"au": "2023-03-31"})

    assert value(page, "requests_since_launch") == "1080"
    assert value(page, "requests_month") == "540"
    assert value(page, "very_satisfied_share") == ""
    assert "Situation au 31 mars 2023" in text(page)


def test_the_period_narrows_the_shares_and_the_charts_not_what_counts_since_the_launch(client, figures):
    page = client.get(OCCITANIE, {"au": "2023-04-01", "depuis": "2023-03"})

    assert value(page, "requests_since_launch") == "1620"
    assert "Démarches accompagnées chaque mois, mars 2023" in text(page)


def test_without_a_date_the_last_month_reported_anywhere_is_the_last(client, figures):
    assert "Situation au 1er avril 2023" in text(client.get(AVEYRON))


def test_before_anything_is_reported_the_page_says_so(client):
    make_site(RODEZ)

    page = client.get(AVEYRON)

    assert page.status_code == 200
    assert value(page, "sites") == "1"
    assert value(page, "requests_since_launch") == ""
    assert "Rien n&#x27;a été déclaré pour cette période." in text(page)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"au": "hier"}, "Écrivez la date comme 2023-04-01."),
        ({"au": "2099-01-01"}, "Choisissez une date du 1er février 2020 à aujourd&#x27;hui."),
        ({"au": "2019-12-31"}, "Choisissez une date du 1er février 2020 à aujourd&#x27;hui."),
        ({"depuis": "mars"}, "Écrivez le mois comme 2022-01."),
        ({"depuis": "2019-12"}, "Choisissez un mois de janvier 2020"),
        ({"au": "2023-04-01", "depuis": "2023-04"}, "Choisissez un mois de janvier 2020"),
    ],
)
def test_a_period_that_cannot_be_is_told_and_the_page_shows_the_usual_one(client, figures, query, told):
    page = client.get(OCCITANIE, query)

    assert page.status_code == 400
    assert told in text(page)
    assert value(page, "requests_since_launch") == "1620"


@pytest.mark.parametrize("address", ["/statistiques/regions/77/", "/statistiques/departements/20-corse/"])
def test_an_unknown_territory_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_an_address_with_another_name_leads_to_the_right_one_and_keeps_the_period(client):
    response = client.get("/statistiques/regions/76-midi-pyrenees/?au=2023-04-01")

    assert (response.status_code, response["Location"]) == (301, f"{OCCITANIE}?au=2023-04-01")


def test_partners_and_themes_are_ranked(client, figures):
    page = text(client.get(OCCITANIE))

    assert page.index("Finances publiques") < page.index("France Titres")
    assert "Immatriculation" in page  # carte-grise and vendre-vehicule, together
    assert "720" in page


def test_the_mix_of_a_site_is_for_agents(client, figures):

    public, told = client.get(RODEZ_SITE), signed_in(make_agent()).get(RODEZ_SITE)

    assert "il n&#x27;est pas public" in text(public)
    assert "Finances publiques" not in text(public)
    assert "Finances publiques" in text(told)


def test_a_site_that_says_nothing_is_named(client, figures):
    page = text(client.get(AVEYRON))

    assert "Maison muette" in page
    assert "1 sites ont déclaré sur 2" not in page
    assert "1 site a déclaré sur 2" in page


def test_a_recent_month_is_provisional(client, figures):
    assert "provisoire" in text(client.get(AVEYRON))  # half of the sites have reported
    assert "provisoire" not in text(client.get(RODEZ_SITE))


@pytest.mark.parametrize("address", PAGES)
def test_a_dashboard_costs_at_most_twelve_queries(client, figures, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)

    assert len(queries) <= 12


def test_a_dashboard_costs_the_same_however_many_sites(client, figures):
    with CaptureQueriesContext(connection) as before:
        client.get(AVEYRON)
    for number in range(10):
        report_activity(make_site(RODEZ, external_id=f"8{number}"), MARCH, 60)
    suppression.settle()
    with CaptureQueriesContext(connection) as after:
        client.get(AVEYRON)

    assert len(after) == len(before)


@pytest.mark.parametrize("table", ["chiffres", "mois", "partenaires", "demarches", "classement", "declarations"])
@pytest.mark.parametrize("address", [FRANCE, OCCITANIE, AVEYRON])
def test_files_hold_what_the_page_shows(client, figures, address, table):
    page = text(client.get(address))

    rows = list(csv.reader(io.StringIO(client.get(f"{address}{table}.csv").content.decode("utf-8-sig")), delimiter=";"))
    sheet = load_workbook(io.BytesIO(client.get(f"{address}{table}.xlsx").content)).active

    assert len(rows) == sheet.max_row > 1
    assert [cell.value for cell in sheet[1]] == rows[0]
    assert all(" ".join(row[0].replace("\u00a0", " ").split()).replace("'", "&#x27;") in page for row in rows[1:])


def test_a_site_has_no_ranking(client, figures):
    assert client.get(f"{RODEZ_SITE}classement.csv").status_code == 404


def test_anyone_may_keep_the_public_page_and_nobody_that_of_agents(client, figures):
    public = client.get(OCCITANIE)
    agents = signed_in(make_national()).get(OCCITANIE)

    assert public["Cache-Control"] == "public, max-age=300"
    assert not public.cookies
    assert "Cookie" in public["Vary"]
    assert "no-store" in agents["Cache-Control"]
    assert "vous voyez aussi les petits nombres" in text(agents)


def test_a_lone_departement_of_a_region_is_a_line_and_no_drawing(client):
    report_activity(make_site(SAINT_DENIS_REUNION), MARCH, 60)
    suppression.settle()

    page = client.get("/statistiques/regions/04-la-reunion/?au=2023-04-01")

    sections = {section.code: section for section in page.context["sections"]}
    for code in ("classement", "declarations"):
        assert len(sections[code].table.rows) == 1
        assert (sections[code].chart, sections[code].second) == (None, None)


def test_a_chart_says_how_many_departements_it_draws_unless_it_draws_all(client, figures):
    titles = [section.chart.title for section in client.get(FRANCE).context["sections"] if section.chart]

    assert any(title.startswith("Part des déclarations reçues") for title in titles)  # the three that have a site
    assert any(title.startswith("Les 3 premiers départements : démarches pour") for title in titles)


def test_months_begin_with_the_first_site_that_was_due_to_report(client, figures):
    lines = client.get(f"{RODEZ_SITE}mois.csv?au=2023-04-01").content.decode("utf-8-sig").splitlines()

    assert lines[1].startswith("janvier 2022")  # when it was labelled
    assert len(lines) == 1 + 15


def test_a_closed_site_leads_to_no_question_of_its_closing(client, figures):
    assert "Et si ce site fermait" in text(client.get(RODEZ_SITE))
    with pghistory.context(reason="test"):
        Site.objects.filter(external_id="91").update(status=Site.Status.CLOSED, closed_on=date(2023, 4, 2))

    page = client.get(RODEZ_SITE)

    assert page.status_code == 200
    assert "Et si ce site fermait" not in text(page)


def test_territories_are_compared_side_by_side(client, figures):
    page = client.get(
        "/statistiques/comparer/", {"avec": ["region-76", "departement-12", "france"], "au": "2023-04-01"}
    )

    assert page.status_code == 200
    assert all(words in text(page) for words in ("Occitanie", "Aveyron", "1 620", "540", "3 240"))


def test_a_comparison_says_what_it_cannot_do(client):
    many = client.get(
        "/statistiques/comparer/", {"avec": ["france", "region-76", "region-84", "region-11", "region-44"]}
    )
    unknown = client.get("/statistiques/comparer/", {"avec": "region-99"})

    assert (many.status_code, unknown.status_code) == (400, 400)
    assert "Choisissez quatre territoires au plus." in text(many)
    assert "Un des territoires demandés n&#x27;existe pas" in text(unknown)


def test_a_comparison_costs_a_query_for_each_territory_more(client, figures):
    with CaptureQueriesContext(connection) as one:
        client.get("/statistiques/comparer/", {"avec": "region-76"})
    with CaptureQueriesContext(connection) as four:
        client.get("/statistiques/comparer/", {"avec": ["region-76", "region-44", "departement-12", "france"]})

    assert len(four) == len(one) + 3 <= 12


def test_a_comparison_is_a_file_too(client, figures):
    address = "/statistiques/comparer/chiffres.csv?avec=region-76&avec=departement-12&au=2023-04-01"

    rows = list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig")), delimiter=";"))

    assert rows[0] == ["Indicateur", "Occitanie", "Aveyron"]
    assert ["Démarches accompagnées depuis le lancement, de janvier 2020 à mars 2023", "1620", "540"] in rows
    assert ["Déclarations reçues, sur celles attendues, d’avril 2022 à mars 2023", "0,17", "0,12"] in rows
    assert client.get("/statistiques/comparer/chiffres.csv").status_code == 404


def test_declarations_are_expected_of_each_month_that_a_site_was_in_service():
    """Whenever a site came and left: the days around the two ends of the period, and none at all."""
    days = [date(2022, 12, 31), date(2023, 1, 1), date(2023, 1, 2), date(2023, 2, 15), date(2023, 3, 31)]
    days += [date(2023, 4, 1), None]
    lives = [(came, left) for came in days for left in days if not (came and left and left <= came)]
    for number, (came, left) in enumerate(lives):
        status = Site.Status.CLOSED if left else Site.Status.ACTIVE
        commune = RODEZ if number % 2 else TOULOUSE
        make_site(commune, external_id=str(number), labelled_on=came, closed_on=left, status=status)
    months = [(JANUARY, date(2023, 1, 31)), (FEBRUARY, date(2023, 2, 28)), (MARCH, date(2023, 3, 31))]

    def counted(some):
        return sum(
            (came is None or came <= end) and (left is None or left > max(first, came or first))
            for came, left in some
            for first, end in months
        )

    expected = series.expected_by_departement(territory.FRANCE, JANUARY, MARCH)

    assert expected == {"12": counted(lives[1::2]), "31": counted(lives[::2])}


def test_a_site_that_closes_is_expected_no_more(django_assert_num_queries):
    site = make_site(RODEZ)
    assert series.expected_by_departement(territory.FRANCE, JANUARY, MARCH) == {"12": 3}
    with django_assert_num_queries(1):  # whether something has changed
        assert series.expected_by_departement(territory.FRANCE, JANUARY, MARCH) == {"12": 3}
    Site.objects.filter(pk=site.pk).update(closed_on=FEBRUARY, status=Site.Status.CLOSED)

    assert series.expected_by_departement(territory.FRANCE, JANUARY, MARCH) == {"12": 1}


def test_a_comparison_marks_months_that_may_still_change(client, figures):
    """A site of Aveyron says nothing: its months are provisional there, and in the table of the two."""
    page = text(client.get("/statistiques/comparer/?avec=region-44&avec=departement-12&au=2023-04-01"))

    assert "mars 2023 (provisoire)" in page
    assert "chiffres provisoires" in page
