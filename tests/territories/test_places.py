"""What a person types becomes a place, without a call to anyone."""

import contextlib

import pytest

from franceservices.territories import gazetteer, geocoder, places
from franceservices.territories.models import PlaceName

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nobody_is_called")]


def choices_of(text):
    """The labels of the choice offered for `text`."""
    with pytest.raises(places.SeveralPlaces) as raised:
        places.find(text)
    return [place.label for place in raised.value.choices]


def suggestions_for(text):
    with pytest.raises(places.NoSuchPlace) as raised:
        places.find(text)
    return [place.label for place in raised.value.suggestions]


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Rodez", "Rodez (12)"),
        ("rodez", "Rodez (12)"),
        ("Rodez, Aveyron, France", "Rodez (12)"),
        ("12000 Rodez", "Rodez (12)"),
        ("12031 Rodez Cedex 9", "Rodez (12)"),
        ("le havre", "Le Havre (76)"),
        ("Havre", "Le Havre (76)"),
        ("l hay les roses", "L'Haÿ-les-Roses (94)"),
        ("chalons en champagne", "Châlons-en-Champagne (51)"),
        ("Chalon s/ Saône", "Chalon-sur-Saône (71)"),
        ("st-etienne", "Saint-Étienne (42)"),
        ("villeneuvedascq", "Villeneuve-d'Ascq (59)"),
        ("Y", "Y (80)"),
    ],
)
def test_a_commune_is_found_however_it_is_spelt(typed, label):
    assert places.find(typed).label == label


@pytest.mark.parametrize(
    "typed",
    ["Saint-Denis 93", "Saint-Denis (93)", "st denis 93200", "93200 Saint-Denis", "Saint-Denis, Seine-Saint-Denis"],
)
def test_a_homonym_is_told_by_its_departement_or_postal_code(typed):
    assert places.find(typed).code == "93066"


@pytest.mark.parametrize(
    "typed", ["saint denis reunion", "Saint Denis, La Réunion", "974 Saint-Denis", "97400 St Denis"]
)
def test_an_overseas_homonym_too(typed):
    place = places.find(typed)

    assert place.code == "97411"
    assert place.point.y == pytest.approx(-20.88, abs=0.05)


def test_homonyms_are_a_choice_largest_population_first():
    assert choices_of("Saint Denis") == [
        "Saint-Denis (974)",
        "Saint-Denis (93)",
        "Saint-Denis (11)",
        "Saint-Denis (30)",
    ]
    assert choices_of("Sainte-Colombe")[:2] == ["Sainte-Colombe (69)", "Sainte-Colombe (77)"]


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Lyon 3e", "Lyon 3e (69)"),
        ("Lyon 3ème", "Lyon 3e (69)"),
        ("lyon 03", "Lyon 3e (69)"),
        ("69003 Lyon", "Lyon 3e (69)"),
        ("Paris 12", "Paris 12e (75)"),
        ("Paris 1er", "Paris 1er (75)"),
        ("Paris XVe", "Paris 15e (75)"),
        ("12e arrondissement de Paris", "Paris 12e (75)"),
        ("75012", "Paris 12e (75)"),
        ("75116", "Paris 16e (75)"),
        ("Marseille 13013", "Marseille 13e (13)"),
        ("Marseille 13e arrondissement", "Marseille 13e (13)"),
        ("Paris", "Paris (75)"),
        ("75000", "Paris (75)"),
        ("13000 Marseille", "Marseille (13)"),
    ],
)
def test_arrondissements_have_their_own_point(typed, label):
    place = places.find(typed)

    assert place.label == label
    assert (place.point == places.find("Paris").point) is (label == "Paris (75)")


def test_a_number_after_marseille_is_its_departement_or_an_arrondissement():
    assert choices_of("Marseille 13") == ["Marseille (13)", "Marseille 13e (13)"]


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("2A", "Corse-du-Sud (département)"),
        ("2b", "Haute-Corse (département)"),
        ("974", "La Réunion (département)"),
        ("1", "Ain (département)"),
        ("01", "Ain (département)"),
        ("Haute-Garonne", "Haute-Garonne (département)"),
        ("haute garonne", "Haute-Garonne (département)"),
        ("département du Lot", "Lot (département)"),
        ("Mayotte", "Mayotte (département)"),
        ("Nouvelle-Calédonie", "Nouvelle-Calédonie (collectivité)"),
        ("Occitanie", "Occitanie (région)"),
        ("paca", "Provence-Alpes-Côte d'Azur (région)"),
        ("région Bretagne", "Bretagne (région)"),
        ("Corse", "Corse (région)"),
    ],
)
def test_departements_and_regions_are_found_by_name_and_number(typed, label):
    assert places.find(typed).label == label


def test_a_departement_stands_at_its_most_populous_commune():
    assert places.find("Haute-Garonne").point == places.find("Toulouse").point
    assert places.find("Occitanie").point == places.find("Toulouse").point


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("20", ["Haute-Corse (département)", "Corse-du-Sud (département)"]),
        ("Vienne", ["Vienne (département)", "Vienne (38)"]),
        ("Corrèze", ["Corrèze (département)", "Corrèze (19)"]),
        ("Bretagne", ["Bretagne (région)", "Bretagne (90)", "Bretagne (36)"]),
        ("La Réunion", ["La Réunion (département)", "La Réunion (47)"]),
    ],
)
def test_a_name_of_two_sorts_of_places_is_a_choice(typed, labels):
    assert choices_of(typed) == labels


def test_a_big_town_is_offered_beside_the_village_whose_name_begins_its_own():
    assert choices_of("Évry") == ["Évry-Courcouronnes (91)", "Évry (89)"]
    assert choices_of("Aix")[0] == "Aix-en-Provence (13)"


def test_a_postal_code_of_close_communes_is_the_largest_of_them():
    assert places.find("12000").label == "Rodez (12)"
    assert places.find("31270").label == "Cugnaux (31)"


def test_a_postal_code_of_communes_far_apart_is_a_choice():
    labels = choices_of("12850 Rodez")

    assert labels == ["Rodez (12)", "Onet-le-Château (12)", "Sainte-Radegonde (12)"]
    assert len(choices_of("51300")) > 20


def test_an_unknown_postal_code_suggests_its_departement():
    assert suggestions_for("12031") == ["Aveyron (département)"]
    assert suggestions_for("99999") == []


@pytest.mark.parametrize(
    ("typed", "label", "code"),
    [
        ("Pierrefitte-sur-Seine", "Pierrefitte-sur-Seine (Saint-Denis, 93)", "93059"),
        ("Champtoceaux", "Champtoceaux (Orée d'Anjou, 49)", "49069"),
        ("Arbignieu", "Arbignieu (Arboys en Bugey, 01)", "01015"),
        ("Massy 71", "Massy (La Vineuse sur Fregande, 71)", "71288"),
    ],
)
def test_a_former_commune_is_shown_with_the_one_of_today(typed, label, code):
    place = places.find(typed)

    assert (place.label, place.code) == (label, code)


def test_a_town_is_meant_rather_than_a_former_commune_of_the_same_name():
    assert choices_of("Massy") == ["Massy (91)", "Massy (76)"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("toulose", "Toulouse (31)"),
        ("montpelier", "Montpellier (34)"),
        ("bordaux", "Bordeaux (33)"),
        ("st etiene", "Saint-Étienne (42)"),
        ("marseile", "Marseille (13)"),
        ("lile", "Lille (59)"),
        ("Cherbourg", "Cherbourg-en-Cotentin (50)"),
        ("clermon ferand", "Clermont-Ferrand (63)"),
        ("Rodez 75", "Rodez (12)"),
    ],
)
def test_a_typing_slip_suggests_what_was_meant_first(typed, meant):
    assert suggestions_for(typed)[0] == meant


@pytest.mark.parametrize("typed", ["44.35, 2.57", "44,35 2,57"])
def test_a_position_is_latitude_then_longitude(typed, django_assert_num_queries):
    with django_assert_num_queries(0):
        place = places.find(typed)

    assert (place.kind, place.point.coords, place.point.srid) == ("position", (2.57, 44.35), 4326)


def test_a_position_the_wrong_way_round_is_suggested_back():
    assert suggestions_for("2.57, 44.35") == ["44.35, 2.57"]


@pytest.mark.parametrize("typed", ["0, 0", "51.5, -0.1", "999, 999", "2.57, 44.35"])
def test_a_position_abroad_is_told_from_a_name_that_nobody_knows(typed):
    with pytest.raises(places.OutsideFrance):
        places.find(typed)


def test_a_position_far_abroad_suggests_nothing():
    assert suggestions_for("51.5, -0.1") == []


def test_an_unknown_name_is_not_abroad():
    with pytest.raises(places.NoSuchPlace) as raised:
        places.find("zzzzzz")

    assert not isinstance(raised.value, places.OutsideFrance)


@pytest.mark.parametrize(
    ("typed", "centre"),
    [
        ("Occitanie", "Toulouse"),
        ("Haute-Garonne", "Toulouse"),
        ("12", "Rodez"),
        ("Nouvelle-Calédonie", "Nouméa"),
        ("Rodez", ""),
        ("Pierrefitte-sur-Seine", ""),
        ("Paris 12", ""),
        ("44.35, 2.57", ""),
    ],
)
def test_a_departement_or_a_region_names_the_commune_that_its_distances_start_from(typed, centre):
    assert places.find(typed).centre == centre


def test_the_longest_name_is_understood_even_mistyped():
    longest = "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson"

    assert places.find(longest).code == "51513"
    assert suggestions_for(f"{longest.replace('Saint', 'Sainnt')}n") == [f"{longest} (51)"]


def test_every_name_is_short_enough_to_be_looked_for_mistyped():
    longest = max(map(len, PlaceName.objects.filter(spelling="name").values_list("search_name", flat=True)))

    assert longest + 5 <= gazetteer.LONGEST_NAME


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_position_is_made_of_finite_numbers(value):
    with pytest.raises(places.NoSuchPlace):
        places.position(value, 2.57)


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "\t\n", "!!! ...", "-", "\u200b", "€"])
def test_nothing_to_read_is_nothing_typed(typed):
    with pytest.raises(places.NothingTyped):
        places.find(typed)


@pytest.mark.parametrize("typed", ["Rodez" * 2000, "a " * 5000, "zzzzzz", "Тулуза", "é" * 201])
def test_what_cannot_be_a_place_is_none(typed):
    with pytest.raises(places.NoSuchPlace):
        places.find(typed)


def test_control_characters_are_blanks():
    assert places.find("Rodez\x00").label == "Rodez (12)"
    assert places.find("\u200bRodez\u200b\r\n").label == "Rodez (12)"


def everything_named(*kinds):
    """(label, code) of every place of these kinds."""
    return PlaceName.objects.filter(spelling="name", kind__in=kinds).order_by("pk").values_list("label", "code")


def test_the_label_of_every_region_and_departement_is_understood_again():
    for label, code in everything_named("region", "departement"):
        place = places.find(label)

        assert (place.label, place.code) == (label, code)


def test_the_label_of_a_commune_is_understood_again():
    for label, code in everything_named("commune")[::25]:
        place = places.find(label)

        assert (place.label, place.code) == (label, code)


def test_the_labels_of_all_homonyms_differ():
    labels = [label for label, _ in everything_named("commune", "departement", "region")]

    assert len(set(labels)) == len(labels)


def test_a_text_longer_than_any_name_is_compared_with_none(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(geocoder, "ask", lambda parameters: [])
    sentence = "bonjour je voudrais prendre rendez vous pour refaire ma carte grise merci"

    with django_assert_num_queries(1), pytest.raises(places.NoSuchPlace):
        places.find(sentence)
    with django_assert_num_queries(1):
        assert places.suggest(sentence) == []


@pytest.mark.parametrize(
    ("typed", "queries"),
    [
        ("Paris", 1),
        ("Occitanie", 1),
        ("12000", 1),
        ("Saint-Denis 93", 1),
        ("Saint-Denis", 1),
        ("Évry", 2),
        ("toulose", 2),
    ],
)
def test_a_local_answer_costs_at_most_two_queries(typed, queries, django_assert_num_queries):
    with django_assert_num_queries(queries), contextlib.suppress(places.SeveralPlaces, places.NoSuchPlace):
        places.find(typed)
