"""Hours in a table's cell."""

import pytest
from django.utils import timezone

from sites.staff.week_in_brief import days_in_french, hours_in_brief, in_brief
from tests.factories import make_site, make_stop

WHOLE, SHORT = ["9 h - 12 h", "14 h - 17 h"], ["9 h - 12 h"]


def plain(lines):
    return [line.replace("\u00a0", " ") for line in lines]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["lundi"], "lun."),
        (["lundi", "mardi"], "lun., mar."),
        (["lundi", "mardi", "mercredi"], "lun. à mer."),
        (["lundi", "mardi", "mercredi", "vendredi"], "lun. à mer., ven."),
        (["mardi", "jeudi", "samedi"], "mar., jeu., sam."),
    ],
)
def test_days_that_follow_each_other_are_told_by_the_first_and_the_last(days, said):
    assert days_in_french(days) == said


def test_days_of_the_same_hours_are_told_together_and_closed_ones_left_out():
    week = [("lundi", WHOLE), ("mardi", SHORT), ("mercredi", ["Fermé"]), ("jeudi", WHOLE), ("vendredi", SHORT)]

    assert plain(in_brief(week)) == ["lun., jeu. : 9 h - 12 h, 14 h - 17 h", "mar., ven. : 9 h - 12 h"]


def test_an_hour_is_never_cut_at_the_end_of_a_line():
    assert in_brief([("lundi", SHORT)]) == ["lun. : 9\u00a0h\u00a0-\u00a012\u00a0h"]


@pytest.mark.django_db
def test_a_round_tells_how_many_stops_are_left():
    bus = make_site(format="bus")
    make_stop(bus)
    make_stop(bus, weekday=3, valid_until="2020-01-01")

    assert hours_in_brief(bus, timezone.now()) == ["1 passage"]
    assert hours_in_brief(make_site(format="bus"), timezone.now()) == []
    assert hours_in_brief(make_site(week={}), timezone.now()) == []
    assert plain(hours_in_brief(make_site(), timezone.now())) == ["lun. à ven. : 9 h - 17 h"]
