"""Publishing figures in a real browser: chosen, read, frozen, then read by anyone; with or without scripts."""

import pytest
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE
from .test_accessibility import violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_figures_are_chosen_read_published_and_stay(visit, visit_as, portal, scripts):
    title = f"Bilan d'Occitanie, {'avec' if scripts else 'sans'} script"
    desk = visit_as("national", "/gestion/publications/", java_script_enabled=scripts, complain=False)

    desk.get_by_role("combobox", name="Territoire").select_option(label="Occitanie (région)")
    desk.get_by_label("Situation au").fill("2023-04-01")
    desk.get_by_role("textbox", name="Titre").fill(title)
    desk.get_by_role("button", name="Voir les chiffres").click()
    expect(desk.get_by_text("313 France services")).to_be_visible()
    looked_at(desk, scripts)
    desk.get_by_role("button", name="Publier ces chiffres").click()
    expect(desk.get_by_role("status")).to_contain_text("La publication est en ligne")
    looked_at(desk, scripts)

    page = visit(f"{portal}/statistiques/publications/", java_script_enabled=scripts)
    looked_at(page, scripts)
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("[data-indicator=sites]")).to_have_attribute("data-value", "313")
    expect(page.get_by_text("Aujourd'hui, pour la même date, ils sont les mêmes.")).to_be_visible()
    looked_at(page, scripts)


@pytest.mark.parametrize("asked", ["?territoire=&au=2033-01-01&titre=", ""])
def test_the_form_and_its_errors_are_accessible(visit_as, asked):
    desk = visit_as("national", f"/gestion/publications/{asked}", complain=False)

    looked_at(desk, scripts=True)


def looked_at(page, scripts):
    """The page breaks no rule and fits, at any width. Axe is a script: nothing is looked at where there is none."""
    for size in (DESK, PHONE, NARROW) if scripts else ():
        page.set_viewport_size(size)
        assert violations(page) == [], size
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], size
