"""A prefecture agent puts a site's record right, in a browser."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE
from .test_accessibility import violations

pytestmark = pytest.mark.browser
PARIS = ZoneInfo("Europe/Paris")
SIZES = pytest.mark.parametrize("size", [DESK, PHONE, NARROW], ids=["1366", "390", "320"])


@pytest.fixture
def database(demonstration_url):
    with psycopg.connect(demonstration_url.replace("postgis://", "postgresql://"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def site(database):
    """`site(formats)`: the number of a site of Aveyron, one that no other test has touched while there is any."""
    taken = set()

    def take(formats=("fixe",)):
        query = (
            "SELECT external_id FROM sites_site JOIN territories_commune ON insee = commune_id"
            " WHERE departement_id = '12' AND status = 'active' AND format = ANY(%s)"
            " AND kind = 'principal' ORDER BY verified_at IS NOT NULL, external_id"
        )
        number = next(n for (n,) in database.execute(query, [list(formats)]).fetchall() if n not in taken)
        taken.add(number)
        return number

    return take


def address(number):
    return f"/gestion/sites/{number}/"


def save(page):
    page.get_by_role("button", name="Enregistrer").last.click()


def saved(page):
    return page.get_by_role("status").filter(has_text="Enregistré")


def hours(page, day, line=0):
    fields = page.get_by_role("group", name=day, exact=True).locator("[data-line]").nth(line).locator(".fs-slot__hour")
    return fields.nth(0), fields.nth(1)


def test_hours_are_fixed_by_keyboard_and_seen_by_the_public(visit_as, site, portal, visit):
    page = visit_as("agent", address(site()))
    opens, _closes = hours(page, "Lundi")
    opens.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("830")
    page.keyboard.press("Tab")
    expect(opens).to_have_value("08:30")
    page.keyboard.press("Control+a")
    page.keyboard.type("11h45")
    page.keyboard.press("Enter")

    expect(saved(page)).to_contain_text("horaires du lundi")
    public = page.get_by_role("link", name="Page publique").get_attribute("href")
    expect(visit(portal + public).get_by_role("row", name=re.compile("Lundi"))).to_contain_text("8 h 30 - 11 h 45")


def test_a_day_is_copied_on_the_week_and_a_slot_added(visit_as, site):
    page = visit_as("agent", address(site()))
    opens, closes = hours(page, "Lundi")
    opens.fill("7")
    closes.fill("8")
    page.get_by_role("button", name="Pareil jusqu'à vendredi").click()
    expect(hours(page, "Vendredi")[0]).to_have_value("07:00")
    page.get_by_role("button", name=re.compile("Créneau de plus le samedi")).click()
    first, last = hours(page, "Samedi", 1)
    expect(first).to_be_focused()
    first.fill("10")
    last.fill("12")

    save(page)

    expect(saved(page)).to_contain_text("horaires du samedi")
    assert hours(page, "Jeudi")[1].input_value() == "08:00"
    assert hours(page, "Samedi", 0)[0].input_value() == "10:00"


def test_what_was_saved_is_where_the_page_starts(visit_as, site):
    page = visit_as("agent", address(site()))
    page.get_by_role("link", name="Fermer quelques jours").press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Du", exact=True)).to_be_focused()

    save(page)

    expect(page.locator(".fr-alert")).to_be_focused()


HIDDEN = """() => {
  const field = document.activeElement.getBoundingClientRect();
  const bar = document.querySelector(".fs-record__save").getBoundingClientRect();
  return !document.activeElement.closest(".fs-record__save") && field.bottom > bar.top && field.top < bar.bottom;
}"""


@SIZES
def test_the_bar_that_saves_never_hides_what_has_the_focus(visit_as, site, size):
    page = visit_as("agent", address(site()), size)
    page.get_by_role("link", name="Horaires", exact=True).press("Enter")

    for _ in range(60):
        page.keyboard.press("Tab")
        assert not page.evaluate(HIDDEN), page.evaluate("document.activeElement.outerHTML")


def test_a_site_is_closed_for_a_week(visit_as, site, visit, portal):
    page = visit_as("agent", address(site()))
    starts = datetime.now(PARIS).date() + timedelta(days=2)
    page.get_by_label("Du", exact=True).fill(starts.isoformat())
    page.locator("#id_closures-0-ends").fill((starts + timedelta(days=6)).isoformat())
    page.locator("#id_closures-0-reason").fill("Congés d'été")

    save(page)

    expect(saved(page)).to_contain_text("fermeture du")
    public = page.get_by_role("link", name="Page publique").get_attribute("href")
    expect(visit(portal + public).get_by_text("Congés d'été").first).to_be_visible()


def test_the_pin_is_dragged_then_confirmed(visit_as, site):
    page = visit_as("agent", address(site()), complain=False)
    before = page.get_by_label("Latitude").input_value()
    pin = page.locator(".fs-pin")
    page.locator("#position").scroll_into_view_if_needed()
    expect(pin).to_be_visible()
    pin.drag_to(page.locator(".fs-place__map"), target_position={"x": 40, "y": 200})
    expect(page.locator("#position-etat")).to_contain_text("Point déplacé de")
    after = page.get_by_label("Latitude").input_value()
    assert after != before

    save(page)

    expect(page.get_by_role("heading", name="Le point sur la carte")).to_be_visible()
    page.get_by_text("C'est bien là").click()
    save(page)
    expect(saved(page)).to_contain_text("position sur la carte")
    expect(page.get_by_label("Latitude")).to_have_value(after)


def test_the_pin_is_moved_by_the_arrows(visit_as, site):
    page = visit_as("agent", address(site()))
    before = float(page.get_by_label("Longitude").input_value())
    page.locator("#position").scroll_into_view_if_needed()
    page.locator(".fs-pin").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")

    assert float(page.get_by_label("Longitude").input_value()) > before
    expect(page.locator(".fs-pin")).to_be_focused()


def test_two_people_in_two_browsers(visit_as, site):
    number = site()
    mine, theirs = (visit_as("agent", address(number), complain=False) for _ in range(2))
    theirs.locator("#id_note").fill("Sonnez deux fois")
    save(theirs)
    expect(saved(theirs)).to_be_visible()
    mine.locator("#id_note").fill("Frappez fort")
    mine.get_by_label("Site internet").fill("https://exemple.fr")

    save(mine)

    expect(mine.get_by_role("heading", name="Vous avez changé la même chose")).to_be_visible()
    assert violations(mine) == []
    expect(mine.get_by_role("radio", name=re.compile("Garder ce qui est en ligne"))).to_be_visible()
    mine.get_by_text("Publier ce que j'ai écrit").click()
    save(mine)
    expect(saved(mine)).to_be_visible()
    expect(mine.locator("#id_note")).to_have_value("Frappez fort")
    expect(mine.get_by_label("Site internet")).to_have_value("https://exemple.fr")


def test_without_a_script_nothing_is_missing(visit_as, site):
    page = visit_as("agent", address(site()), java_script_enabled=False)
    opens, closes = hours(page, "Lundi")
    opens.fill("7")
    closes.fill("8")
    page.get_by_role("button", name="Pareil jusqu'à vendredi").click()
    assert hours(page, "Vendredi")[0].input_value() == "7"
    page.get_by_role("button", name=re.compile("Créneau de plus le samedi")).click()
    hours(page, "Samedi", 1)[0].fill("10")
    hours(page, "Samedi", 1)[1].fill("12")

    save(page)

    expect(saved(page)).to_contain_text("horaires du samedi")


@SIZES
@pytest.mark.parametrize("formats", [("fixe",), ("bus", "itinerante")], ids=["fixed", "round"])
def test_the_form_is_accessible(visit_as, site, size, formats):
    page = visit_as("agent", address(site(formats)), size, complain=False)
    for closed in page.locator("details:not([open]) > summary").all()[:3]:
        closed.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    hours(page, "Lundi")[0].fill("25h")
    save(page)

    expect(page.get_by_role("alert")).to_contain_text("à revoir")
    assert violations(page) == []
