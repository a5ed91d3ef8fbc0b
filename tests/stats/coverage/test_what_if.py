"""Et si…: what is told of a site more or less is what would be computed with it, or without."""

from datetime import date

import pytest

from franceservices.territories.models import Commune
from sites.models import Site
from stats.coverage import what_if
from stats.coverage.compute import compute
from stats.models import CommuneAccess, TerritoryAccess
from tests.factories import METZ, ONET, RODEZ, SAINT_DENIS_REUNION, TOULOUSE, make_site, make_stop

pytestmark = pytest.mark.django_db
MILLAU = "12145"


@pytest.fixture
def sites():
    """Rodez, Toulouse, Metz, Saint-Denis de La Réunion, and a bus that stops at Onet."""
    sites = {insee: make_site(insee) for insee in (RODEZ, TOULOUSE, METZ, SAINT_DENIS_REUNION)}
    sites[ONET] = make_site(MILLAU, format="bus")
    make_stop(sites[ONET], ONET)
    compute()
    return sites


def told():
    """{insee: (site, minutes)} as computed."""
    return {insee: access for insee, *access in CommuneAccess.objects.values_list("pk", "site", "duration_min")}


def within_30_min():
    return TerritoryAccess.objects.get(pk="france").within_30_min


@pytest.mark.parametrize("insee", [MILLAU, ONET, SAINT_DENIS_REUNION, "97502", "38544"])
def test_opening_a_site_is_what_computing_with_it_gives(sites, insee):
    before, count_before = told(), within_30_min()

    changes = what_if.opening(Commune.objects.get(pk=insee))
    new = make_site(insee)
    compute()

    after = told()
    assert {one.insee: one.after_min for one in changes} == pytest.approx(
        {insee: minutes for insee, (site, minutes) in after.items() if site == new.pk}
    )
    assert {one.insee: one.before_min for one in changes} == {one.insee: before[one.insee][1] for one in changes}
    assert what_if.inhabitants(changes, "enters") == within_30_min() - count_before


@pytest.mark.parametrize("insee", [RODEZ, ONET, METZ])
def test_closing_a_site_is_what_computing_without_it_gives(sites, insee):
    closed, before, count_before = sites[insee], told(), within_30_min()

    changes = what_if.closing(closed)
    Site.objects.filter(pk=closed.pk).update(status=Site.Status.CLOSED, closed_on=date(2023, 1, 31))
    compute()

    after = told()
    concerned = {insee for insee, (site, _) in before.items() if site == closed.pk}
    assert {one.insee: one.after_min for one in changes} == pytest.approx({one: after[one][1] for one in concerned})
    assert {one.insee: one.site for one in changes} == {one: after[one][0] for one in concerned}
    assert what_if.inhabitants(changes, "leaves") == count_before - within_30_min() > -1


def test_a_new_site_beside_one_brings_nobody(sites):
    assert what_if.opening(Commune.objects.get(pk=RODEZ)) == []


def test_closing_the_only_site_tells_nothing():
    site = make_site(RODEZ)
    compute()

    assert what_if.closing(site) == []


def test_five_minutes_less_are_told(sites):
    (millau,) = (one for one in what_if.opening(Commune.objects.get(pk=MILLAU)) if one.insee == MILLAU)

    assert (millau.enters, millau.is_shorter, millau.leaves, millau.is_longer) == (True, True, False, False)
    assert millau.after_min == 1


def test_each_question_is_one_query(sites, django_assert_num_queries):
    millau = Commune.objects.get(pk=MILLAU)
    with django_assert_num_queries(1):
        what_if.opening(millau)
    with django_assert_num_queries(1):
        what_if.closing(sites[RODEZ])
