"""Each département keeps its own holidays, as the territories that are loaded say."""

from datetime import date

import pytest

from franceservices.territories.models import Departement
from sites.public_holidays import CALENDARS, calendars_with_a_holiday, holiday_name

pytestmark = pytest.mark.django_db
GOOD_FRIDAY, SAINT_STEPHEN = date(2026, 4, 3), date(2026, 12, 26)


@pytest.mark.parametrize(
    ("day", "keeps_it", "does_not"),
    [
        (date(2026, 7, 14), ["75", "2A", "974", "975", "978", "988"], []),
        (GOOD_FRIDAY, ["57", "67", "68", "971"], ["54", "88", "90", "974"]),
        (SAINT_STEPHEN, ["57", "67", "68"], ["54", "88", "90", "971"]),
        (date(2026, 5, 27), ["971"], ["75", "972", "973", "974", "976", "978"]),
        (date(2026, 5, 22), ["972"], ["75", "971", "973", "974", "976", "978"]),
        (date(2026, 6, 10), ["973"], ["75", "971", "972", "974", "976", "978"]),
        (date(2026, 12, 20), ["974"], ["75", "971", "972", "973", "976", "978"]),
        (date(2026, 4, 27), ["976"], ["75", "971", "972", "973", "974", "978"]),
        (date(2026, 5, 28), ["978"], ["75", "971", "972", "973", "974", "975", "976", "977"]),
        (date(2026, 10, 9), ["977"], ["75", "971", "978"]),
    ],
)
def test_a_departement_keeps_its_own_holidays(day, keeps_it, does_not):
    calendars = dict(Departement.objects.values_list("code", "holiday_calendar"))

    assert [code for code in keeps_it + does_not if holiday_name(calendars[code], day)] == keeps_it
    assert [code for code in keeps_it + does_not if calendars[code] in calendars_with_a_holiday(day)] == keeps_it


def test_every_departement_has_a_calendar_that_is_known():
    assert set(Departement.objects.values_list("holiday_calendar", flat=True)) <= set(CALENDARS)
