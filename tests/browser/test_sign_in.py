"""Signing in, by keyboard and without a mouse; every page of accounts without an axe violation at any width."""

import hmac
import struct
import time
from base64 import b32decode

import pytest
from playwright.sync_api import expect

from franceservices.accounts.demonstration import PASSWORD
from tests.accounts.test_proconnect import running_provider

from .conftest import DESK, NARROW, PHONE, output, serve
from .test_accessibility import violations

pytestmark = pytest.mark.browser
MISTAKES = {  # pages of forms, and what is typed in them that is refused
    "/gestion/connexion/": {"username": "camille", "password": "x"},
    "/gestion/mot-de-passe/oublie/": {"email": "camille"},
}
OWN = [
    "/gestion/compte/",
    "/gestion/second-facteur/installer/",
    "/gestion/second-facteur/codes/",
    "/gestion/mot-de-passe/",
]


@pytest.fixture(scope="module")
def manage(demonstration_url):
    """The last line that a management command writes."""
    return lambda *command: output("manage.py", *command, DATABASE_URL=demonstration_url)


def is_fit(page):
    """No violation, and nothing wider than the screen, at the three widths."""
    for size in (DESK, PHONE, NARROW):
        page.set_viewport_size(size)
        assert violations(page) == [], size
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    return True


def type_in(page, *texts):
    """Type in the field that has the focus, then in those that follow, skipping what stands between."""
    for text in texts[:-1]:
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.type(texts[-1])


def invite(manage, email):
    link = manage("create_agent", email, "--departement", "15", "--no-mail").split(" : ")[1]
    return link[link.index("/gestion/") :]


def test_signing_in_by_keyboard(visit, portal, manage):
    page = visit(f"{portal}/gestion/signalements/")
    expect(page.get_by_label("Adresse électronique")).to_be_focused()

    type_in(page, "agent@exemple.fr", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Le code de votre téléphone")
    expect(page.get_by_label("Code à 6 chiffres")).to_be_focused()
    assert is_fit(page)
    page.keyboard.type(manage("demo_code", "agent@exemple.fr").split()[0])
    page.keyboard.press("Enter")

    page.wait_for_url(f"{portal}/gestion/signalements/")
    page.get_by_role("button", name="Se déconnecter").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter à la gestion")


def test_signing_in_without_a_script(visit, portal, manage):
    page = visit(f"{portal}/gestion/", java_script_enabled=False)
    page.get_by_label("Adresse électronique").fill("lecture@exemple.fr")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_label("Code à 6 chiffres").fill(manage("demo_code", "lecture@exemple.fr").split()[0])
    page.get_by_role("button", name="Valider").click()

    page.wait_for_url(f"{portal}/gestion/")


def test_a_newcomer_opens_an_account_from_the_invitation_to_ones_sites(visit, portal, manage):
    page = visit(portal + invite(manage, "nouvelle@exemple.fr"), complain=False)
    page.get_by_label("Nouveau mot de passe", exact=True).fill("court")
    page.get_by_label("Le même, une seconde fois", exact=True).fill("court")
    page.get_by_role("button", name="Ouvrir mon compte").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert is_fit(page)

    page.get_by_label("Nouveau mot de passe", exact=True).fill("le buron domine l'estive")
    page.get_by_label("Le même, une seconde fois", exact=True).fill("le buron domine l'estive")
    page.get_by_role("button", name="Ouvrir mon compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Protéger votre compte par un code")
    assert is_fit(page)
    page.get_by_label("Code à 6 chiffres").fill("000000")
    page.get_by_role("button", name="Installer").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert is_fit(page)

    page.get_by_label("Code à 6 chiffres").fill(what_an_application_shows(page.locator(".fs-secret").inner_text()))
    page.get_by_role("button", name="Installer").click()
    expect(page.locator(".fs-codes li")).to_have_count(10)
    assert is_fit(page)
    page.get_by_role("link", name="J'ai noté mes codes, continuer").click()
    page.wait_for_url(f"{portal}/gestion/")


def what_an_application_shows(secret):
    """The code of the moment for a key in base 32, reckoned without django-otp (RFC 6238)."""
    digest = hmac.digest(b32decode(secret.replace(" ", "")), struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.mark.parametrize("address", MISTAKES)
def test_forms_open_to_all(visit, portal, address):
    page = visit(portal + address, complain=False)
    assert is_fit(page)

    for name, text in MISTAKES[address].items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("main form button[type=submit]").first.press("Enter")

    expect(page.get_by_role("alert")).to_be_focused()
    assert is_fit(page)


@pytest.mark.parametrize("address", OWN)
def test_pages_of_ones_account(visit_as, address):
    page = visit_as("agent", address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert is_fit(page)


def test_a_link_that_is_over_and_one_that_is_sent(visit, portal):
    page = visit(f"{portal}/gestion/invitation/?jeton=x", complain=False)
    assert is_fit(page)

    page.goto(f"{portal}/gestion/mot-de-passe/oublie/")
    page.get_by_label("adresse électronique").fill("personne@exemple.fr")
    page.get_by_role("button", name="Envoyer le lien").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Regardez vos courriels")
    assert is_fit(page)


def test_who_fails_too_often_is_told_when_to_come_back(visit, portal):
    page = visit(f"{portal}/gestion/connexion/", complain=False)
    for _ in range(5):
        page.get_by_label("Adresse électronique").fill("quelquun@exemple.fr")
        page.get_by_label("Mot de passe", exact=True).fill("pas le bon")
        page.get_by_role("button", name="Se connecter").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Trop d'essais : attendez 30 minutes")
    assert is_fit(page)


def test_a_password_may_be_shown(visit, portal):
    page = visit(f"{portal}/gestion/connexion/")
    field = page.get_by_label("Mot de passe", exact=True)
    field.fill("le pont du Gard")
    field.press("Tab")
    page.keyboard.press("Space")

    expect(field).to_have_attribute("type", "text")
    assert is_fit(page)
    page.keyboard.press("Space")
    expect(field).to_have_attribute("type", "password")


def test_proconnect_is_reached_from_our_pages(visit, demonstration_url, static_root):
    """Browsers follow a form to where the page's policy allows, redirections included: the provider must be there."""
    with running_provider() as provider:
        given = {
            "PROCONNECT_CLIENT_ID": "portail",
            "PROCONNECT_CLIENT_SECRET": "secret",
            "PROCONNECT_ISSUER": provider,
            "PROCONNECT_AUTHORIZE_URL": f"{provider}/oauth2/authorize",
        }
        with serve(DATABASE_URL=demonstration_url, STATIC_ROOT=static_root, **given) as portal:
            page = visit(f"{portal}/gestion/connexion/", complain=False)
            assert is_fit(page)
            page.get_by_role("button", name="S'identifier avec ProConnect").click()

            expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible()
            page.goto(f"{portal}/gestion/proconnect/retour/")
            expect(page.get_by_role("heading", level=1)).to_have_text("ProConnect ne vous a pas connecté")
            assert is_fit(page)
