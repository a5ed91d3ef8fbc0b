"""No axe violation on any kind of page, in any state, at any width."""

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .conftest import DESK, NARROW, PHONE

pytestmark = pytest.mark.browser
PAGES = {
    "accueil": "/",
    "recherche vide": "/recherche/",
    "résultats": "/recherche/?q=Rodez",
    "démarches": "/demarches/",
    "démarche": "/demarches/carte-grise/",
    "résultats d'une démarche": "/recherche/?q=Rodez&demarche=passeport",
    "plusieurs démarches": "/recherche/?q=carte+grise",
    "sites d'un nom": "/recherche/?q=bus+france+services",
    "résultats filtrés": "/recherche/?q=Rodez&jour=lundi&heure=10:00&type=fixe",
    "rien avec ces filtres": "/recherche/?q=aveyron&jour=dimanche&creneau=soir",
    "filtre inconnu": "/recherche/?q=Rodez&jour=jeudredi",
    "région filtrée": "/regions/76-occitanie/?type=bus",
    "résultats, page 2": "/recherche/?q=Occitanie&page=2",
    "commune": "/communes/12202-rodez/",
    "commune sans site": "/communes/12003-les-albres/",
    "département": "/departements/12-aveyron/",
    "département sans site": "/departements/989-ile-de-clipperton/",
    "région": "/regions/76-occitanie/",
    "carte": "/carte/",
    "carte d'une zone": "/carte/?zone=44,2,45,3&type=fixe",
    "carte, rien avec ces filtres": "/carte/?departement=12&jour=dimanche&creneau=soir",
    "carte, lien abîmé": "/carte/?zone=NaN",
    "choix": "/recherche/?q=Saint-Denis",
    "vouliez-vous dire": "/recherche/?q=toulose",
    "lien abîmé": "/recherche/?lat=NaN&lon=2",
    "page introuvable": "/nulle-part/",
    "accessibilité": "/accessibilite/",
    "budget": "/budget/",
    "contact": "/contact/",
    "cookies": "/cookies/",
    "données personnelles": "/donnees-personnelles/",
    "facile à lire": "/facile-a-lire/",
    "mentions légales": "/mentions-legales/",
    "plan du site": "/plan-du-site/",
    "statistiques": "/stats/",
    "chiffres de la France": "/statistiques/",
    "chiffres d'une région": "/statistiques/regions/76-occitanie/?au=2023-04-01",
    "chiffres d'un département": "/statistiques/departements/12-aveyron/",
    "chiffres d'un territoire sans site": "/statistiques/departements/989-ile-de-clipperton/",
    "chiffres, période impossible": "/statistiques/?au=hier&depuis=demain",
    "proximité": "/statistiques/proximite/",
    "proximité d'une région": "/statistiques/regions/76-occitanie/proximite/",
    "proximité d'un département": "/statistiques/departements/12-aveyron/proximite/",
    "et si, à demander": "/statistiques/et-si/",
    "et si, une ouverture": "/statistiques/et-si/?commune=Millau",
    "et si, un choix": "/statistiques/et-si/?commune=Sainte-Colombe",
    "et si, introuvable": "/statistiques/et-si/?commune=zzzz",
    "et si, site inconnu": "/statistiques/et-si/?fermeture=inconnu",
    "comparaison à faire": "/statistiques/comparer/",
    "comparaison": "/statistiques/comparer/?avec=region-76&avec=departement-12&avec=france",
}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE, NARROW], ids=["1366", "390", "320"])


def violations(page):
    """What axe finds wrong on a page that has come whole: of one that is coming, it would see the beginning."""
    page.wait_for_load_state()
    return [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
    ]


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES.keys())
def test_pages(visit, portal, address):
    page = visit(portal + address, complain=False)

    for size in (DESK, PHONE, NARROW):
        page.set_viewport_size(size)
        assert violations(page) == [], size


@SIZES
def test_a_site(visit, portal, size):
    page = visit(f"{portal}/recherche/?q=Rodez", size)
    page.locator(".fs-result a").first.click()
    expect(page.get_by_role("heading", name="Horaires")).to_be_visible()
    page.locator("#carte").scroll_into_view_if_needed()
    expect(page.locator(".fs-marker")).to_be_visible()

    assert violations(page) == []


@SIZES
def test_telling_of_an_error(visit, portal, size):
    page = visit(f"{portal}/recherche/?q=Rodez", size, complain=False)
    page.locator(".fs-result a").first.click()
    page.get_by_role("link", name="Signaler une erreur").click()
    page.get_by_text("Ce que dit la fiche aujourd'hui").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    page.get_by_role("button", name="Envoyer").click()

    expect(page.get_by_role("heading", name="Rien n'a été envoyé")).to_be_visible()
    assert violations(page) == []
    page.goto(page.url + "?merci")
    expect(page.get_by_role("heading", name="Merci")).to_be_visible()
    assert violations(page) == []


@SIZES
def test_all_the_filters(visit, portal, size):
    page = visit(f"{portal}/recherche/?q=Rodez&type=fixe", size)
    page.get_by_text("Tous les filtres").click()
    expect(page.get_by_label("Heure")).to_be_visible()

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    form = page.locator(".fs-filters form").bounding_box()
    for select in page.locator(".fs-filters select").all():
        box = select.bounding_box()
        assert box["x"] + box["width"] <= form["x"] + form["width"] + 1


@pytest.fixture(scope="module")
def sites_of(demonstration_url):
    """`sites_of(state)` is the address of a site's page in a state: some of Cantal are put in it."""
    there = "FROM sites_site AS site JOIN territories_commune AS commune ON commune.insee = site.commune_id"
    fixed = "format = 'fixe' AND departement_id = '15'"
    which = {
        "a round": "format = 'bus'",
        "a network": "network <> ''",
        "closed for good": fixed,
        "closed for a while": f"{fixed} AND site.status = 'active'",
        "no hours": f"{fixed} AND site.status = 'active' AND site.id NOT IN (SELECT site_id FROM sites_closure)",
    }
    change = {
        "closed for good": "UPDATE sites_site SET status = 'closed', closed_on = '2026-01-31' WHERE id = %(id)s",
        "closed for a while": (
            "INSERT INTO sites_closure (site_id, starts, reason, replacement_id)"
            " VALUES (%(id)s, '2026-01-01', 'Travaux', (SELECT max(id) FROM sites_site))"
        ),
        "no hours": "DELETE FROM sites_weeklyslot WHERE site_id = %(id)s",
    }
    found = {}
    with psycopg.connect(demonstration_url.replace("postgis://", "postgresql://"), autocommit=True) as database:
        for state, condition in which.items():
            query = f"SELECT site.id, external_id, site.slug {there} WHERE {condition} ORDER BY external_id LIMIT 1"
            key, number, slug = database.execute(query).fetchone()
            if state in change:
                database.execute(change[state], {"id": key})
            found[state] = f"/sites/{number}-{slug}/"
        yield found
        database.execute("UPDATE sites_site SET status = 'active', closed_on = NULL WHERE status = 'closed'")
        database.execute("DELETE FROM sites_closure WHERE starts = '2026-01-01'")


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        ("a round", "Les 30 prochains jours"),
        ("a network", "La semaine du réseau"),
        ("closed for good", "Ce lieu a fermé"),
        ("closed for a while", "Fermetures à venir"),
        ("no hours", "Horaires"),
    ],
)
def test_a_site_in_each_state(visit, portal, sites_of, state, heading):
    page = visit(portal + sites_of[state])
    expect(page.get_by_role("heading", name=heading)).to_be_visible()

    for size in (DESK, PHONE, NARROW):
        page.set_viewport_size(size)
        assert violations(page) == [], size
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@SIZES
def test_suggestions_open_and_a_choice_marked(visit, portal, size):
    page = visit(portal, size)
    page.get_by_role("combobox").press_sequentially("rode", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")

    assert violations(page) == []


@SIZES
def test_the_map_with_a_popup(visit, portal, size):
    page = visit(f"{portal}/recherche/?q=Rodez", size)
    page.locator("#carte").scroll_into_view_if_needed()
    page.locator(".fs-marker:not(.fs-marker--several)").first.click()
    expect(page.locator(".leaflet-popup")).to_have_css("opacity", "1")

    assert violations(page) == []


@SIZES
def test_the_page_shown_when_everything_fails(visit, portal_without_database, size):
    page = visit(f"{portal_without_database}/recherche/?q=Rodez", size, complain=False)

    expect(page.get_by_role("heading", level=1)).to_have_text("Le portail a un problème")
    expect(page.get_by_role("link", name="Réessayer la recherche")).to_be_visible()
    assert violations(page) == []
