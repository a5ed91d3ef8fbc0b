"""A zone of the map, as addresses write it."""

import pytest

from sites.zones import UnreadableZone, Zone


def test_a_zone_is_south_west_north_east():
    zone = Zone.read("44.1, 2,44.65,3.1")

    assert zone == (44.1, 2.0, 44.65, 3.1)
    assert str(zone) == "44.1,2,44.65,3.1"
    assert Zone.read(str(zone)) == zone


@pytest.mark.parametrize(
    "text",
    [
        *("NaN,2,45,3", "inf,2,45,3", "44,2,45,-inf", "1e3,2,45,3", "44,2,45", "44,2,45,3,4", "a,b,c,d", ",,,"),
        *("45,2,44,3", "44,3,45,2", "44,2,44,3", "44,2,45,2"),  # reversed, or empty
        *("-91,2,45,3", "44,-181,45,3", "44,2,45,180.1", "9" * 5000, "٤٤,2,45,3"),
    ],
)
def test_anything_else_is_unreadable(text):
    with pytest.raises(UnreadableZone):
        Zone.read(text)


def test_the_zone_around_points_holds_them_all():
    assert Zone.around([(44, 3), (45, 2)]) == (44, 2, 45, 3)
    assert Zone.around([(44, 3)]) == (44, 3, 44, 3)


def test_two_zones_together_hold_both():
    assert Zone(44, 2, 45, 3) | Zone(44.5, 1, 46, 2) == (44, 1, 46, 3)
