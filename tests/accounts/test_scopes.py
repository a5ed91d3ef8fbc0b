"""What a person may read and edit, by what was granted."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from franceservices.accounts.scopes import Scope
from sites.models import Site
from tests.factories import METZ, RODEZ, TOULOUSE, make_site
from tests.people import grant, make_agent, make_national, make_reader, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)


def read_and_edited(user, today=TODAY):
    scope = Scope.of(user, today)
    return tuple(
        set(Site.objects.within_territories(one).values_list("commune", flat=True))
        for one in (scope.reads, scope.edits)
    )


@pytest.fixture(autouse=True)
def sites():
    for commune in (RODEZ, TOULOUSE, METZ):
        make_site(commune)


def test_an_agent_reads_and_edits_the_departement_granted():
    assert read_and_edited(make_agent("12")) == ({RODEZ}, {RODEZ})


def test_a_regional_reader_reads_the_departements_of_the_region_and_edits_none():
    assert read_and_edited(make_reader("76")) == ({RODEZ, TOULOUSE}, set())


def test_a_national_administrator_edits_everywhere():
    assert read_and_edited(make_national()) == ({RODEZ, TOULOUSE, METZ}, {RODEZ, TOULOUSE, METZ})


def test_several_grants_add_up():
    user = make_agent("57")
    grant(user, region="76")

    assert read_and_edited(user) == ({RODEZ, TOULOUSE, METZ}, {METZ})


@pytest.mark.parametrize(("days_left", "is_over"), [(1, False), (0, False), (-1, True)])
def test_a_grant_holds_until_its_last_day_included(days_left, is_over):
    user = make_agent("12", valid_until=TODAY + timedelta(days=days_left))

    assert bool(Scope.of(user, TODAY).edits) is not is_over


def test_nothing_is_granted_to_who_holds_no_scope_or_is_no_longer_active():
    assert read_and_edited(make_user()) == (set(), set())
    gone = make_national()
    gone.is_active = False

    assert read_and_edited(gone) == (set(), set())


def test_who_reads_everywhere_is_not_an_administrator():
    user = make_user()
    grant(user)

    assert Scope.of(user, TODAY).reads.everywhere
    assert not Scope.of(user, TODAY).is_national


def test_a_scope_costs_one_query():
    user = make_reader()

    with CaptureQueriesContext(connection) as queries:
        Scope.of(user, TODAY)

    assert len(queries) == 1
