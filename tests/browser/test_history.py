"""The history of a site, read and put back in a real browser."""

import json
import os
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE, ROOT

pytestmark = pytest.mark.browser
SIGNED_IN = """
import json, pghistory
from sites.models import Site
from sites.records.record import record_of
from sites.staff.saving import save
from tests.people import make_agent, signed_in

site = Site.objects.in_departement("12").order_by("pk")[0]
agent = make_agent("12")
before = record_of(site)
changed = {"phone": "05 65 00 00 00", "hours.1": [], "location": [2.6, 44.4], "partners.caf": ["desk", "le mardi"]}
with pghistory.context(user=agent.pk, source="form"):
    save(Site.objects.all(), site.pk, before, before | changed, agent)
cookie = signed_in(agent, SERVER_NAME="127.0.0.1").cookies["sessionid"].value
print(json.dumps({"cookie": cookie, "site": f"/gestion/sites/{site.external_id}/", "phone": before["phone"]}))
"""


@pytest.fixture(scope="module")
def agent(demonstration_url):
    """An agent who has signed in and has just changed a site: a cookie, the site's address, its phone before."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", SIGNED_IN],
        cwd=ROOT,
        env=os.environ | {"ENVIRONMENT": "local", "DATABASE_URL": demonstration_url},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def visit_as_agent(visit, portal, agent):
    cookie = {"name": "sessionid", "value": agent["cookie"], "domain": "127.0.0.1", "path": "/"}

    def open_page(page, size=DESK):
        return visit(portal + agent["site"] + page, size, complain=False, storage_state={"cookies": [cookie]})

    return open_page


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found]


@pytest.mark.parametrize(
    "page", ["historique/", "comparer/", "comparer/?du=2025-01-01&au=2024-01-01", "comparer/?tout=1"]
)
def test_no_axe_violation(page, visit_as_agent):
    page = visit_as_agent(page)

    for size in (DESK, PHONE, NARROW):
        page.set_viewport_size(size)
        assert violations(page) == [], size


def test_a_version_is_put_back_by_keyboard(visit_as_agent, agent):
    page = visit_as_agent("historique/", PHONE)

    page.get_by_role("link", name="juste avant").first.press("Enter")
    expect(page.get_by_role("heading", name="Rétablir la fiche")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Rétablir ces 4 valeurs").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("4 valeurs ont été rétablies")
    expect(page.locator("article").first).to_contain_text("Rétabli dans l'état du")
    expect(page.locator("article").first).to_contain_text(agent["phone"])
