"""Real places and fixed defaults; every test says only what it is about."""

from datetime import UTC, date, datetime, time
from itertools import count

from django.contrib.gis.geos import Point
from django.utils.text import slugify

from franceservices.territories.models import Commune
from sites.models import Site, Stop, WeeklySlot
from stats.models import ActivityImport, MonthlyActivity, MonthlySatisfaction

# INSEE code -> the point of the town hall (latitude, longitude)
RODEZ, ONET, TOULOUSE, SAINT_DENIS_REUNION, METZ = "12202", "12176", "31555", "97411", "57463"
NINE_TO_FIVE = {weekday: ((time(9), time(17)),) for weekday in range(1, 6)}

_numbers = count(1)


def make_site(commune=RODEZ, at=None, week=None, **fields):
    """A site in service at `at` (latitude, longitude), else at its commune's point, open as `week` says."""
    commune = Commune.objects.get(pk=commune)
    number = next(_numbers)
    name = fields.pop("name", f"France services de {commune.name}")
    defaults = {
        "external_id": str(number),
        "name": name,
        "slug": slugify(name),
        "commune": commune,
        "address": "1 place de la Mairie",
        "postal_code": commune.postal_codes[0],
        "location": Point(at[1], at[0], srid=4326) if at else commune.location,
        "phone": "05 36 49 00 01",
        "labelled_on": date(2022, 1, 1),
    }
    site = Site.objects.create(**defaults | fields)
    WeeklySlot.objects.bulk_create(
        WeeklySlot(site=site, weekday=weekday, opens=opens, closes=closes)
        for weekday, slots in (NINE_TO_FIVE if week is None else week).items()
        for opens, closes in slots
    )
    return site


def make_stop(site, commune=RODEZ, at=None, **fields):
    """A passage of `site` on Tuesdays, 9 h - 12 h, at `at` (latitude, longitude), else at the commune's point."""
    commune = Commune.objects.get(pk=commune)
    defaults = {
        "site": site,
        "commune": commune,
        "place": "Place de l'Église",
        "location": Point(at[1], at[0], srid=4326) if at else commune.location,
        "weekday": 2,
        "opens": time(9),
        "closes": time(12),
    }
    return Stop.objects.create(**defaults | fields)


def make_import(**fields):
    """An applied import of monthly figures."""
    defaults = {
        "file_name": "activite.csv",
        "sha256": "0" * 64,
        "status": ActivityImport.Status.APPLIED,
        "subject": ActivityImport.Subject.ACTIVITY,
        "applied_at": datetime(2023, 4, 5, tzinfo=UTC),
    }
    return ActivityImport.objects.create(**defaults | fields)


def report_activity(site, month, requests, completed=None, partner="caf", demarche=None, batch=None):
    """What a site reports for a month (a date, its first day). The totals follow; `suppression.settle` does not."""
    return MonthlyActivity.objects.create(
        site=site,
        month=month,
        partner_id=partner,
        demarche_id=demarche,
        requests=requests,
        completed=completed,
        batch=batch or make_import(),
    )


def report_satisfaction(site, month, respondents, very_satisfied, batch=None):
    return MonthlySatisfaction.objects.create(
        site=site, month=month, respondents=respondents, very_satisfied=very_satisfied, batch=batch or make_import()
    )
