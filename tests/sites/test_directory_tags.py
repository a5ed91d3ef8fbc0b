"""How distances, phones and dates are written."""

from datetime import date

import pytest
from django.contrib.gis.measure import D

from sites.templatetags.directory import day_in_french, dialable, in_french_km, unlocalized


@pytest.mark.parametrize(
    ("metres", "text"),
    [
        (0, "moins de 100 m"),
        (99, "moins de 100 m"),
        (347, "350 m"),
        (994, "990 m"),
        (995, "1,0 km"),
        (2345, "2,3 km"),
        (9949, "9,9 km"),
        (9951, "10 km"),
        (48_200, "48 km"),
        (1_234_567, "1 235 km"),
    ],
)
def test_distances(metres, text):
    assert in_french_km(D(m=metres)).replace("\xa0", " ").replace("\u202f", " ") == text


def test_a_phone_number_is_dialled_without_its_blanks():
    assert dialable("05 36 49 00 01") == "0536490001"
    assert dialable("+262 262 00 00 00") == "+262262000000"


def test_the_first_of_a_month_is_written_1er():
    assert day_in_french(date(2023, 4, 1)) == "1er avril 2023"
    assert day_in_french(date(2023, 4, 21)) == "21 avril 2023"


@pytest.mark.parametrize(("number", "text"), [(44.35, "44.35"), (100.0, "100"), (-0.5, "-0.5"), (1, "1"), (0, "0")])
def test_numbers_for_machines_have_no_french_in_them(number, text):
    assert unlocalized(number) == text
