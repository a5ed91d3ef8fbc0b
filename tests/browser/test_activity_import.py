"""The whole way of a file of figures in a real browser, with a real worker: sent, corrected, applied, taken back."""

import pytest
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE, SIGN_IN, database_made_by, output, serve, working
from .test_accessibility import violations

pytestmark = pytest.mark.browser
GOOD = "id_fs;mois;partenaire;demandes;finalisees\nD0001;2023-02;CAF;1234;1000\n"
BAD = GOOD + "D0002;2023-02;CAF;4;5\n"


@pytest.fixture(scope="module")
def database_url(without_sites):
    with database_made_by("load_demo", "load_demo_accounts", suffix="activity", template=without_sites) as url:
        yield url


@pytest.fixture(scope="module")
def address(database_url, static_root):
    with serve(DATABASE_URL=database_url, STATIC_ROOT=static_root) as address:
        yield address


@pytest.fixture(scope="module")
def worker(database_url):
    with working(DATABASE_URL=database_url) as process:
        yield process


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def desk(request, address, database_url, worker, visit):
    key = output("-c", SIGN_IN, "national@exemple.fr", DATABASE_URL=database_url)
    cookie = {"name": "sessionid", "value": key, "url": address}
    return visit(f"{address}/gestion/activite/", cookies=[cookie], complain=False, java_script_enabled=request.param)


@pytest.fixture
def is_right(request, desk):
    """`is_right()`: the page breaks no rule at any width. Axe is a script: nothing is looked at where there is none."""
    scripts = "no scripts" not in request.node.name

    def look():
        for size in (DESK, PHONE, NARROW) if scripts else ():
            desk.set_viewport_size(size)
            assert violations(desk) == [], size
            assert desk.locator("main").evaluate("element => element.scrollWidth") <= size["width"], size
        desk.set_viewport_size(DESK)

    return look


def send(desk, text):
    desk.get_by_label("Fichier des chiffres").set_input_files(
        {"name": "fevrier.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    desk.get_by_role("button", name="Déposer et analyser").click()


def is_told(desk, status):
    """The page comes again by itself, until it says so."""
    expect(desk.get_by_role("heading", level=1, name=status)).to_be_visible(timeout=20_000)


def test_figures_are_sent_corrected_applied_and_taken_back(desk, is_right, address):
    is_right()
    send(desk, BAD)
    is_told(desk, "À confirmer")
    expect(desk.get_by_text("1 erreur").first).to_be_visible()
    expect(desk.get_by_text("Ligne 3")).to_be_visible()
    expect(desk.get_by_role("button", name="Appliquer ces chiffres")).to_have_count(0)
    is_right()

    desk.goto(f"{address}/gestion/activite/")
    send(desk, GOOD)
    is_told(desk, "À confirmer")
    expect(desk.get_by_role("row", name="février 2023").first).to_contain_text("1\u00a0234")
    is_right()
    desk.get_by_role("button", name="Appliquer ces chiffres").click()
    is_told(desk, "Appliqué")
    is_right()

    desk.get_by_role("link", name="Annuler cet import").click()
    expect(desk.get_by_role("heading", name="Annuler cet import")).to_be_visible()
    is_right()
    desk.get_by_role("button", name="Annuler l'import").click()
    is_told(desk, "Annulé")
    desk.goto(f"{address}/gestion/activite/")
    expect(desk.get_by_role("row", name="fevrier.csv").first).to_contain_text("Annulé")
    is_right()
