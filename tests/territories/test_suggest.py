"""Suggestions while typing: what begins so, the most populous first, then what resembles it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from franceservices.territories import places

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nobody_is_called")]


def labels(text, **options):
    return [place.label for place in places.suggest(text, **options)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("tou", "Toulouse (31)"),
        ("la roch", "La Rochelle (17)"),
        ("saint-et", "Saint-Étienne (42)"),
        ("st et", "Saint-Étienne (42)"),
        ("occ", "Occitanie (région)"),
        ("haute-g", "Haute-Garonne (département)"),
        ("paris", "Paris (75)"),
        ("paris 1", "Paris 1er (75)"),
        ("1200", "Rodez (12)"),
        ("12", "Aveyron (département)"),
        ("paca", "Provence-Alpes-Côte d'Azur (région)"),
        ("toulose", "Toulouse (31)"),
        ("saint denis 93", "Saint-Denis (93)"),
        ("saint-denis reunion", "Saint-Denis (974)"),
    ],
)
def test_the_likeliest_place_comes_first(typed, first):
    assert labels(typed)[0] == first


def test_the_most_populous_come_first():
    assert labels("tou", limit=3) == ["Toulouse (31)", "Toulon (83)", "Tours (37)"]


def test_a_place_that_is_named_whole_comes_before_bigger_ones():
    assert labels("ars")[:2] == ["Ars (16)", "Ars (23)"]


def test_a_place_is_suggested_once():
    found = labels("la reunion")

    assert "La Réunion (région)" not in found
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "typed", ["", " ", "!", "%", "_", "\x00", "Тулуза", "a" * 10_000, "é" * 500, "zzzzzz", "a " * 90]
)
def test_nothing_is_suggested_for_what_names_nothing(typed):
    assert labels(typed) == []


@pytest.mark.parametrize("typed", ["tou", "toulose", "saint denis 93", "12 rue de la paix paris"])
def test_suggestions_cost_at_most_two_queries(typed, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        places.suggest(typed)


def test_a_typing_slip_is_looked_for_in_the_index():
    with CaptureQueriesContext(connection) as asked:
        places.suggest("toulose")

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked[-1]['sql']}")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using placename_search_name_trigram" in plan
