"""Charts in a real page of the portal: its style sheets, its security policy, at three widths and on paper."""

import pytest
from django.template.loader import render_to_string

from tests.stats.charts import samples

from .conftest import DESK, NARROW, PHONE
from .test_accessibility import violations

pytestmark = pytest.mark.browser
SMALLEST = 9.5  # px: names of overseas départements on a phone of 320 px; everything else is larger
SHOW = """html => {
  document.querySelector("main").innerHTML = `<div class="fr-container"><h1>Graphiques</h1>${html}</div>`
  const sheet = Object.assign(document.createElement("link"), {rel: "stylesheet", href: "/static/css/statistiques.css"})
  return new Promise(done => { sheet.onload = () => done(); document.head.append(sheet) })
}"""
SIZES_OF_TEXTS = """() => [...document.querySelectorAll(".fs-chart text")].filter(text => text.getClientRects().length)
  .map(text => [parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a, text.textContent])"""
OUTSIDE = """() => [...document.querySelectorAll(".fs-chart text")].filter(text => {
    const box = text.getBoundingClientRect(), page = text.closest(".fs-chart").getBoundingClientRect()
    return box.width && (box.left < page.left - 1 || box.right > page.right + 1)
  }).map(text => text.textContent)"""
SHOWN = """() => [...document.querySelectorAll(".fs-chart")].map(
  chart => [...chart.querySelectorAll(".fs-chart__drawing")].filter(svg => svg.getClientRects().length).length)"""


def gallery():
    charts = [
        ("line", samples.line()),
        ("line", samples.comparison()),
        ("bars", samples.bars()),
        ("stacked", samples.stacked()),
        ("choropleth", samples.choropleth()),
        ("choropleth", samples.choropleth(id="region", focus="76", urls={})),
        ("dots", samples.dots()),
    ]
    return "".join(render_to_string(f"stats/charts/{name}.html", {"chart": chart}) for name, chart in charts)


@pytest.fixture
def page(visit, portal):
    page = visit(f"{portal}/contact/")
    page.evaluate(SHOW, gallery())
    return page


@pytest.mark.parametrize("size", [DESK, PHONE, NARROW], ids=["1366", "390", "320"])
def test_charts_can_be_read_at_any_width(page, size):
    """No violation, one layout of each chart, texts of a size to be read and none cut."""
    page.set_viewport_size(size)

    assert violations(page) == []
    assert page.evaluate(SHOWN) == [1] * 7
    assert [text for text in page.evaluate(SIZES_OF_TEXTS) if text[0] < SMALLEST] == []
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_departement_of_the_map_is_a_link(page):
    link = page.locator('.fs-chart--map a[href="/statistiques/departements/01-nom/"]').first

    assert link.evaluate("a => getComputedStyle(a.querySelector('path')).fill") != "rgb(0, 0, 0)"
