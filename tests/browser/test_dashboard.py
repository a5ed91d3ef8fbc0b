"""The dashboard, the queue of reports and the proposals in a real browser: by keyboard, without script, on a phone."""

from functools import partial

import pytest
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE, run
from .test_accessibility import violations

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESK, PHONE, NARROW], ids=["1366", "390", "320"])
# Something of everything to do for the agent of the demonstration accounts.
PREPARE = """
import django
django.setup()
from django.utils import timezone
from franceservices.accounts.models import User
from franceservices.accounts.scopes import Scope
from sites.models import ErrorReport, ImportBatch, Site
edits = Scope.of(User.objects.get(email="agent@exemple.fr"), timezone.localdate()).edits
site = Site.objects.within_territories(edits).order_by("pk").first()
ErrorReport.objects.create(site=site, subject="hours", message="Fermé le lundi depuis septembre.", sender="x")
site.list_proposals.create(field="phone", value="05 36 49 00 99", batch=ImportBatch.objects.last())
"""


@pytest.fixture(scope="module")
def something_to_do(demonstration_url):
    run("-c", PREPARE, DATABASE_URL=demonstration_url, DJANGO_SETTINGS_MODULE="franceservices.settings")


@pytest.fixture
def visit_desk(visit_as, something_to_do):
    """`visit_desk(path, size)` opens a page of the staff as that agent."""
    return partial(visit_as, "agent")


@SIZES
@pytest.mark.parametrize(
    "path",
    [
        "/gestion/",
        "/gestion/?verifier=antennes-seules",
        "/gestion/?q=zzz",
        "/gestion/signalements/",
        "/gestion/signalements/?etat=refuses",
        "/gestion/propositions/",
    ],
)
def test_every_page_is_accessible_and_fits(visit_desk, path, size):
    page = visit_desk(path, size)

    assert violations(page) == []
    assert page.locator("main").evaluate("element => element.scrollWidth") <= size["width"]


@SIZES
def test_to_refuse_a_report_one_gives_a_reason(visit_desk, size):
    page = visit_desk("/gestion/signalements/", size, complain=False)
    page.get_by_role("link", name="Refuser").click()
    refuse = page.get_by_role("button", name="Refuser ce signalement")
    expect(refuse).to_be_visible()  # else axe looks at a page that has not arrived yet
    assert violations(page) == []

    refuse.click()

    expect(page.get_by_text("Choisissez une raison")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("script", [True, False])
def test_the_sites_ticked_are_still_right(visit_desk, script):
    page = visit_desk("/gestion/?tri=nom", java_script_enabled=script)
    boxes = page.get_by_role("checkbox")
    for number in (0, 1):
        boxes.nth(number).focus()
        page.keyboard.press("Space")

    page.get_by_role("button", name="Toujours exact pour les sites cochés").click()

    expect(page.get_by_role("status").first).to_contain_text("2 fiches marquées comme vérifiées")
    expect(page.get_by_text("par Camille Agent").first).to_be_visible()
    assert page.url.endswith("/gestion/?tri=nom")


def test_all_are_ticked_with_one_click(visit_desk):
    page = visit_desk("/gestion/")

    page.get_by_role("button", name="Tout cocher").click()

    boxes = page.get_by_role("checkbox")
    expect(page.locator("input[name=site]:checked")).to_have_count(boxes.count())
    page.get_by_role("button", name="Tout décocher").click()
    expect(page.locator("input[name=site]:checked")).to_have_count(0)


def test_without_script_nothing_is_offered_that_needs_it(visit_desk):
    page = visit_desk("/gestion/", java_script_enabled=False)

    expect(page.get_by_role("button", name="Tout cocher")).to_be_hidden()


def test_a_phone_keeps_the_table_a_table(visit_desk):
    page = visit_desk("/gestion/", PHONE)

    expect(page.get_by_role("table", name="Tous les sites")).to_be_visible()
    assert page.get_by_role("row").count() > 5
    assert page.get_by_role("rowheader").first.is_visible()


def test_a_tile_filters_the_table_and_the_file_follows(visit_desk):
    page = visit_desk("/gestion/")
    tile = page.get_by_role("link", name="Pas vérifié depuis 6 mois")
    how_many = int(tile.locator("strong").text_content())

    tile.click()

    expect(page.get_by_role("rowheader")).to_have_count(how_many)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.path().read_text(encoding="utf-8-sig").count("\n") == how_many + 1


def test_a_search_by_keyboard_starts_at_its_results(visit_desk):
    page = visit_desk("/gestion/")
    page.get_by_label("Nom ou commune").fill("rodez")
    page.keyboard.press("Enter")

    expect(page.locator("#resultats")).to_be_focused()
    expect(page.locator("#resultats")).to_contain_text("1 site")
