"""The whole way of a list in a real browser, with a real worker: sent, corrected, confirmed, applied, taken back.

On a portal of its own, with real sites: a list takes the place of the demonstration that the other tests look at.
"""

import re
import signal

import pytest
from playwright.sync_api import expect

from tests.sites.imports.lists import csv_of
from tests.sites.staff.imports.ready import numbered

from .conftest import DESK, NARROW, PHONE, SIGN_IN, database_made_by, output, serve, working
from .test_accessibility import violations

pytestmark = pytest.mark.browser
BEFORE, AFTER = "Fermé les jours fériés", "Entrée par la cour"
# Each site changes, which is unusual, and one gets another name, which is worth a look.
SITES = numbered(12)
CORRECTED = [row | {"commentaire": AFTER} for row in SITES]
CORRECTED[2] |= {"lib_fs": "Maison de la commune"}
WITH_ERROR = [*CORRECTED[:3], CORRECTED[3] | {"h_lundi": "25:00 - 26:00"}, *CORRECTED[4:]]
LINE_OF_THE_ERROR = 5


@pytest.fixture(scope="module")
def database_url(without_sites, tmp_path_factory):
    directory = tmp_path_factory.mktemp("lists") / "annuaire.csv"
    directory.write_bytes(csv_of(*SITES))
    commands = ("load_demo_accounts", f"import_sites {directory} --apply")
    with database_made_by(*commands, suffix="imports", template=without_sites) as url:
        yield url


@pytest.fixture(scope="module")
def address(database_url, static_root):
    with serve(DATABASE_URL=database_url, STATIC_ROOT=static_root) as address:
        yield address


@pytest.fixture(scope="module")
def worker(database_url):
    with working(DATABASE_URL=database_url) as process:
        yield process


@pytest.fixture(scope="module")
def cookie(database_url, address):
    key = output("-c", SIGN_IN, "national@exemple.fr", DATABASE_URL=database_url)
    return {"name": "sessionid", "value": key, "url": address}


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def desk(request, address, cookie, visit):
    """A page where a national administrator has signed in."""
    return visit(address + "/gestion/imports/", cookies=[cookie], complain=False, java_script_enabled=request.param)


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


def send(desk, rows, mode="Liste partielle"):
    desk.get_by_label("Fichier de la liste").set_input_files(
        {"name": "septembre.csv", "mimeType": "text/csv", "buffer": csv_of(*rows)}
    )
    desk.locator("label", has_text=mode).click()
    desk.get_by_role("button", name="Déposer et analyser").click()


def is_told(desk, status):
    """The page comes again by itself, until it says so."""
    expect(desk.get_by_role("heading", level=1, name=status)).to_be_visible(timeout=20_000)


def note_of(visit, address, number=8000):
    """The public page of a site, as anyone sees it."""
    page = visit(f"{address}/sites/{number}/")
    return page.get_by_text(re.compile(f"{BEFORE}|{AFTER}")).inner_text()


def test_a_list_is_sent_corrected_confirmed_applied_and_taken_back(desk, is_right, worker, visit, address):
    assert BEFORE in note_of(visit, address)
    is_right()

    desk.get_by_role("button", name="Déposer et analyser").click()
    expect(desk.get_by_role("alert")).to_contain_text("Choisissez un fichier.")
    is_right()

    worker.send_signal(signal.SIGSTOP)
    send(desk, WITH_ERROR)
    desk.get_by_role("link", name="Arrêter la mise à jour automatique").click()
    expect(desk.get_by_role("link", name="reprendre la mise à jour automatique")).to_be_visible()
    is_right()
    worker.send_signal(signal.SIGCONT)
    desk.get_by_role("link", name="reprendre la mise à jour automatique").click()
    is_told(desk, "À confirmer")

    expect(desk.get_by_role("heading", name="Votre décision")).to_be_visible()
    expect(desk.get_by_text("1 erreur :")).to_be_visible()
    expect(desk.get_by_role("button", name="Appliquer la liste")).to_have_count(0)
    is_right()
    desk.get_by_role("link", name="Erreur : ").click()
    line = desk.get_by_role("row").filter(has_text="25:00 - 26:00")
    expect(line).to_contain_text(str(LINE_OF_THE_ERROR))
    is_right()

    desk.goto(f"{address}/gestion/imports/")
    send(desk, CORRECTED)
    is_told(desk, "À confirmer")
    desk.get_by_role("link", name="Sites modifiés").click()
    expect(desk.get_by_text(AFTER).first).to_be_visible()
    expect(desk.get_by_text(BEFORE).first).to_be_visible()
    desk.go_back()
    is_right()

    desk.get_by_role("button", name="Appliquer la liste").click()
    expect(desk.get_by_role("alert")).to_contain_text("un nombre est à taper")
    is_right()
    desk.get_by_label("Pour continuer, tapez 12").fill("12")
    desk.get_by_role("button", name="Appliquer la liste").click()
    is_told(desk, "Appliquée")
    assert AFTER in note_of(visit, address)
    is_right()

    desk.get_by_role("link", name="Annuler cette liste").click()
    desk.get_by_role("button", name="Annuler la liste").click()
    is_told(desk, "Annulée")
    assert BEFORE in note_of(visit, address)
    is_right()


def test_a_file_that_is_no_list_is_refused_with_what_to_do(desk, is_right, worker):
    desk.get_by_label("Fichier de la liste").set_input_files(
        {"name": "liste.csv", "mimeType": "text/csv", "buffer": b"nom;ville\nRodez;12000\n"}
    )
    desk.locator("label", has_text="Liste complète").click()
    desk.get_by_role("button", name="Déposer et analyser").click()

    is_told(desk, "Fichier refusé")
    expect(desk.get_by_role("heading", name="Que faire ?")).to_be_visible()
    is_right()
    desk.get_by_role("button", name="Abandonner cette liste").click()
    expect(desk.get_by_text("La liste est abandonnée")).to_be_visible()
