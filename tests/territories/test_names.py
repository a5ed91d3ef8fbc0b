"""What people type is read the same however they spell it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from franceservices.territories import names


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Rodez", "rodez"),
        ("  RODEZ ", "rodez"),
        ("Châlons-en-Champagne", "chalons en champagne"),
        ("L'Haÿ-les-Roses", "hay les roses"),
        ("L’Haÿ‑les‑Roses", "hay les roses"),
        ("Le Havre", "havre"),
        ("Les Ulis", "ulis"),
        ("Œuilly", "oeuilly"),
        ("St-Étienne", "saint etienne"),
        ("Ste Colombe", "sainte colombe"),
        ("Stes-Maries-de-la-Mer", "saintes maries de la mer"),
        ("Chalon s/ Saône", "chalon sur saone"),
        ("Villeneuve-d'Ascq", "villeneuve d ascq"),
        ("Lyon 3ème", "lyon 3e"),
        ("Lyon 03 e arrondissement", "lyon 3e"),
        ("Paris 1er", "paris 1e"),
        ("Rodez Cedex 9", "rodez"),
        ("Y", "y"),
        ("La", "la"),
        ("", ""),
        ("!?", ""),
        ("Тулуза", ""),
    ],
)
def test_a_name_is_compared_without_case_accents_signs_articles_or_abbreviations(typed, name):
    assert names.normalise(typed) == name


@given(st.text(max_size=100))
def test_a_normalised_name_has_plain_words_and_stays_as_it_is(text):
    name = names.normalise(text)

    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert name == " ".join(name.split())


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("44.35, 2.57", (44.35, 2.57)),
        ("44,35 2,57", (44.35, 2.57)),
        ("44.35;2.57", (44.35, 2.57)),
        ("-20.88, 55.45", (-20.88, 55.45)),
        ("(44.35, 2.57)", (44.35, 2.57)),
        ("12000", None),
        ("12 34", None),
        ("44.35", None),
        ("44.35, 2.57 Rodez", None),
        ("nan, nan", None),
        ("1e5, 2", None),
    ],
)
def test_two_numbers_are_a_position(text, position):
    assert names.coordinates(text) == position


@pytest.mark.parametrize(
    "text",
    ["12 rue de la Paix", "12bis", "rue Béteille Rodez", "4 le bourg 12000", "place du Bourg Rodez", "12b chemin vert"],
)
def test_a_house_number_or_a_street_word_makes_an_address(text):
    assert names.looks_like_address(names.words(text)) is (text != "12bis")


@pytest.mark.parametrize("text", ["Rodez", "Saint-Denis 93", "75012", "75012 Paris", "Rue", "Tour Eiffel"])
def test_a_name_with_a_number_after_it_is_no_address(text):
    assert not names.looks_like_address(names.words(text))


@pytest.mark.parametrize(
    ("beside", "fits"),
    [
        ("93", True),
        ("93200", True),
        ("seine saint denis", True),
        ("en seine saint denis 93", True),
        ("ile de france", True),
        ("94", False),
        ("93 nord", False),
        ("", True),
    ],
)
def test_what_stands_beside_a_name_must_fit_it_whole(beside, fits):
    assert names.says(beside.split(), ["93", "seine saint denis", "ile de france", "93200"]) is fits
