"""A drive is estimated from the distance as the crow flies, and told without false precision."""

from itertools import pairwise

import pytest

from franceservices.territories import drive

RODEZ, MILLAU = (2.5734, 44.3526), (3.0780, 44.1000)


@pytest.mark.parametrize(("km", "minutes"), [(0, 1), (3, 7.7), (5, 12.1), (10, 18.1), (30, 42.1), (100, 102.8)])
def test_the_minutes_follow_the_documented_formula(km, minutes):
    in_sql = 1 + 78 / 35 * min(km, 5) + 78 / 65 * max(min(km, 30) - 5, 0) + 78 / 90 * max(km - 30, 0)

    assert drive.minutes_for(km * 1000) == pytest.approx(minutes, abs=0.1)
    assert drive.minutes_for(km * 1000) == pytest.approx(in_sql)


def test_farther_always_takes_longer_without_a_jump():
    minutes = [drive.minutes_for(metres) for metres in range(0, 300_000, 100)]

    steps = [after - before for before, after in pairwise(minutes)]
    assert min(steps) > 0
    assert max(steps) < 0.25


def test_a_negative_distance_is_refused():
    with pytest.raises(ValueError, match="negative"):
        drive.minutes_for(-1)


def test_the_crow_flies_49_km_from_rodez_to_millau():
    assert drive.metres_between(*RODEZ, *MILLAU) == pytest.approx(49_100, rel=0.01)
    assert drive.metres_between(*RODEZ, *RODEZ) == 0


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "moins de 5 min en voiture"),
        (4.9, "moins de 5 min en voiture"),
        (5.2, "environ 5 min en voiture"),
        (7.4, "environ 7 min en voiture"),
        (12.4, "environ 10 min en voiture"),
        (13, "environ 15 min en voiture"),
        (58, "environ 1 h en voiture"),
        (63, "environ 1 h 05 en voiture"),
        (71, "environ 1 h 10 en voiture"),
        (120, "environ 2 h en voiture"),
    ],
)
def test_minutes_are_rounded_to_what_one_can_believe(minutes, said):
    assert drive.in_french(minutes) == said
