"""The map of all sites, by mouse and by keyboard, with and without JavaScript."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE
from .test_accessibility import SIZES, violations

pytestmark = pytest.mark.browser
RODEZ = "44.2,2.4,44.5,2.8"
PIN = ".fs-pin.leaflet-marker-icon"


def open_map(visit, portal, query="", size=DESK, **options):
    page = visit(f"{portal}/carte/{query}", size, **options)
    expect(page.locator("#carte[data-ready]")).to_be_visible()
    return page


def sites_on(page):
    """How many sites the map shows in its frame: markers, and what clusters count."""
    counts = [re.match(r"[\d\s]+", text).group() for text in page.locator(".fs-cluster").all_inner_texts()]
    return page.locator(PIN).count() + sum(int(re.sub(r"\s", "", count)) for count in counts)


def heading(page):
    return page.locator("#liste h2").first


@pytest.fixture(scope="module")
def two_at_one_address(demonstration_url):
    """The fixed site of Mende and a bus, at the very same point, far from the others: {name, other's name, zone}."""
    with psycopg.connect(demonstration_url.replace("postgis://", "postgresql://"), autocommit=True) as database:
        query = "SELECT external_id, name, ST_Y(location::geometry), ST_X(location::geometry) FROM sites_site"
        name, lat, lon = database.execute(f"{query} WHERE format = 'fixe' AND commune_id = '48095'").fetchone()[1:]
        bus, other, before_lat, before_lon = database.execute(f"{query} WHERE format = 'bus' LIMIT 1").fetchone()
        move = "UPDATE sites_site SET location = ST_Point(%s, %s, 4326)::geography WHERE external_id = %s"
        database.execute(move, [lon, lat, bus])
        zone = f"{lat - 0.01:.4f},{lon - 0.01:.4f},{lat + 0.01:.4f},{lon + 0.01:.4f}"
        yield {"names": [name, other], "zone": zone}
        database.execute(move, [before_lon, before_lat, bus])


def test_a_cluster_of_one_address_opens_by_mouse(visit, portal, two_at_one_address):
    page = open_map(visit, portal, f"?zone={two_at_one_address['zone']}")
    cluster = page.locator(".fs-cluster", has_text="à la même adresse").first

    cluster.click()

    for name in two_at_one_address["names"]:
        expect(page.locator(f'{PIN}[title^="{name}"]')).to_be_visible()
    page.locator(f'{PIN}[title^="{two_at_one_address["names"][1]}"]').click()
    expect(page.locator(".leaflet-popup").get_by_role("link", name=two_at_one_address["names"][1])).to_be_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_cluster_of_one_address_opens_and_folds_by_keyboard(visit, portal, two_at_one_address, key):
    page = open_map(visit, portal, f"?zone={two_at_one_address['zone']}")
    cluster = page.locator(".fs-cluster", has_text="à la même adresse").first

    cluster.focus()
    page.keyboard.press(key)

    pin = page.locator(f"{PIN}:focus")
    expect(pin).to_be_visible()
    page.keyboard.press(key)
    expect(page.locator(".leaflet-popup a[href]:not(.leaflet-popup-close-button)").first).to_be_focused()
    expect(page.locator(".leaflet-popup .fs-state")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    expect(pin).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".fs-cluster:focus")).to_be_visible()


def test_a_cluster_of_several_places_is_gone_nearer_to(visit, portal):
    page = open_map(visit, portal)
    scale = page.locator(".leaflet-control-scale-line").inner_text()

    page.locator(".fs-cluster").first.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".leaflet-control-scale-line")).not_to_have_text(scale)


def test_a_popup_tells_the_hours_and_leads_to_the_page(visit, portal):
    page = open_map(visit, portal, "?departement=12")

    page.locator(PIN).first.click()

    popup = page.locator(".leaflet-popup")
    expect(popup.locator(".fs-state")).to_be_visible()
    name = popup.get_by_role("link").first.inner_text()
    popup.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_popup_without_an_answer_still_leads_to_the_page(visit, portal):
    page = open_map(visit, portal, "?departement=12", complain=False)
    page.route("**/carte/sites/*/", lambda route: route.abort())

    page.locator(PIN).first.click()

    expect(page.get_by_text("ouvrez la fiche")).to_be_visible()


def test_filters_narrow_the_map_and_the_list_and_are_in_the_address(visit, portal):
    page = open_map(visit, portal, "?departement=974")
    before = sites_on(page)

    page.get_by_text("Tous les filtres").click()
    page.get_by_label("Type de lieu").select_option("Bus et sites itinérants")
    page.get_by_role("button", name="Afficher les résultats").click()

    expect(page.get_by_role("link", name="Retirer le filtre : Bus et sites itinérants")).to_be_visible()
    assert "type=bus" in page.url
    assert "departement=974" in page.url
    expect(page.locator(".fs-pin--f.leaflet-marker-icon")).to_have_count(0)

    page.get_by_role("link", name="Retirer le filtre : Bus et sites itinérants").click()

    expect(page.get_by_role("link", name="Retirer le filtre")).to_have_count(0)
    page.wait_for_function("document.querySelectorAll('.fs-pin--f.leaflet-marker-icon, .fs-cluster').length > 0")
    assert sites_on(page) == before


def test_a_shared_link_is_filtered_at_once(visit, portal):
    page = open_map(visit, portal, "?type=antenne")

    assert page.locator(".fs-pin--f.leaflet-marker-icon, .fs-pin--b.leaflet-marker-icon").count() == 0
    assert 0 < sites_on(page) < 400


def test_when_filters_fail_the_map_says_that_only_the_list_is_filtered(visit, portal):
    page = open_map(visit, portal, complain=False)
    page.route("**/carte/retenus.json**", lambda route: route.abort())

    page.get_by_role("link", name="Filtrer : Sans rendez-vous").click()

    expect(page.get_by_text("Les filtres n'ont pas pu être appliqués à la carte")).to_be_visible()
    expect(page.get_by_role("link", name="Retirer le filtre : Sans rendez-vous")).to_be_visible()


def test_searching_here_lists_what_is_in_sight_and_goes_back(visit, portal):
    page = open_map(visit, portal, f"?zone={RODEZ}")
    button = page.get_by_role("button", name="Rechercher dans cette zone")
    expect(button).to_be_hidden()
    first = heading(page).inner_text(), page.locator(".fs-result").count()

    page.locator("#carte [data-options]").focus()
    page.keyboard.press("Minus")
    button.click()

    expect(button).to_be_hidden()
    page.wait_for_url(re.compile(r"zone=(?!44\.2)"))
    expect(page.locator(".fs-atlas__status")).to_contain_text("France services")
    assert page.locator(".fs-result").count() > first[1]
    south, west, north, east = map(float, re.search(r"zone=([^&]*)", page.url).group(1).split("%2C"))
    assert south < 44.2 < 44.5 < north
    assert west < 2.4 < 2.8 < east
    for item in page.locator(".fs-result").all():
        assert south <= float(item.get_attribute("data-lat")) <= north

    page.go_back()

    page.wait_for_url(re.compile(re.escape(RODEZ)))
    expect(page.locator(".fs-result")).to_have_count(first[1])
    page.go_forward()
    expect(page.locator(".fs-result")).not_to_have_count(first[1])


def test_overseas_is_one_link_away(visit, portal):
    page = open_map(visit, portal)

    page.get_by_role("link", name="La Réunion", exact=True).first.click()

    expect(heading(page)).to_have_text("La Réunion (974)")
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(1)
    assert "departement=974" in page.url
    assert page.locator(".leaflet-control-scale-line").inner_text() in ("10 km", "20 km", "30 km")
    expect(page.get_by_role("link", name="La Réunion", exact=True).first).to_be_focused()


def test_going_to_a_region_draws_its_departements(visit, portal):
    page = open_map(visit, portal)

    page.get_by_label("Aller à").select_option("Occitanie, toute la région")
    page.get_by_role("button", name="Aller", exact=True).click()

    expect(heading(page)).to_have_text("Occitanie")
    expect(page.locator("#liste")).to_be_focused()
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(13)
    assert page.url.endswith("/carte/?region=76")


def test_a_departement_pointed_at_in_the_list_is_outlined(visit, portal):
    page = open_map(visit, portal)

    page.locator("#liste").get_by_role("link", name="Aveyron (12)").hover()
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(1)

    page.mouse.move(0, 0)
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(0)

    page.locator("#liste").get_by_role("link", name="Aveyron (12)").focus()
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(1)


def test_links_to_other_pages_are_left_alone(visit, portal):
    page = open_map(visit, portal)

    page.locator("#liste").get_by_role("link", name="Aveyron (12)").click()

    expect(page).to_have_url(re.compile("/departements/12-aveyron/"))


def test_only_what_is_in_sight_is_a_stop_for_the_keyboard(visit, portal):
    """What lies beyond the frame is not: a focus there would push the map aside. A cluster may be half out."""
    page = open_map(visit, portal, "?departement=12")
    frame = page.locator("#carte [data-options]").bounding_box()
    near = 60  # pixels

    marks = page.locator(".leaflet-marker-icon[tabindex]").all()

    assert marks
    for mark in marks:
        box = mark.bounding_box()
        assert frame["x"] - near <= box["x"] <= frame["x"] + frame["width"] + near
        assert frame["y"] - near <= box["y"] <= frame["y"] + frame["height"] + near


@pytest.mark.parametrize("lost", ["**/leaflet.markercluster*.js", "**/carte/sites-*.json"])
def test_a_file_that_does_not_come_leaves_a_sentence_and_the_list(visit, portal, lost):
    page = visit(portal, complain=False)
    page.route(lost, lambda route: route.abort())
    page.goto(f"{portal}/carte/?departement=12")

    expect(page.get_by_text("La carte n'a pas pu être chargée.")).to_be_visible()
    expect(page.locator("#carte")).to_be_hidden()
    assert page.locator(".fs-result").count()


def test_without_tiles_the_departements_are_drawn(visit, portal):
    page = open_map(visit, portal, tiles=False)

    expect(page.get_by_text("Fond de carte indisponible")).to_be_visible()
    assert page.locator(".leaflet-outlines-pane path").count() > 90


@pytest.mark.parametrize("size", [DESK, PHONE, NARROW], ids=["1366", "390", "320"])
def test_without_javascript_the_list_says_it_all(visit, portal, size):
    page = visit(f"{portal}/carte/", size, java_script_enabled=False)
    expect(page.locator("#carte")).to_be_hidden()
    expect(page.get_by_role("link", name="Aveyron (12)")).to_be_visible()

    page.get_by_label("Aller à").select_option("Mayotte (976)")
    page.get_by_role("button", name="Aller", exact=True).click()
    expect(heading(page)).to_have_text("Mayotte (976)")
    page.get_by_role("link", name="Filtrer : Sans rendez-vous").click()
    expect(heading(page)).to_have_text("Mayotte (976)")
    assert page.locator(".fs-result").count()

    page.goto(f"{portal}/carte/?zone={RODEZ}")
    assert page.locator(".fs-result").count()


@SIZES
def test_no_axe_violation_in_any_state(visit, portal, size):
    page = open_map(visit, portal, "?departement=12", size)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    page.locator(PIN).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup .fs-state")).to_be_visible()
    expect(page.locator(".leaflet-popup")).to_have_css("opacity", "1")
    assert violations(page) == []
    page.keyboard.press("Escape")

    page.locator("#carte [data-options]").focus()
    page.keyboard.press("Minus")
    page.get_by_role("button", name="Rechercher dans cette zone").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Rechercher dans cette zone").click()
    expect(heading(page)).to_have_text("Dans cette zone")
    assert violations(page) == []
