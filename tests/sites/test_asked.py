"""One field for places, démarches and names of sites; and the pages of démarches."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.core.management import call_command

from franceservices.territories.models import Commune
from sites.asked import ForDemarches, SitesNamed, understand
from sites.demarches import named_in, nearly_named_in, terms_of
from sites.models import Demarche
from tests.factories import RODEZ, TOULOUSE, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demarches():
    cache.clear()
    call_command("load_demarches", verbosity=0)
    yield
    cache.clear()


def test_a_place_comes_before_a_demarche_of_the_same_name():
    Demarche.objects.filter(pk="rsa").update(keywords=["rodez"])

    assert understand("Rodez").label == "Rodez (12)"


def test_a_demarche_is_understood_and_its_place_with_it():
    asked = understand("passeport Rodez")

    assert isinstance(asked, ForDemarches)
    assert [demarche.slug for demarche in asked.demarches] == ["passeport"]
    assert asked.where == "Rodez (12)"


def test_the_name_of_a_site_is_understood():
    make_site(commune=TOULOUSE, name="France services Pimms Médiation Bagatelle")

    assert understand("Pimms") == SitesNamed(("pimms",))
    assert understand("pimms toulouse") == SitesNamed(("pimms", "toulouse"))


def test_a_name_and_its_commune_are_understood_together():
    make_site(commune=RODEZ, name="France services La Poste de Rodez")
    make_site(commune=TOULOUSE, name="France services La Poste Lardenne")

    assert understand("La Poste Rodez") == SitesNamed(("poste", "rodez"))


@pytest.mark.parametrize("text", ["l'Hôpital", "hopital", "L’HÔPITAL"])
def test_an_article_clings_to_the_name_in_slugs(client, text):
    site = make_site(name="France services de l'Hôpital-Grand", slug="france-services-de-lhopital-grand")

    found = client.get("/recherche/", {"q": f"{text} Rodez"})

    assert [s.pk for s in found.context["results"].sites] == [site.pk]


def test_france_services_before_a_commune_says_nothing():
    assert understand("France services de Rodez").label == "Rodez (12)"


def test_an_address_is_no_demarche():
    """'rue de la Retraite' is a street: the geocoder is asked, which is down in tests, so the commune stands for it."""
    assert understand("3 rue du Permis 12000 Rodez").label == "Rodez (12)"


def test_a_slip_in_a_demarche_is_understood_when_no_place_is_meant():
    assert [d.slug for d in understand("pasport").demarches] == ["passeport"]


@pytest.mark.parametrize("wrong", [lambda name: name[:-1], lambda name: name[:2] + name[3:]])
def test_mistyped_towns_are_not_taken_for_demarches(wrong):
    rows = Demarche.objects.all()
    terms = [term for row in rows for term in terms_of(row.slug, [row.name, *row.keywords])]
    towns = Commune.objects.filter(population__gt=5000).values_list("slug", flat=True)

    typed = {slug: wrong(slug).split("-") for slug in towns}
    taken = {slug for slug, words in typed.items() if nearly_named_in(words, terms).is_all}
    exactly = {slug for slug, words in typed.items() if named_in(words, terms).is_all}  # 'als' for Alès is the ALS

    assert taken - exactly <= {"courrieres"}  # so like a « courrier » that both are offered


def test_a_demarche_leads_to_its_page(client):
    response = client.get("/recherche/", {"q": "passeport", "ouvert": "1"})

    assert response.status_code == 302
    assert response.url == "/demarches/passeport/?ouvert=1"


def test_a_demarche_and_a_place_lead_to_the_sites_around(client):
    site = make_site()

    response = client.get("/recherche/", {"q": "permis de conduire à Rodez", "rdv": "sans"}, follow=True)

    address = urlsplit(response.redirect_chain[0][0])
    assert parse_qs(address.query) == {"q": ["Rodez (12)"], "demarche": ["permis-de-conduire"], "rdv": ["sans"]}
    assert [found.pk for found in response.context["results"].sites] == [site.pk]
    assert "ce qu'il faut apporter" in response.text
    assert "L&#x27;ancien permis" in response.text


def test_several_demarches_are_a_choice_that_keeps_the_place(client):
    page = client.get("/recherche/", {"q": "carte grise Rodez"}).text

    assert "Pour quelle démarche, exactement ?" in page
    assert "/recherche/?q=Rodez+%2812%29&amp;demarche=carte-grise-adresse" in page


def test_the_sites_of_a_name_are_listed(client):
    pimms = make_site(commune=TOULOUSE, name="Pimms Médiation Bagatelle")
    make_site(commune=TOULOUSE, name="France services Lardenne")

    page = client.get("/recherche/", {"q": "pimms"})

    assert [site.pk for site in page.context["results"].sites] == [pimms.pk]
    assert "<strong>1</strong> France services" in page.text
    assert "data-distance" not in page.text


def test_the_sites_of_a_name_are_filtered_and_say_what_to_relax(client):
    make_site(commune=TOULOUSE, name="Pimms Médiation Bagatelle")

    page = client.get("/recherche/", {"q": "pimms", "jour": "dimanche"}).text

    assert "Aucune France services de ce nom avec ces filtres." in page
    assert "Sans le filtre « Dimanche »" in page


@pytest.mark.parametrize("how_many", [1, 10])
def test_sites_of_a_name_cost_the_same_however_many(client, django_assert_num_queries, how_many):
    for _ in range(how_many):
        make_site(commune=TOULOUSE, name="Pimms Médiation Bagatelle")
    client.get("/recherche/", {"q": "pimms"})

    with django_assert_num_queries(3):  # the gazetteer, whether there are any, the page
        client.get("/recherche/", {"q": "pimms"})


def test_an_unknown_demarche_in_the_address_is_said_and_ignored(client):
    make_site()

    page = client.get("/recherche/", {"q": "Rodez", "demarche": "nimporte-quoi"})

    assert page.status_code == 200
    assert "n'existe pas ou n'est pas lisible (demarche)" in page.text


def test_the_demarche_is_kept_by_filters_and_by_other_searches(client):
    make_site()

    page = client.get("/recherche/", {"q": "Rodez", "demarche": "rsa"}).text

    assert page.count('<input type="hidden" name="demarche" value="rsa">') == 2
    assert "?q=Rodez&amp;demarche=rsa&amp;ouvert=1" in page


def test_the_page_of_a_demarche_says_what_to_bring_and_asks_where(client):
    page = client.get("/demarches/carte-vitale/").text

    assert "Votre numéro de sécurité sociale" in page
    assert "Assurance maladie" in page
    assert "https://www.service-public.gouv.fr/particuliers/vosdroits/F265" in page
    assert '<input type="hidden" name="demarche" value="carte-vitale">' in page


def test_a_demarche_of_no_partner_says_so(client):
    assert "ne dépend d'aucun des partenaires" in client.get("/demarches/acte-de-naissance/").text


def test_an_unknown_demarche_is_not_found(client):
    assert client.get("/demarches/nulle-part/").status_code == 404


@pytest.mark.parametrize("address", ["/demarches/", "/demarches/rsa/"])
def test_pages_of_demarches_cost_few_queries(client, django_assert_max_num_queries, address):
    with django_assert_max_num_queries(4):
        client.get(address)


def test_all_demarches_are_listed_by_partner(client):
    page = client.get("/demarches/").text

    assert page.count('href="/demarches/') >= 40
    assert page.index("Allocations familiales") < page.index("France Travail") < page.index("Autres démarches")


def test_the_page_of_a_site_gives_the_demarches_of_each_partner(client):
    page = client.get(make_site().get_absolute_url()).text

    assert 'href="/demarches/rsa/"' in page
    assert "Vos revenus des trois derniers mois" in page


@pytest.mark.parametrize(
    ("typed", "url"),
    [("permis", "/demarches/permis-de-conduire/"), ("carte gri", "/demarches/carte-grise/")],
)
def test_demarches_are_suggested_first_when_a_word_of_theirs_is_typed(client, typed, url):
    found = client.get("/recherche/suggestions/", {"q": typed}).json()["suggestions"]

    assert url in [suggestion["url"] for suggestion in found[:2]]


def test_places_are_suggested_first_when_they_begin_so(client):
    found = client.get("/recherche/suggestions/", {"q": "per"}).json()["suggestions"]

    assert found[0]["label"].startswith("Per")
    assert "/demarches/permis-de-conduire/" in [suggestion["url"] for suggestion in found]


def test_names_of_sites_are_suggested(client):
    site = make_site(commune=TOULOUSE, name="Pimms Médiation Bagatelle")

    found = client.get("/recherche/suggestions/", {"q": "pim"}).json()["suggestions"]

    assert {"label": site.name, "detail": "Lieu d'accueil, Toulouse (31)", "url": site.get_absolute_url()} in found


def test_loading_again_keeps_what_was_edited_unless_it_is_replaced():
    Demarche.objects.filter(pk="rsa").update(name="Le RSA")

    call_command("load_demarches", verbosity=0)
    assert Demarche.objects.get(pk="rsa").name == "Le RSA"

    call_command("load_demarches", "--replace", verbosity=0)
    assert Demarche.objects.get(pk="rsa").name == "Demander le RSA"
