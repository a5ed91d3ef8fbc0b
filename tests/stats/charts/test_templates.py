"""What a browser and a screen reader get: named drawings, plain numbers, nothing that the page must hide."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from django.template.loader import render_to_string

from stats.charts.bars import Bar
from stats.charts.dots import Place
from stats.charts.line import Series
from stats.charts.stacked import Part
from tests.stats.charts import samples

CHARTS = {
    "mois": ("line", samples.line()),
    "comparaison": ("line", samples.comparison()),
    "barres": ("bars", samples.bars()),
    "parts": ("stacked", samples.stacked()),
    "carte": ("choropleth", samples.choropleth()),
    "points": ("dots", samples.dots()),
    "departement": ("dots", samples.dots(id="departement", departement="12", sites=(Place("12", 2.5, 44.3),))),
    "region": ("choropleth", samples.choropleth(id="region", focus="76", urls={})),
}
ALL = pytest.mark.parametrize(("name", "chart"), CHARTS.values(), ids=CHARTS.keys())


def drawn(name, chart):
    return render_to_string(f"stats/charts/{name}.html", {"chart": chart})


def drawings(html):
    """The SVG of a chart, read as XML: it must be well formed."""
    found = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]
    return [svg for svg in found if svg.get("aria-hidden") != "true"]


@ALL
def test_each_drawing_is_named_and_described_by_ids_of_its_own(name, chart):
    html = drawn(name, chart)

    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert all(one.startswith(f"{chart.id}-") for one in ids)
    for svg in drawings(html):
        title, description = svg.get("aria-labelledby").split()
        texts = {element.get("id"): element.text for element in svg}
        assert texts[title] == chart.title
        assert texts[description] == chart.description


@ALL
def test_a_drawing_is_an_image_unless_it_has_links(name, chart):
    for svg in drawings(drawn(name, chart)):
        assert svg.get("role") == ("group" if svg.findall(".//a") else "img")


@ALL
def test_nothing_needs_a_script_or_an_inline_style(name, chart):
    assert not re.search(r"style=|<style|<script|\son\w+=", drawn(name, chart))


@ALL
def test_coordinates_are_numbers_that_a_browser_reads(name, chart):
    for svg in drawings(drawn(name, chart)):
        for element in svg.iter():
            for key in ("x", "y", "width", "height", "d", "transform", "viewBox"):
                assert "," not in element.get(key, "")


def test_hidden_numbers_are_nowhere_in_the_drawing():
    """A bar, a part and a shape without a value: only words."""
    bar = Bar("Démarche rare", None, "non communiqué")
    html = drawn("bars", samples.bars(rows=[Bar("Autre", 40, "40"), bar]))
    assert html.count("fs-chart__bar") == 2  # the other bar, in both layouts
    assert html.count("non communiqué</text>") == 2

    html = drawn("stacked", samples.stacked(parts=[Part("Autre", 40, "100 %"), Part("Rare", None, "non communiqué")]))
    assert html.count("<rect") == 1
    assert "Rare (non communiqué)" in html

    html = drawn(
        "choropleth", samples.choropleth(focus="94", values={"2A": 3, "2B": None}, texts={"2B": "Haute-Corse"})
    )
    assert html.count("url(#carte-hachures)") == 1
    assert "non communiqué ou sans donnée" in html


def test_missing_and_provisional_months_are_told_in_words_when_there_are_some():
    html = drawn("line", samples.line())
    assert "chiffres provisoires (février 2023 et mars 2023)" in html
    assert "mois sans chiffre" in html

    html = drawn("line", samples.line(series=[Series("Chaque mois", [1] * 39)]))
    assert "provisoires" not in html
    assert "mois sans chiffre" not in html


def test_names_are_escaped():
    html = drawn("bars", samples.bars(rows=[Bar("<b>Carte</b> & grise", 1, "1", url='/"')]))

    assert "&lt;b&gt;Carte" in html
    drawings(html)


def test_the_map_of_france_weighs_less_than_60_kb():
    assert len(drawn("choropleth", samples.choropleth()).encode()) < 60_000
