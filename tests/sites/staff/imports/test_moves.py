"""The points that a list moves or adds: on a map, and in a table that says the same."""

import pytest

from sites.staff.imports import moves
from tests.sites.imports.lists import ALBI, RODEZ
from tests.sites.staff.imports.ready import in_service, national, numbered, ready

pytestmark = pytest.mark.django_db


def moved(row, degrees):
    return row | {"latitude": f"{float(row['latitude']) + degrees:.4f}"}


@pytest.fixture
def batch():
    """Two points that move, by 1.1 km and by 110 m, one that does not, and a new site."""
    first, second, third = numbered(3)
    in_service(first, second, third)
    return ready(moved(first, 0.001), moved(second, 0.01), third, ALBI)


def told(batch, **query):
    response = national().get(f"/gestion/imports/{batch.pk}/carte/", query)
    return [(move.place, move.distance, move.before, move.after) for move in response.context["moves"]]


def drawn(batch, **query):
    return national().get(f"/gestion/imports/{batch.pk}/carte.json", query).json()


def test_points_are_told_from_the_one_that_moves_most(batch):
    assert told(batch) == [
        ("ligne 3", "1,1 km", "44.30200, 2.57340", "44.31200, 2.57340"),
        ("ligne 2", "110 m", "44.30000, 2.57340", "44.30100, 2.57340"),
        ("ligne 5", "", "", "43.92980, 2.14800"),
    ]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({"quoi": "deplaces"}, ["ligne 3", "ligne 2"]),
        ({"quoi": "nouveaux"}, ["ligne 5"]),
        ({"departement": "81"}, ["ligne 5"]),
        ({"quoi": "x", "departement": "99"}, ["ligne 3", "ligne 2", "ligne 5"]),
    ],
)
def test_the_map_and_the_table_show_what_the_address_asks_for(batch, query, places):
    points = drawn(batch, **query)

    assert [place for place, *_rest in told(batch, **query)] == places
    assert len(points["moves"]) + len(points["added"]) == len(places)


def test_the_map_draws_where_each_point_was_and_where_it_goes(batch):
    lines = f"/gestion/imports/{batch.pk}/lignes/?ligne="

    assert drawn(batch) == {
        "moves": [
            ["Site 1", f"{lines}3", "1,1 km", [44.302, 2.5734], [44.312, 2.5734]],
            ["Site 0", f"{lines}2", "110 m", [44.3, 2.5734], [44.301, 2.5734]],
        ],
        "added": [["France services d'Albi", f"{lines}5", [43.9298, 2.148]]],
    }


def test_a_map_of_too_many_points_says_so_and_the_table_has_them_all(batch, monkeypatch):
    monkeypatch.setattr(moves, "MOST_DRAWN", 2)

    response = national().get(f"/gestion/imports/{batch.pk}/carte/")

    assert "La carte montre les 2 premiers points" in response.text
    assert len(response.context["moves"]) == 3
    assert drawn(batch)["added"] == []


def test_a_list_that_moves_nothing_says_so():
    in_service(RODEZ)

    assert "ne déplace ni n'ajoute aucun point" in national().get(f"/gestion/imports/{ready(RODEZ).pk}/carte/").text
