"""The whole journey of a citizen, on a computer and on a phone, with and without JavaScript."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["1366", "390"])


def distances(page):
    return [float(item.get_attribute("data-distance")) for item in page.locator(".fs-result").all()]


def shown_on_map(page):
    """How many results the map shows: those that would overlap are one marker, which names them."""
    together = [marker.inner_text() for marker in page.locator(".fs-marker--several .fr-sr-only").all()]
    alone = page.locator(".fs-marker:not(.fs-marker--several)").count()
    return alone + sum(len(re.findall(r"\d+", text)) for text in together)


def scroll_to_map(page):
    page.locator("#carte").scroll_into_view_if_needed()
    expect(page.locator(".fs-marker").first).to_be_visible()


@SIZES
def test_type_choose_see_the_list_and_the_map_open_a_site(visit, portal, size):
    page = visit(portal, size)

    page.get_by_role("combobox").press_sequentially("rode", delay=20)
    page.get_by_role("option", name=re.compile("^Rodez")).first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Rodez (12)")
    assert distances(page) == sorted(distances(page))
    assert len(distances(page)) >= 3
    scroll_to_map(page)
    assert shown_on_map(page) == len(distances(page))

    name = page.locator(".fs-result a").first.inner_text()
    page.locator(".fs-result a").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("heading", name="Horaires")).to_be_visible()
    scroll_to_map(page)


@SIZES
def test_a_street_address_is_suggested_through_our_server(visit, portal, size):
    page = visit(portal, size)
    calls = []
    page.on("request", lambda request: calls.append(request.url))

    page.get_by_role("combobox").press_sequentially("12 rue de la paix", delay=10)
    option = page.get_by_role("option").first
    label = option.inner_text().splitlines()[0].strip()
    option.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(label)
    assert all(url.startswith((portal, "data:")) or "wmts" in url for url in calls)


@SIZES
def test_the_same_without_javascript(visit, portal, size):
    page = visit(portal, size, java_script_enabled=False)

    page.get_by_label("Où êtes-vous").fill("Rodez")
    page.get_by_role("button", name="Rechercher").click()

    assert distances(page) == sorted(distances(page))
    assert not page.locator("#carte").is_visible()
    assert not page.get_by_role("button", name="Autour de moi").is_visible()

    page.locator(".fs-result a").first.click()

    expect(page.get_by_role("heading", name="Horaires")).to_be_visible()


@SIZES
def test_filters_without_javascript(visit, portal, size):
    page = visit(f"{portal}/recherche/?q=Rodez", size, java_script_enabled=False)

    page.get_by_role("link", name="Filtrer : Sans rendez-vous").click()
    page.get_by_text("Tous les filtres").click()
    page.get_by_label("Jour", exact=True).select_option("Mardi")
    page.get_by_label("Heure").select_option("10 h")
    page.get_by_role("button", name="Afficher les résultats").click()

    for label in ("Mardi à 10 h", "Sans rendez-vous"):
        expect(page.get_by_role("link", name=f"Retirer le filtre : {label}")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="avec ces filtres")).to_be_visible()
    assert distances(page) == sorted(distances(page))

    page.get_by_role("link", name="Retirer le filtre : Mardi à 10 h").click()

    expect(page.get_by_role("status").filter(has_text="avec ce filtre")).to_be_visible()


def test_filters_are_kept_from_a_place_to_the_next(visit, portal):
    page = visit(f"{portal}/recherche/?q=Rodez&type=fixe")

    page.get_by_label("Où êtes-vous").fill("")
    page.get_by_label("Où êtes-vous").press_sequentially("millau", delay=20)
    page.get_by_role("listbox").get_by_role("option").first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Millau")
    expect(page.get_by_role("link", name="Retirer le filtre : Sites fixes")).to_be_visible()


def test_filters_by_keyboard(visit, portal):
    page = visit(f"{portal}/recherche/?q=Rodez")

    page.get_by_role("link", name="Filtrer : Après 18 h").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Retirer le filtre : Après 18 h")).to_be_visible()
    page.get_by_text("Tous les filtres").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_label("Type de lieu")).to_be_visible()


def test_homonyms_give_a_choice_that_leads_on(visit, portal):
    page = visit(f"{portal}/recherche/?q=Saint-Denis", java_script_enabled=False)

    page.get_by_role("link", name="Saint-Denis (93)").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Saint-Denis (93)")
    assert distances(page)


def test_a_typing_slip_is_understood(visit, portal):
    page = visit(f"{portal}/recherche/?q=toulose", java_script_enabled=False, complain=False)

    expect(page.get_by_text("Vouliez-vous dire")).to_be_visible()
    page.get_by_role("link", name="Toulouse (31)").click()

    assert distances(page)


@pytest.mark.parametrize("mode", ["hangs", "error", "html"])
@SIZES
def test_with_the_geocoder_down_the_commune_serves_and_the_page_says_so(visit, portal_with, mode, size):
    page = visit(portal_with(mode), size)

    page.get_by_role("combobox").fill("3 rue des Bleuets, Rodez")
    page.get_by_role("button", name="Rechercher").click()

    expect(page.get_by_text("ne répond pas pour le moment")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rodez")
    assert distances(page)
    page.locator(".fs-result a").first.click()
    expect(page.get_by_role("heading", name="Horaires")).to_be_visible()


def test_the_list_and_the_map_show_each_other(visit, portal):
    page = visit(f"{portal}/recherche/?q=Rodez")
    scroll_to_map(page)
    name = page.locator(".fs-marker:not(.fs-marker--several)").last.get_attribute("title")
    item = page.locator(".fs-result", has_text=name)
    marker = page.locator(f'.fs-marker[title="{name}"]')

    item.hover()
    expect(marker).to_have_class(re.compile("is-shown"))

    page.mouse.move(0, 0)
    expect(marker).not_to_have_class(re.compile("is-shown"))

    marker.focus()
    expect(item).to_have_class(re.compile("is-shown"))
    expect(page.locator(".fs-result.is-shown")).to_have_count(1)

    item.locator("a").first.focus()
    expect(marker).to_have_class(re.compile("is-shown"))


def test_a_popup_is_reached_and_left_by_keyboard(visit, portal):
    page = visit(f"{portal}/recherche/?q=Rodez")
    scroll_to_map(page)
    marker = page.locator(".fs-marker:not(.fs-marker--several)").first
    name = marker.get_attribute("title")

    marker.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup").get_by_role("link", name=name)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    expect(marker).to_be_focused()


def test_a_missing_file_of_the_map_leaves_the_list_and_no_empty_box(visit, portal):
    page = visit(portal, tiles=False)
    page.route("**/leaflet.markercluster*.js", lambda route: route.abort())
    page.goto(f"{portal}/recherche/?q=Rodez")

    expect(page.locator("#carte")).to_be_hidden()
    assert distances(page)


def test_every_other_site_is_on_the_map_clustered(visit, portal):
    page = visit(f"{portal}/recherche/?q=Occitanie")
    scroll_to_map(page)

    expect(page.locator(".fs-cluster").first).to_be_visible()


def test_without_tiles_the_departements_are_drawn(visit, portal):
    page = visit(f"{portal}/recherche/?q=Rodez", tiles=False)
    scroll_to_map(page)

    expect(page.get_by_text("Fond de carte indisponible")).to_be_visible()
    assert page.locator(".leaflet-outlines-pane path").count() > 90


def test_one_tile_that_fails_does_not_take_the_map_away(visit, portal):
    page = visit(portal, complain=False)
    failed = []

    def fail_once(route):
        if failed:
            return route.fallback()
        failed.append(route.request.url)
        return route.abort()

    page.context.route("**/wmts?**", fail_once)
    page.goto(f"{portal}/recherche/?q=Rodez", wait_until="networkidle")

    assert failed
    assert page.get_by_text("Fond de carte indisponible").count() == 0


def test_around_me(visit, portal):
    page = visit(portal, geolocation={"latitude": 44.35, "longitude": 2.57}, permissions=["geolocation"])

    page.get_by_role("button", name="Autour de moi").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("votre position")
    assert distances(page) == sorted(distances(page))


def test_a_refused_position_says_what_to_do(visit, portal):
    page = visit(portal, permissions=[])

    page.get_by_role("button", name="Autour de moi").click()

    expect(page.locator("#autour-de-moi-etat")).to_contain_text("écrivez votre commune")


def tab_to(page, target):
    """Press Tab until the focus is on a locator, as one must without a mouse; at most sixty times."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {target}")


@SIZES
def test_the_whole_journey_by_keyboard(visit, portal, size):
    """From the home page to an error told, with Tab, Enter, Space, arrows and letters only."""
    page = visit(portal, size, complain=False)  # what is sent empty comes back with a 400

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Contenu")).to_be_focused()
    expect(page.get_by_role("link", name="Contenu")).to_be_in_viewport()
    tab_to(page, page.get_by_role("combobox"))
    page.keyboard.type("rode", delay=20)
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.type("z")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("combobox").get_attribute("aria-activedescendant")
    expect(page.locator(f"#{chosen}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Rodez")
    tab_to(page, page.get_by_role("link", name="Filtrer : Sans rendez-vous"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Retirer le filtre : Sans rendez-vous")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Résultats"))
    page.keyboard.press("Enter")
    expect(page.locator("#resultats")).to_be_focused()
    tab_to(page, page.locator(".fs-result a").first)
    name = page.locator(".fs-result a").first.inner_text()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    tab_to(page, page.get_by_role("link", name="Signaler une erreur"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Signaler une erreur")
    tab_to(page, page.get_by_role("button", name="Envoyer"))
    page.keyboard.press("Enter")
    expect(page.locator("#erreurs")).to_be_focused()  # a screen reader starts there
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the first mistake leads to its field
    expect(page.get_by_role("radio", name="Les horaires")).to_be_focused()
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Que faudrait-il écrire ?"))
    page.keyboard.type(f"Fermé le mardi, dit un clavier sur {size['width']} pixels.")
    page.wait_for_timeout(3200)  # sooner, it would be a robot's
    tab_to(page, page.get_by_role("button", name="Envoyer"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Merci, c'est envoyé")


def test_all_common_filters_are_in_sight_on_a_phone(visit, portal):
    page = visit(f"{portal}/recherche/?q=Rodez", PHONE)

    for link in page.locator(".fs-filters__tags a").all():
        box = link.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


def test_on_paper_the_phone_is_black_and_what_one_clicks_is_left_out(visit, portal):
    page = visit(f"{portal}/recherche/?q=Rodez")
    page.locator(".fs-result a").first.click()

    page.emulate_media(media="print")

    expect(page.locator(".fs-contact__links a").first).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.get_by_role("heading", name="Horaires")).to_be_visible()
    for label in ("Itinéraire sur OpenStreetMap", "Signaler une erreur", "Copier le lien", "Ses démarches"):
        assert not page.get_by_text(label).first.is_visible(), label


def test_a_site_is_taken_away(visit, portal):
    page = visit(f"{portal}/recherche/?q=Rodez", permissions=["clipboard-read", "clipboard-write"])
    page.locator(".fs-result a").first.click()

    page.get_by_role("button", name="Copier le lien").click()

    expect(page.get_by_text("Le lien est copié.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    sheet = page.get_by_role("link", name="Fiche à imprimer").get_attribute("href")
    assert page.request.get(portal + sheet).headers["content-type"] == "application/pdf"
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Imprimer cette page").click()
    expect(page).to_have_title("printed")


def test_without_javascript_only_the_links_that_work_are_shown(visit, portal):
    page = visit(f"{portal}/recherche/?q=Rodez", java_script_enabled=False)
    page.locator(".fs-result a").first.click()

    expect(page.get_by_role("link", name="Ajouter les horaires à mon agenda")).to_be_visible()
    expect(page.get_by_role("button", name="Copier le lien")).to_be_hidden()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_an_error_is_told_by_keyboard(visit, portal, demonstration_url, script):
    page = visit(f"{portal}/recherche/?q=Rodez", java_script_enabled=script)
    page.locator(".fs-result a").first.click()
    page.get_by_role("link", name="Signaler une erreur").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Les horaires").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(f"Fermé le lundi, dit un essai {script}.")
    page.wait_for_timeout(3200)  # sooner, it would be a robot's
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Envoyer")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Merci, c'est envoyé")
    with psycopg.connect(demonstration_url.replace("postgis://", "postgresql://")) as database:
        (count,) = database.execute(
            "SELECT count(*) FROM sites_errorreport WHERE message = %s", [f"Fermé le lundi, dit un essai {script}."]
        ).fetchone()
    assert count == 1


def test_an_older_answer_never_replaces_a_newer_one(visit, portal):
    """Suggestions are cancelled as one types: the first question answers late, and is not shown."""
    page = visit(portal)
    held = []
    page.route(re.compile(r"suggestions/\?q=ro$"), lambda route: held.append(route))

    field = page.get_by_role("combobox")
    field.press_sequentially("ro", delay=10)
    page.wait_for_timeout(400)
    field.press_sequentially("dez", delay=10)
    expect(page.get_by_role("option").first).to_contain_text("Rodez")

    assert held
    expect(page.get_by_role("option").first).to_contain_text("Rodez")


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/recherche/?q=Rodez", "/recherche/?q=Saint-Denis", "/nulle-part/"),
        *("/accessibilite/", "/facile-a-lire/", "/mentions-legales/", "/plan-du-site/", "/stats/"),
    ],
)
def test_nothing_overflows_a_320_px_screen(visit, portal, address):
    page = visit(portal + address, NARROW, complain=False)

    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_every_page_says_that_the_data_are_a_demonstration(visit, portal):
    page = visit(portal, java_script_enabled=False, complain=False)
    for address in ("/", "/recherche/", "/recherche/?q=Rodez", "/recherche/?q=Saint-Denis", "/nulle-part/"):
        page.goto(portal + address)
        expect(page.get_by_text("Données de démonstration")).to_be_visible()

    page.goto(f"{portal}/recherche/?q=Rodez")
    page.locator(".fs-result a").first.click()
    expect(page.get_by_text("Données de démonstration")).to_be_visible()


def test_a_demarche_then_a_place(visit, portal):
    page = visit(portal)

    page.get_by_label("Où êtes-vous, ou pour quelle démarche ?").press_sequentially("carte vit", delay=20)
    page.get_by_role("option", name="Demander ou remplacer sa carte Vitale").click()
    expect(page.get_by_role("heading", name="Ce qu'il faut apporter")).to_be_visible()
    page.get_by_label("Où êtes-vous ?").fill("Rodez")
    page.keyboard.press("Enter")

    expect(page.locator(".fs-result").first).to_be_visible()
    page.get_by_text("Demander ou remplacer sa carte Vitale").click()
    expect(page.get_by_text("Votre numéro de sécurité sociale")).to_be_visible()


def test_a_demarche_without_script(visit, portal):
    page = visit(portal, java_script_enabled=False)

    page.get_by_label("Où êtes-vous, ou pour quelle démarche ?").fill("permis de conduire à Rodez")
    page.keyboard.press("Enter")

    expect(page.locator(".fs-result").first).to_be_visible()
    page.locator(".fs-demarche summary").click()
    expect(page.get_by_text("Une photo-signature numérique")).to_be_visible()
