"""The dashboard, the queue of reports and the proposals in a real browser: by keyboard, without script, on a phone."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE, ROOT
from .test_accessibility import violations

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESK, PHONE, NARROW], ids=["1366", "390", "320"])
# An agent of Aveyron with something of everything to do, signed in: prints the key of the session.
PREPARE = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from sites.models import ImportBatch, Site
from tests.people import DEVICE_ID_SESSION_KEY, make_agent
from tests.sites.staff.test_to_check import make_report
agent = make_agent("12")
first, second, *_ = Site.objects.in_departement("12").order_by("pk")
make_report(first, email="ada@exemple.fr")
first.list_proposals.create(field="phone", value="05 36 49 00 99", batch=ImportBatch.objects.last())
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(agent.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
session[DEVICE_ID_SESSION_KEY] = agent.totpdevice_set.get().persistent_id
session.save()
print(session.session_key)
"""


@pytest.fixture(scope="module")
def session_key(demonstration_url):
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", PREPARE]
    environment = os.environ | {"ENVIRONMENT": "local", "DATABASE_URL": demonstration_url}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.split()[-1]


@pytest.fixture
def visit_desk(visit, portal, session_key):
    """`visit_desk(path, size)` opens a page of the staff as that agent."""

    def open_page(path, size=DESK, **options):
        cookie = {"name": "sessionid", "value": session_key, "domain": "127.0.0.1", "path": "/"}
        state = {"cookies": [cookie | {"expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}]}
        return visit(portal + path, size, storage_state=state | {"origins": []}, **options)

    return open_page


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
    assert violations(page) == []

    page.get_by_role("button", name="Refuser ce signalement").click()

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

    page.get_by_role("link", name="1 Erreur signalée", exact=True).click()

    expect(page.get_by_role("rowheader")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.path().read_text(encoding="utf-8-sig").count("\n") == 2
