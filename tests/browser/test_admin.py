"""Django's admin in a real browser: no complaint in its console, and a pin that is moved."""

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(visit_as):
    """`admin(address, viewport)` opens a page as a national administrator; a breach of the CSP fails the test."""
    return lambda address, viewport=DESK: visit_as("national", f"/admin/{address}", viewport)


SIZES = pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
PAGES = pytest.mark.parametrize(
    "address",
    [
        "",
        "accounts/user/",
        "accounts/user/add/",
        "sites/site/?departement=12",
        "sites/site/add/",
        "sites/demarche/rsa/change/",
        "sites/demarche/import/",
        "sites/demarche/export/",
        "territories/commune/?q=rodez",
    ],
)


@SIZES
@PAGES
def test_a_page_of_the_admin_breaks_no_rule_and_fits(admin, address, viewport):
    page = admin(address, viewport)

    assert page.title().strip().endswith("France services")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@SIZES
@PAGES
def test_a_page_of_the_admin_is_accessible(visit_as, address, viewport):
    page = visit_as("national", f"/admin/{address}", viewport, complain=False)  # axe styles what it looks at

    assert violations(page) == []


def test_the_pin_of_a_site_is_moved_and_its_numbers_follow(admin):
    page = admin("sites/site/?departement=12")
    page.click("#result_list tbody th a >> nth=0")
    pin = page.locator(".fs-position__pin")
    pin.scroll_into_view_if_needed()
    before = page.input_value("#id_location_0, [name=location_lat]")
    box = pin.bounding_box()

    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] - 40, steps=5)
    page.mouse.up()

    assert float(page.input_value("[name=location_lat]")) > float(before)

    page.click("[name=_continue]")
    assert float(page.input_value("[name=location_lat]")) > float(before)
    assert page.locator(".messagelist .success").count() == 1


def test_a_commune_is_found_by_typing(admin):
    page = admin("sites/site/add/")

    page.click(".field-commune .select2-selection")
    page.keyboard.type("rodez")
    page.click(".select2-results__option >> text=Rodez (12)")

    assert page.input_value("#id_commune") == "12202"
