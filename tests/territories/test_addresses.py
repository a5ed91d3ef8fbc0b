"""A street address goes to the geocoder; without it, the commune of the text serves and the place says so."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from franceservices.territories import places

pytestmark = pytest.mark.django_db

DOWN = ["hangs", "drips", "error", "html", "nonsense", "nan", "huge", "redirects"]


@pytest.fixture(autouse=True)
def _short_deadline(settings):
    settings.GEOCODER_DEADLINE_S = 0.3


def test_an_address_is_found_by_the_geocoder(stand_in):
    place = places.find("5 rue Béteille, Rodez")

    assert (place.kind, place.label, place.notice) == ("address", "5 Rue Béteille 12000 Rodez", "")
    assert place.point.coords == (2.5787, 44.3538)


def test_an_address_without_a_commune_is_a_choice_among_towns(stand_in):
    with pytest.raises(places.SeveralPlaces) as raised:
        places.find("12 rue de la paix")

    labels = [place.label for place in raised.value.choices]
    assert labels == ["12 Rue de la Paix 75002 Paris", "12 Rue de la Paix 59000 Lille"]


def test_towns_are_told_apart_even_without_their_codes(stand_in):
    stand_in.mode = "without_codes"

    with pytest.raises(places.SeveralPlaces) as raised:
        places.find("12 rue de la paix")

    labels = [place.label for place in raised.value.choices]
    assert labels == ["12 Rue de la Paix 75002 Paris", "12 Rue de la Paix 59000 Lille"]


@pytest.mark.parametrize(
    "typed", ["12 rue de la Paix, Paris", "12 rue de la Paix 75002", "12 Rue de la Paix 75002 Paris"]
)
def test_the_commune_or_the_postal_code_tells_which_street(typed, stand_in):
    assert places.find(typed).label == "12 Rue de la Paix 75002 Paris"


@pytest.mark.parametrize(
    "typed", ["Rodez", "12000", "Saint-Denis", "toulose", "2A", "44.35, 2.57", "Paris 12", "Bretagne"]
)
def test_what_the_gazetteer_knows_calls_nobody(typed, stand_in):
    with contextlib.suppress(places.SeveralPlaces, places.NoSuchPlace):
        places.find(typed)
    places.suggest(typed)

    assert stand_in.requests == []


@pytest.mark.parametrize("mode", DOWN)
def test_when_the_geocoder_fails_the_commune_of_the_text_serves(mode, stand_in):
    stand_in.mode = mode

    place = places.find("5 rue Béteille, Rodez")

    assert (place.label, place.notice) == ("Rodez (12)", "geocoder_unavailable")


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("12 rue Gambetta 93200 Saint-Denis", "Saint-Denis (93)"),
        ("12 rue Gambetta 75012 Paris", "Paris 12e (75)"),
        ("12 rue Gambetta 75012", "Paris 12e (75)"),
        ("12 rue Gambetta 12000 Onet-le-Château", "Onet-le-Château (12)"),
        ("3 rue de Toulouse, Rodez", "Rodez (12)"),
        ("3 rue de Villeneuve-d'Ascq, Rodez", "Rodez (12)"),
        ("place d'Armes, Rodez, France", "Rodez (12)"),
        ("3 avenue de Paris Rodez Cedex 9", "Rodez (12)"),
        ("mairie de Rodez", "Rodez (12)"),
        ("Rodez rue Béteille", "Rodez (12)"),
    ],
)
def test_the_postal_code_then_the_last_commune_of_the_text_serves(typed, label, stand_in):
    stand_in.mode = "error"

    assert places.find(typed).label == label


def test_a_homonym_in_an_address_is_a_choice_when_the_geocoder_fails(stand_in):
    stand_in.mode = "error"

    with pytest.raises(places.SeveralPlaces) as raised:
        places.find("12 rue Gambetta, Saint-Denis")

    assert [place.label for place in raised.value.choices[:2]] == ["Saint-Denis (974)", "Saint-Denis (93)"]
    assert {place.notice for place in raised.value.choices} == {"geocoder_unavailable"}


@pytest.mark.parametrize("mode", DOWN)
def test_without_a_commune_in_the_text_the_visitor_is_told_that_the_geocoder_fails(mode, stand_in):
    stand_in.mode = mode

    with pytest.raises(places.GeocoderUnavailable):
        places.find("12 rue de la paix")


def test_a_word_that_only_resembles_a_commune_does_not_serve(stand_in):
    stand_in.mode = "error"

    with pytest.raises(places.GeocoderUnavailable):  # neither La Tour (74) nor La Tour (06)
        places.find("Tour Eiffel")


@pytest.mark.parametrize("mode", ["empty", "unsure", "town_only", "refuses", "abroad"])
def test_an_unknown_address_falls_back_to_its_commune_and_says_so(mode, stand_in):
    stand_in.mode = mode

    place = places.find("99 rue Inconnue, Rodez")

    assert (place.label, place.notice) == ("Rodez (12)", "address_not_found")


def test_an_unknown_address_without_a_commune_is_no_place(stand_in):
    stand_in.mode = "empty"

    with pytest.raises(places.NoSuchPlace):
        places.find("99 rue Inconnue")


def test_an_address_of_another_departement_than_its_postal_code_is_not_believed(stand_in):
    stand_in.mode = "always_paris"

    place = places.find("12 rue de la Paix 12000")

    assert (place.label, place.notice) == ("Rodez (12)", "address_not_found")


def test_a_long_text_is_searched_for_its_commune_at_the_end(stand_in):
    stand_in.mode = "error"

    place = places.find("chez monsieur et madame " + "un tel " * 10 + "5 rue Béteille 12000 Rodez")

    assert place.label == "Rodez (12)"


def test_street_addresses_are_suggested_while_typing(stand_in):
    found = places.suggest_addresses("rue béteille")

    assert [place.label for place in found] == ["Rue Béteille 12000 Rodez", "5 Rue Béteille 12000 Rodez"]
    assert stand_in.requests[0][1]["autocomplete"] == "1"


@pytest.mark.parametrize("typed", ["Rodez", "12000", "Saint-Denis 93", "", "a" * 300, "\x00"])
def test_what_is_no_address_asks_for_no_suggestion(typed, stand_in):
    assert places.suggest_addresses(typed) == []
    assert stand_in.requests == []


@pytest.mark.parametrize("mode", DOWN)
def test_suggestions_go_without_a_geocoder_that_fails(mode, stand_in):
    stand_in.mode = mode

    assert places.suggest_addresses("5 rue Béteille Rodez") == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(max_size=300), st.text("0123456789 ,.-eE+rueRodz'()/\x00", max_size=60)))
def test_whatever_is_typed_gives_a_place_or_a_place_error(text, nobody_answers):
    assert isinstance(places.suggest(text) + places.suggest_addresses(text), list)

    with contextlib.suppress(places.PlaceError):
        assert places.find(text).point.srid == 4326


@pytest.fixture
def nobody_answers(settings):
    """A geocoder at an address where nothing listens."""
    settings.GEOCODER_URL = "http://127.0.0.1:9/search"
