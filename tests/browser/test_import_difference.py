"""What a list changes, in a real browser: read at any width, by keyboard, on a map and without script."""

from functools import partial

import pytest
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE, output
from .test_accessibility import violations

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESK, PHONE, NARROW], ids=["1366", "390", "320"])
# A list that does a bit of everything, as the worker leaves it.
PREPARE = """
import django
django.setup()
from django.utils import timezone
from sites.models import ImportBatch, ImportIssue, ImportRow
counts = {"rows": 6, "created": 1, "updated": 1, "closed": 1, "reopened": 0, "unchanged": 2, "absent": 1, "errors": 1,
          "warnings": 1, "moved": 1, "held": 2}
batch = ImportBatch.objects.create(status="ready", file_name="liste-du-trimestre.csv", sha256="f" * 64, counts=counts,
                                   is_complete=True, analysed_at=timezone.now())
slot = ["09:00", "12:00", "all", "open", None, None]
held = {"phone": ["05 00 00 00 00", "05 00 00 00 01"],
        "hours": [{"1": [["09:00", "12:00"]]}, {"2": [["09:00", "12:00"]]}]}
rows = [
    dict(line=2, action="update", before={"name": "France services de Rodez", "location": [2.57, 44.35], "hours.1": []},
         after={"name": "Maison du <b>Rouergue</b>", "location": [2.58, 44.36], "hours.1": [slot]}),
    dict(line=3, action="create", name="Nouvelle", departement_id="81",
         after={"name": "Nouvelle", "commune": ["81004", "81000"], "location": [2.148, 43.93]}),
    dict(line=4, action="error", name="Cassée"),
    dict(line=5, action="unchanged", name="Tenue", external_id="7009", held=held),
    dict(line=6, action="unchanged", name="Même chose"),
    dict(line=None, action="close", before={"status": "active", "closed_on": None},
         after={"status": "closed", "closed_on": "2026-11-25"}),
]
for row in rows:
    ImportRow.objects.create(**{"batch": batch, "external_id": "7001", "name": "Rodez", "departement_id": "12"} | row)
ImportIssue.objects.create(batch=batch, line=4, column="h_lundi", severity="error", code="hours", value="26:00",
                           message="Attendu : 09:00 - 12:00.")
ImportIssue.objects.create(batch=batch, line=2, column="latitude", severity="warning", code="moved", message="1,4 km.")
print(batch.pk)
"""


@pytest.fixture(scope="module")
def pages(demonstration_url):
    """The address of the list's pages."""
    return f"/gestion/imports/{output('-c', PREPARE, DATABASE_URL=demonstration_url)}/"


@pytest.fixture
def visit_desk(visit_as):
    """`visit_desk(path, size)` opens a page of the staff as a national administrator."""
    return partial(visit_as, "national")


@SIZES
@pytest.mark.parametrize("path", ["lignes/", "lignes/?q=zzz", "remarques/", "carte/", "tenus/", "tenus/?champ=hours"])
def test_every_page_is_accessible_and_fits(visit_desk, pages, path, size):
    page = visit_desk(pages + path, size)
    for summary in page.locator("main summary").all():
        summary.click()
    if path == "carte/":
        page.locator(".fs-moves__map").scroll_into_view_if_needed()  # on a phone it waits to be on screen
        page.locator("canvas").wait_for()

    assert violations(page) == []
    assert page.locator("main").evaluate("element => element.scrollWidth") <= size["width"]


def test_a_number_of_the_table_leads_to_its_lines(visit_desk, pages):
    page = visit_desk(pages + "lignes/")
    page.get_by_text("Compter par département").click()

    page.get_by_role("row", name="Tarn (81)").get_by_role("link").first.click()

    expect(page.get_by_role("heading", level=3)).to_have_text(["Nouvelle"])


def test_from_the_table_one_sees_a_point_on_the_map(visit_desk, pages):
    page = visit_desk(pages + "carte/?quoi=deplaces")

    page.get_by_role("button", name="Voir sur la carte : Rodez").press("Enter")

    expect(page.locator(".fs-moves__map")).to_be_in_viewport()
    expect(page.locator(".fs-map [data-options]")).to_be_focused()


def test_without_script_the_table_says_it_all(visit_desk, pages):
    page = visit_desk(pages + "carte/", java_script_enabled=False)

    expect(page.locator(".fs-moves")).to_be_hidden()
    expect(page.get_by_role("button", name="Voir sur la carte")).to_have_count(0)
    expect(page.get_by_role("row", name="1,4 km")).to_contain_text("44.36000, 2.58000")


@SIZES
def test_a_value_of_the_list_is_taken_by_keyboard_without_script(visit_desk, pages, size):
    page = visit_desk(pages + "tenus/?champ=phone", size, java_script_enabled=False)
    tick = page.get_by_label("Prendre la valeur de la liste : téléphone, Tenue")
    was = tick.is_checked()

    tick.press("Space")
    page.get_by_role("button", name="Noter les choix").press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("Vos choix sont notés")
    expect(tick).to_be_checked(checked=not was)
