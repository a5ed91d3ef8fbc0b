"""A point must lie in French territory, wherever that is."""

import math

import pytest

from franceservices.territories.extents import in_france


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (48.8566, 2.3522),  # Paris
        (42.5, 9.45),  # Bastia
        (48.45, -5.09),  # Ouessant
        (-20.88, 55.45),  # Saint-Denis de La Réunion
        (16.27, -61.5),
        (14.6, -61.07),
        (4.92, -52.31),
        (-12.78, 45.23),
        (46.78, -56.17),
        (18.07, -63.08),
        (-22.27, 166.46),
        (-17.54, -149.57),
        (-13.28, -176.18),
    ],
)
def test_french_places_are_in_france(latitude, longitude):
    assert in_france(latitude, longitude)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (0, 0),
        (51.5072, -0.1276),  # London
        (2.3522, 48.8566),  # Paris the wrong way round
        (40.4, -3.7),  # Madrid
        (-18.9, 47.5),  # Antananarivo
        (math.nan, 2.35),
        (48.85, math.inf),
        (-math.inf, math.nan),
    ],
)
def test_elsewhere_and_nowhere_are_not_in_france(latitude, longitude):
    assert not in_france(latitude, longitude)
