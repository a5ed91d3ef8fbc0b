"""The dashboards in a real browser: the published figures, with or without scripts, on a narrow screen, on paper."""

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from .conftest import DESK, NARROW

pytestmark = pytest.mark.browser
OCCITANIE = "/statistiques/regions/76-occitanie/?au=2023-04-01"
DASHBOARDS = [
    "/statistiques/?au=2023-04-01",
    OCCITANIE,
    "/statistiques/departements/12-aveyron/?au=2023-04-01",
]
# Prefecture of Occitanie, press release of 25 May 2023.
PUBLISHED = {
    "sites": ("313", "313"),
    "requests_since_launch": ("1982080", "1 982 080"),
    "completed_share": ("0.8", "80 %"),
    "very_satisfied_share": ("0.93", "93 %"),
}
MAIN_DEMARCHES = ["Impôts", "Retraite", "Immatriculation", "Titre d'identité et de voyage", "Aides sociales"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_occitanie_gives_the_published_figures(visit, portal, scripts):
    page = visit(portal + OCCITANIE, java_script_enabled=scripts)

    for code, (value, written) in PUBLISHED.items():
        figure = page.locator(f'[data-indicator="{code}"]')
        assert figure.get_attribute("data-value") == value
        assert written in figure.inner_text().replace("\u00a0", " ")


def test_the_main_demarches_are_those_of_the_release(visit, portal):
    page = visit(portal + OCCITANIE)
    section = page.get_by_role("region", name="Principales démarches")
    section.locator("summary").click()

    assert section.locator("tbody th").all_inner_texts()[:5] == MAIN_DEMARCHES


def test_a_figure_is_quoted_with_its_date_its_definition_and_its_link(visit, portal):
    page = visit(portal + OCCITANIE)
    figure = page.locator("#requests_since_launch")
    figure.locator("summary").click()

    expect(figure).to_contain_text("Démarches accompagnées depuis janvier 2020")
    expect(figure).to_contain_text("de janvier 2020 à mars 2023")
    expect(figure).to_contain_text(f"{portal}/statistiques/regions/76-occitanie/?au=2023-04-01#requests_since_launch")


def test_another_period_is_chosen_without_a_script(visit, portal):
    page = visit(portal + OCCITANIE, java_script_enabled=False)
    page.get_by_label("Situation au").fill("2022-01-01")
    page.get_by_label("Depuis").select_option("2021-01")
    page.get_by_role("button", name="Afficher").click()

    expect(page.get_by_text("Situation au 1er janvier 2022.")).to_be_visible()
    expect(page.get_by_text("de janvier à décembre 2021").first).to_be_visible()


@pytest.mark.parametrize("address", DASHBOARDS)
def test_nothing_overflows_on_a_narrow_screen_with_every_table_open(visit, portal, address):
    page = visit(portal + address, NARROW)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("address", DASHBOARDS)
def test_a_dashboard_prints_on_one_a4_page(visit, portal, address):
    page = visit(portal + address, DESK)

    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))

    assert len(paper.pages) == 1
    assert abs(paper.pages[0].mediabox.width - 595) < 2
    words = paper.pages[0].extract_text()
    assert "Situation au" in words
    assert "démarches accompagnées" in words


def test_on_paper_the_map_has_the_width_of_the_page_and_months_the_wider_column(visit, portal):
    page = visit(portal + OCCITANIE, {"width": 718, "height": 1047})
    page.emulate_media(media="print")

    def width(one):
        return page.locator(one).bounding_box()["width"]

    assert width(".fs-section--double") == width(".fs-sections")
    assert width(".fs-section--mois") > width(".fs-section--partenaires") * 1.3


def test_every_chart_has_a_name_a_description_and_a_table(visit, portal):
    page = visit(portal + OCCITANIE)
    charts = page.locator(".fs-chart .fs-chart__drawing").filter(visible=True)
    for_eyes = charts.and_(page.locator("[aria-hidden=true]"))

    assert (charts.count(), for_eyes.count()) == (6, 1)
    assert "le tableau" in page.locator(".fs-chart--map p.fr-sr-only").text_content()
    for chart in charts.all():
        if chart.get_attribute("aria-hidden") != "true":
            assert chart.get_attribute("role") == ("group" if chart.locator("a").count() else "img")
        assert chart.locator("title").first.text_content().strip()
        assert chart.locator("desc").first.text_content().strip()
    assert page.locator(".fs-section table").count() >= 5
