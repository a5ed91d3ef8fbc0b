"""What a public service owes to everyone: who answers for it, what it does with data, how accessible it is."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from sites.models import ImportBatch, Site
from tests.factories import TOULOUSE, make_site

pytestmark = pytest.mark.django_db
HEADINGS = {
    "/accessibilite/": "Accessibilité : partiellement conforme",
    "/budget/": "Budget",
    "/contact/": "Contact",
    "/cookies/": "Gestion des cookies",
    "/donnees-personnelles/": "Données personnelles",
    "/facile-a-lire/": "France services en facile à lire",
    "/mentions-legales/": "Mentions légales",
    "/plan-du-site/": "Plan du site",
    "/stats/": "Statistiques",
}
PUBLISHER = {
    "name": "Préfecture de l'Exemple",
    "address": "1 rue de l'Exemple, 12000 Rodez, 01 99 00 00 00",
    "director": "Camille Exemple, préfète",
    "hosting": "Hébergeur d'Exemple, 2 rue de l'Exemple, 12000 Rodez",
    "email": "portail@exemple.fr",
    "data_protection": "Dominique Exemple, dpd@exemple.fr",
    "proxy_logs_kept_for": "six mois",
}
VARIABLES = {
    "/accessibilite/": {"PUBLISHER_NAME", "CONTACT_EMAIL"},
    "/contact/": {"PUBLISHER_ADDRESS", "CONTACT_EMAIL"},
    "/donnees-personnelles/": {"PUBLISHER_NAME", "DATA_PROTECTION_CONTACT", "PROXY_LOGS_KEPT_FOR", "CONTACT_EMAIL"},
    "/mentions-legales/": {"PUBLISHER_NAME", "PUBLISHER_ADDRESS", "PUBLICATION_DIRECTOR", "HOSTING", "CONTACT_EMAIL"},
}


def applied_list(at, **fields):
    return ImportBatch.objects.create(file_name="l.csv", sha256="0" * 64, status="applied", applied_at=at, **fields)


class Reader(HTMLParser):
    """The texts of a page's elements by their tag and class, and where its links lead."""

    def __init__(self, html):
        super().__init__()
        self.links, self.footer_links, self.texts, self._open = [], [], {}, []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
            if attributes.get("class") == "fr-footer__bottom-link":
                self.footer_links.append(attributes["href"])
        self._open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        for tag in set(self._open):
            self.texts[tag][-1] += data

    @property
    def text(self):
        return " ".join(self.texts["main"][0].split())

    @property
    def internal_links(self):
        return {link for link in self.links if link.startswith("/")}


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return Reader(response.text)


# --- All of them -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "heading"), HEADINGS.items())
def test_each_page_is_called_the_same_in_its_heading_its_title_and_its_breadcrumb(client, address, heading):
    page = read(client, address)

    assert [text.strip() for text in page.texts["h1"]] == [heading]
    assert page.texts["title"][0] == f"{heading} – France services"
    assert page.text.startswith(f"Accueil {heading}")


@pytest.mark.parametrize("address", HEADINGS)
def test_each_page_costs_at_most_three_queries_and_leaves_no_cookie(client, django_assert_max_num_queries, address):
    make_site()

    with django_assert_max_num_queries(3):
        response = client.get(address)

    assert not response.cookies
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", ["/", "/recherche/", "/nulle-part/", *HEADINGS])
def test_the_footer_of_every_page_links_to_all_of_them(client, address):
    page = Reader(client.get(address).text)

    assert set(page.footer_links) == HEADINGS.keys() | {"/gestion/"}


def test_every_link_of_the_plan_of_the_site_leads_somewhere(client):
    links = read(client, "/plan-du-site/").internal_links

    assert links >= HEADINGS.keys() | {"/", "/recherche/", "/departements/12-aveyron/", "/regions/76-occitanie/"}
    for link in links:
        assert client.get(link, follow=True).status_code == 200, link


@pytest.mark.parametrize("address", HEADINGS)
def test_no_internal_link_of_the_pages_is_dead(client, address):
    for link in read(client, address).internal_links - read(client, "/plan-du-site/").internal_links:
        assert client.get(link, follow=True).status_code == 200, link


def test_the_plan_of_the_site_lists_the_departements_by_region(client):
    page = read(client, "/plan-du-site/").text

    assert "Occitanie Ariège (09) Aude (11) Aveyron (12)" in page
    assert "Collectivités d'outre-mer Saint-Pierre-et-Miquelon (975)" in page
    assert page.index("Île-de-France") < page.index("Normandie")
    assert "Clipperton" not in page  # nobody lives there


# --- Who answers for the portal --------------------------------------------------------------------


@pytest.mark.parametrize(("address", "variables"), VARIABLES.items())
def test_what_the_operator_did_not_declare_is_shown_as_missing(client, settings, address, variables):
    settings.PUBLISHER = dict.fromkeys(PUBLISHER, "")

    page = read(client, address)

    assert set(re.findall(r"à compléter par l'exploitant : variable (\w+)", page.text)) == variables
    assert "mailto:" not in " ".join(page.links)


@pytest.mark.parametrize("address", VARIABLES)
def test_what_the_operator_declared_is_shown(client, settings, address):
    settings.PUBLISHER = PUBLISHER

    page = read(client, address)

    assert "à compléter" not in page.text
    assert "mailto:portail@exemple.fr" in page.links


def test_the_legal_notice_names_publisher_director_and_host(client, settings):
    settings.PUBLISHER = PUBLISHER

    page = read(client, "/mentions-legales/").text

    for name in ("name", "address", "director", "hosting", "email"):
        assert PUBLISHER[name] in page


# --- What each must say ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "sentences"),
    {
        "/accessibilite/": [
            "partiellement conforme au référentiel",
            "C'est une estimation",
            "aucun contrôle des 106 critères",
            "l'outil axe",
            "1366, 390 et 320 pixels",
            "parcours entier au clavier",
            "lecteurs d'écran",
            "Défenseur des droits",
        ],
        "/budget/": ["Aucun montant n'est publié à ce jour"],
        "/contact/": ["39 39", "Pour corriger une fiche"],
        "/cookies/": ["ne dépose aucun cookie"],
        "/donnees-personnelles/": ["data.geopf.fr", "ni dans nos journaux", "adresse IP", "CNIL", "Autour de moi"],
        "/facile-a-lire/": ["L'aide est gratuite.", "39 39"],
        "/mentions-legales/": ["Licence Ouverte 2.0", "GeoNames", "CC BY 4.0"],
    }.items(),
)
def test_each_page_says_what_it_must(client, settings, address, sentences):
    settings.GEOCODER_URL = "https://data.geopf.fr/geocodage/search"

    page = read(client, address).text

    for sentence in sentences:
        assert sentence in page


def test_personal_data_names_the_services_really_called(client, settings):
    settings.GEOCODER_URL = "https://adresses.exemple.fr/search?cle=secret"
    settings.TILES_URL = "https://plan.exemple.fr/{z}/{x}/{y}.png?cle=secret"

    page = read(client, "/donnees-personnelles/").text

    assert "adresses.exemple.fr" in page
    assert "plan.exemple.fr" in page
    assert "secret" not in page


def test_easy_to_read_sentences_are_short_and_one_to_a_line(client):
    html = client.get("/facile-a-lire/").text
    html = html[html.index('class="fs-easy"') : html.index('class="fs-source"')]
    lines = [" ".join(line.split()) for name in ("p", "li") for line in Reader(html).texts[name]]

    assert len(lines) > 30
    assert [line for line in lines if len(line.split()) > 10] == []
    assert [line for line in lines if re.search(r"[.?!] \w", line)] == []


# --- Figures ---------------------------------------------------------------------------------------


def test_statistics_count_the_sites_that_take_visitors_and_say_how_recent_the_list_is(client):
    make_site()
    make_site(commune=TOULOUSE, kind=Site.Kind.ANTENNE)
    make_site(status=Site.Status.CLOSED, closed_on=date(2025, 1, 31))
    applied_list("2026-02-01T12:00:00Z")

    response = client.get("/stats/")

    assert 'data-indicator="sites" data-value="2"' in " ".join(response.text.split())
    assert "Dernière reprise de la liste : 1er février 2026." in Reader(response.text).text


@pytest.mark.parametrize("address", ["/", "/stats/", "site"])
def test_pages_say_when_the_list_that_they_follow_was_applied(address, client, django_assert_max_num_queries):
    """The demonstration, what is not applied yet and what was taken back are no such list."""
    address = make_site().get_absolute_url() if address == "site" else address
    applied_list("2026-02-01T12:00:00Z")
    applied_list("2026-03-02T12:00:00Z", is_demo=True)
    taken_back = applied_list("2026-04-03T12:00:00Z")
    ImportBatch.objects.create(file_name="liste.csv", sha256="0" * 64)

    def told():
        with django_assert_max_num_queries(8):
            text = " ".join(Reader(client.get(address).text).text.split())
        return re.findall(r"repris[ea][^.]*?(\d+\w* [a-zéû]+ 2026)", text) or re.findall(r"liste : (.*? 2026)", text)

    assert told() == ["3 avril 2026"]
    ImportBatch.objects.filter(pk=taken_back.pk).update(status="taking_back")
    assert told() == ["3 avril 2026"]
    ImportBatch.objects.filter(pk=taken_back.pk).update(status="taken_back")
    assert told() == ["1er février 2026"]


@pytest.mark.parametrize("address", ["/", "site"])
def test_pages_say_no_date_of_a_demonstration(address, client):
    address = make_site(is_demo=True).get_absolute_url() if address == "site" else address
    applied_list("2026-02-01T12:00:00Z", is_demo=True)

    assert "reprise" not in Reader(client.get(address).text).text


def test_statistics_of_a_demonstration_say_that_they_are_not_real(client):
    make_site(is_demo=True)
    applied_list("2026-02-01T12:00:00Z", is_demo=True)

    assert "ces nombres ne décrivent pas le réseau réel" in read(client, "/stats/").text


def test_statistics_of_an_empty_directory_are_nought(client):
    page = read(client, "/stats/").text

    assert "0 lieux d'accueil" in page
    assert "Aucune liste n'a encore été reprise." in page


@pytest.mark.parametrize(("url", "is_told"), [("", False), ("http://itineraires.example:5000", True)])
def test_the_routing_service_is_told_only_where_there_is_one(url, is_told, client, settings):
    settings.ROUTING_URL = url

    text = client.get("/donnees-personnelles/").content.decode()

    assert ("itineraires.example" in text) == is_told
    assert ("service d'itinéraires" in text) == is_told
