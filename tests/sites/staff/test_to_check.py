"""Which sites are to be checked, and why."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from sites.models import ErrorReport, ImportBatch, ListProposal, Site, WeeklySlot
from sites.staff import to_check
from tests.factories import make_site, make_stop

pytestmark = pytest.mark.django_db


def found_by(code, now=None):
    """The sites that a rule finds, by every way of asking."""
    now = now or timezone.now()
    rule = to_check.BY_CODE[code]
    found = set(Site.objects.filter(rule.condition(now)))
    flagged = {site for site in to_check.flagged(Site.objects.all(), now) if rule in to_check.rules_of(site)}
    counts = {rule.code: count for rule, count in to_check.counts(Site.objects.all(), now)}
    assert flagged == found
    assert counts[code] == len(found)
    return found


def make_report(site, **fields):
    defaults = {"subject": "hours", "message": "Fermé le lundi depuis septembre.", "sender": "x"}
    return ErrorReport.objects.create(site=site, **defaults | fields)


def make_proposal(site, **fields):
    batch = ImportBatch.objects.create(file_name="liste.csv", sha256="0" * 64)
    return ListProposal.objects.create(site=site, batch=batch, **{"field": "phone", "value": "0"} | fields)


def test_a_site_without_hours_is_to_be_checked():
    make_site()
    without = make_site(week={})

    assert found_by("sans-horaires") == {without}


def test_hours_that_are_over_are_no_hours():
    over = make_site(week={})
    WeeklySlot.objects.create(site=over, weekday=1, opens=time(9), closes=time(12), valid_until=date(2026, 1, 31))

    assert found_by("sans-horaires") == {over}


def test_a_round_is_to_be_checked_when_it_has_no_stop_whatever_its_hours():
    without = make_site(format="bus")
    make_stop(make_site(format="itinerante", week={}))

    assert found_by("sans-horaires") == {without}


def test_an_antenne_that_depends_on_no_site_is_to_be_checked():
    principal = make_site()
    alone = make_site(kind="antenne")
    make_site(kind="antenne", parent=principal)

    assert found_by("antennes-seules") == {alone}


def test_what_nobody_checked_for_six_months_is_to_be_checked_whatever_lists_say():
    now = timezone.now()
    never = make_site(labelled_on=date(2026, 10, 1))
    long_ago = make_site(verified_at=now - timedelta(days=184))
    make_site(verified_at=now - timedelta(days=182))

    assert found_by("anciens", now) == {never, long_ago}


def test_what_a_citizen_reported_is_to_be_checked_until_it_is_handled():
    waiting, handled = make_site(), make_site()
    make_report(waiting)
    make_report(waiting, message="Le téléphone a changé.")
    make_report(handled, status="rejected")

    assert found_by("signales") == {waiting}
    assert to_check.flagged(Site.objects.all(), timezone.now()).get(pk=waiting.pk).waiting_reports == 2


def test_what_a_list_proposes_is_to_be_checked_until_it_is_dismissed():
    waiting, dismissed = make_site(), make_site()
    make_proposal(waiting)
    make_proposal(dismissed, dismissed_at=timezone.now())

    assert found_by("proposes") == {waiting}


def test_a_closed_site_is_not_to_be_checked_but_for_what_is_reported_of_it():
    closed = {"status": "closed", "closed_on": date(2025, 1, 31)}
    make_site(week={}, kind="antenne", **closed)
    reported = make_site(**closed)
    make_report(reported, subject="closed")

    assert not found_by("sans-horaires") | found_by("antennes-seules") | found_by("anciens")
    assert found_by("signales") == {reported}
