"""The search page: what it shows, what it says when the question is not plain, and what it costs."""

import re
from datetime import datetime, time
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sites.models import Site
from tests.factories import RODEZ, SAINT_DENIS_REUNION, make_site

pytestmark = pytest.mark.django_db
RODEZ_CENTRE = (44.35, 2.575)


@pytest.fixture
def tuesday_ten_o_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 2, 10, 0, tzinfo=ZoneInfo("Europe/Paris")))


def shown(response):
    return re.findall(r'class="fs-result"\s[^>]*data-site="(\w+)"', response.text)


def states(response):
    return re.findall(r'data-state="(\w+)"', response.text)


def test_a_result_gives_all_that_is_needed_to_go_there(client, tuesday_ten_o_clock):
    make_site(name="France services de Rodez", phone="05 36 49 12 34", appointment="possible")

    page = client.get("/recherche/", {"q": "Rodez"}).text

    assert "France services de Rodez" in page
    assert "1 place de la Mairie, 12000 Rodez" in page
    assert "Ouvert, ferme à 17 h" in page
    assert "Aujourd'hui : 9 h - 17 h" in page
    assert 'href="tel:0536491234"' in page
    assert "Rendez-vous possible" in page
    assert re.search(r'data-distance="\d+(\.\d+)?"', page)


def test_a_bus_and_an_antenne_say_what_they_are(client, tuesday_ten_o_clock):
    make_site(format=Site.Format.BUS)
    make_site(kind=Site.Kind.ANTENNE)

    response = client.get("/recherche/", {"q": "Rodez"})

    assert states(response) == ["itinerant", "open"]
    assert ">Bus<" in response.text
    assert ">Antenne<" in response.text


def test_unknown_hours_are_said_to_be_unknown(client):
    make_site(week={})

    response = client.get("/recherche/", {"q": "Rodez"})

    assert "Horaires non communiqués" in response.text
    assert states(response) == ["unknown"]


def test_the_state_is_told_at_the_sites_own_time(client, tuesday_ten_o_clock):
    """10 a.m. in Paris is noon in Réunion."""
    make_site(
        commune=SAINT_DENIS_REUNION,
        week={2: ((time(9), time(11)),)},
    )

    assert states(client.get("/recherche/", {"q": "97400"})) == ["closed"]


def test_a_widened_search_says_so(client):
    make_site(at=(44.35, 2.575))
    make_site(at=(44.50, 2.575))

    page = client.get("/recherche/", {"q": "Rodez"}).text

    assert "la recherche a été élargie" in page


def test_nothing_found_says_what_to_do(client):
    page = client.get("/recherche/", {"q": "Rodez"}).text

    assert "Aucune France services à moins de 200&nbsp;km" in page
    assert "39 39" in page
    assert "essayez une autre commune" in page


def test_a_territory_without_sites_says_so(client):
    page = client.get("/recherche/", {"q": "975"}).text

    assert "n&#x27;est enregistrée dans ce territoire" in page or "n'est enregistrée dans ce territoire" in page
    assert "None" not in page


def test_a_position_is_searched_from_and_named(client):
    site = make_site(at=RODEZ_CENTRE)

    response = client.get("/recherche/", {"lat": "44.35", "lon": "2.575", "label": "chez moi"})

    assert shown(response) == [site.external_id]
    assert "près de chez moi" in response.text


def test_a_territory_says_where_its_distances_are_counted_from(client):
    make_site()

    assert "Distances depuis Toulouse." in client.get("/recherche/", {"q": "Occitanie"}).text


@pytest.mark.parametrize(
    "label", ["Rue du 8 Mai 1945 12000 Rodez", "11 Rue du 11 Novembre 1918 01000 Bourg-en-Bresse", "39 Rue 75002 Paris"]
)
def test_an_address_full_of_digits_is_no_telephone(client, label):
    response = client.get("/recherche/", {"lat": "44.35", "lon": "2.575", "label": label})

    assert response.status_code == 200
    assert f"près de {label}" in response.text


def test_a_position_abroad_is_said_to_be_abroad(client):
    response = client.get("/recherche/", {"lat": "48.2", "lon": "-30"})

    assert response.status_code == 400
    assert "hors du territoire français" in response.text


def test_homonyms_give_a_choice_of_places_that_are_found_again(client):
    page = client.get("/recherche/", {"q": "Saint-Denis"}).text

    links = re.findall(r'href="/recherche/\?q=([^"]+)"', page)
    assert links[:2] == [quote("Saint-Denis (974)"), quote("Saint-Denis (93)")]
    for link in links:
        assert "Lequel cherchez-vous" not in client.get(f"/recherche/?q={link}").text


def test_a_typing_slip_gives_a_suggestion(client):
    response = client.get("/recherche/", {"q": "toulose"})

    assert "Vouliez-vous dire" in response.text
    assert "Toulouse (31)" in response.text


def test_what_was_typed_stays_in_the_field_and_is_escaped(client):
    page = client.get("/recherche/", {"q": '"><script>alert(1)</script>'}).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


BAD = {
    "empty": "q=",
    "blank": "q=%20%20",
    "10,000 characters": "q=" + "a" * 10_000,
    "10,000 accents": "q=" + "%C3%A9" * 10_000,
    "NUL": "q=Rodez%00",
    "only NUL": "q=%00",
    "lat is not a number": "lat=NaN&lon=2",
    "lat is infinite": "lat=1e999&lon=2",
    "lat alone": "lat=44.3",
    "lat of nowhere": "lat=900&lon=2",
    "at sea": "lat=0&lon=0",
    "words for numbers": "lat=abc&lon=def",
    "huge number": "lat=" + "9" * 5000 + "&lon=2",
    "invalid UTF-8": "q=%ff%fe%fd",
    "lone surrogate": "q=%ed%a0%80",
    "only punctuation": "q=%2C%3B%21%3F",
    "bad radius": "q=Rodez&rayon=-5",
    "huge radius": "q=Rodez&rayon=999999999999999999999",
    "repeated": "q=Rodez&q=&lat=1&lat=x",
    "SQL": "q=%27%3B%20DROP%20TABLE%20sites_site%3B--",
    "wildcards": "q=%25%25%25_%5C",
    "long label": "lat=44.35&lon=2.575&label=" + "x" * 3000,
    "telephone in a label": "lat=44.35&lon=2.575&label=Appelez+le+08+99+12+34+56",
    "address in a label": "lat=44.35&lon=2.575&label=voyez+https://ailleurs.example",
    "NUL label": "lat=44.35&lon=2.575&label=%00",
}


@pytest.mark.parametrize("query", BAD.values(), ids=BAD.keys())
def test_bad_input_gets_a_clear_sentence_and_never_a_500(client, query):
    response = client.get(f"/recherche/?{query}")

    assert response.status_code in (200, 400)
    assert re.search(r'class="fr-error-text">\s*[A-ZÉ][^<]{20,}[.?]', response.text)


@pytest.mark.parametrize(
    "query",
    [
        "q=Rodez&page=99999999999999999999",
        "q=Rodez&page=-1",
        "q=Rodez&page=x",
        "q=Rodez&page=%00",
        "q=%E2%80%AERodez",
        "q=12000&q=Rodez&page=1&page=2",
    ],
)
def test_a_bad_page_still_shows_results(client, query):
    site = make_site()

    response = client.get(f"/recherche/?{query}")

    assert response.status_code == 200
    assert shown(response) == [site.external_id]


def test_pages_keep_the_question(client):
    for _ in range(25):
        make_site(at=RODEZ_CENTRE)

    page = client.get("/recherche/", {"q": "Rodez", "rayon": "20"}).text

    assert 'href="?q=Rodez&amp;rayon=20&amp;page=2"' in page


@pytest.mark.parametrize("how_many", [1, 10, 25])
@pytest.mark.parametrize("typed", ["Rodez", "12000", "Aveyron", "44.35, 2.575", "Occitanie"])
def test_a_page_costs_at_most_six_queries(client, django_assert_max_num_queries, how_many, typed):
    for _ in range(how_many):
        make_site(commune=RODEZ, at=RODEZ_CENTRE)

    with django_assert_max_num_queries(6):
        assert client.get("/recherche/", {"q": typed}).status_code == 200


def test_a_widened_search_costs_at_most_five_queries(client, django_assert_max_num_queries):
    make_site(at=(44.6, 2.575))

    with django_assert_max_num_queries(5):
        assert shown(client.get("/recherche/", {"q": "Rodez"}))
