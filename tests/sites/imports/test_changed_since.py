"""A list between its analysis and its application: what may happen meanwhile, and what its counts then tell."""

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from sites.imports import apply, lifecycle
from sites.models import ImportBatch, Site
from tests.factories import make_site
from tests.people import make_national
from tests.sites.imports.lists import ALBI, RODEZ, import_rows
from tests.sites.staff.imports.ready import applied, numbered, ready

pytestmark = pytest.mark.django_db

Status = ImportBatch.Status


def take(batch, *fields):
    batch.rows.exclude(held={}).update(taken=[*fields])


def confirmed(batch):
    """What becomes of a list that is confirmed."""
    lifecycle.confirm(batch, make_national())
    return lifecycle.apply_list(batch)


# --- What happened since the analysis --------------------------------------------------------------


def test_a_line_that_changed_nothing_is_compared_again_once_another_list_changed_its_site():
    import_rows(RODEZ, ALBI)
    batch = ready(RODEZ, ALBI | {"lib_fs": "Maison d'Albi"})
    applied(ready(RODEZ | {"lib_fs": "Maison de Rodez"}))

    again = confirmed(batch)

    assert (again.status, again.counts["updated"]) == (Status.READY, 2)


def test_a_line_that_changes_nothing_does_not_mind_an_edit():
    import_rows(RODEZ, ALBI)
    batch = ready(RODEZ, ALBI | {"lib_fs": "Maison d'Albi"})
    Site.objects.filter(external_id="7001").update(phone="05 36 49 00 99")

    assert confirmed(batch).status == Status.APPLIED


def test_a_list_on_other_sites_in_between_changes_nothing():
    import_rows(RODEZ, ALBI)
    batch = ready(RODEZ | {"lib_fs": "Maison de Rodez"})
    applied(ready(ALBI | {"lib_fs": "Maison d'Albi"}))

    assert confirmed(batch).status == Status.APPLIED


def test_a_site_that_came_since_is_absent_from_a_complete_list():
    import_rows(RODEZ)
    batch = ready(RODEZ | {"lib_fs": "Maison de Rodez"}, is_complete=True)
    import_rows(ALBI)

    again = confirmed(batch)

    assert (again.status, again.counts["closed"]) == (Status.READY, 1)


def test_a_new_site_may_have_the_number_of_a_fictitious_one():
    make_site(external_id="7001", name="Fictif", is_demo=True)

    assert confirmed(ready(RODEZ)).status == Status.APPLIED
    assert Site.objects.get().name == "France services de Rodez"


def test_choices_that_must_be_made_again_are_told_of():
    import_rows(RODEZ)
    Site.objects.update(phone="05 36 49 00 99", locally_owned_fields=["phone"])
    batch = ready(RODEZ)
    take(batch, "phone")
    Site.objects.update(phone="05 36 49 00 98")

    assert "choix" in confirmed(batch).message


def test_a_list_that_is_compared_again_is_as_if_nobody_had_confirmed_it():
    import_rows(RODEZ)
    batch = ready(RODEZ | {"lib_fs": "Maison de Rodez"}, ALBI | {"latitude": "x"})
    Site.objects.update(name="Autre nom")
    lifecycle.confirm(batch, make_national(), valid_rows_only=True)

    lifecycle.apply_list(batch)

    batch.refresh_from_db()
    assert (batch.status, batch.applied_by, batch.valid_rows_only) == (Status.READY, None, False)


def test_a_list_that_is_given_back_is_as_if_nobody_had_confirmed_it():
    batch = ready(RODEZ, ALBI | {"latitude": "x"})
    lifecycle.confirm(batch, make_national(), valid_rows_only=True)

    lifecycle.give_back(batch, "Recommencez.")

    batch.refresh_from_db()
    assert (batch.status, batch.applied_by, batch.valid_rows_only) == (Status.READY, None, False)


def test_a_closure_is_of_the_day_it_is_written_and_its_line_says_so(monkeypatch):
    import_rows(RODEZ, ALBI)
    batch = ready(RODEZ, is_complete=True)
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)

    confirmed(batch)

    closed_on = Site.objects.get(external_id="7002").closed_on
    assert closed_on == timezone.localdate(tomorrow)
    assert batch.rows.get(action="close").after["closed_on"] == closed_on.isoformat()


# --- What counts tell ------------------------------------------------------------------------------


def test_fictitious_sites_do_not_give_way_to_lines_in_error_alone():
    make_site(external_id="D0001", is_demo=True)
    batch = ready(RODEZ | {"latitude": "x"})

    assert not lifecycle.can_be_confirmed(batch, valid_rows_only=True)
    with pytest.raises(lifecycle.NotNow):
        lifecycle.confirm(batch, make_national(), valid_rows_only=True)


def test_a_line_whose_value_was_chosen_counts_as_a_change():
    import_rows(RODEZ, ALBI)
    Site.objects.update(phone="05 36 49 00 99", locally_owned_fields=["phone"])
    batch = ready(RODEZ, ALBI)
    take(batch, "phone")

    counts = applied(batch).counts

    assert (counts["updated"], counts["unchanged"], counts["held"]) == (2, 0, 0)


def test_values_that_were_chosen_count_among_unusual_changes():
    import_rows(*numbered(20))
    Site.objects.update(phone="05 36 49 00 99", locally_owned_fields=["phone"])
    batch = ready(*numbered(20))
    assert not lifecycle.alarms_of(batch)

    take(batch, "phone")

    assert [(alarm.code, alarm.number) for alarm in lifecycle.alarms_of(batch)] == [("changed", 20)]


def test_a_site_that_the_list_closes_and_someone_else_closed_is_shown_again():
    import_rows(RODEZ, ALBI)
    batch = ready(RODEZ, is_complete=True)
    Site.objects.filter(external_id="7002").update(status="closed", closed_on="2025-01-31")

    assert confirmed(batch).status == Status.READY


@pytest.mark.parametrize("how_many", [1, 2, 3])
def test_a_list_is_written_whole_however_its_rows_are_cut(how_many, monkeypatch):
    monkeypatch.setattr(apply, "AT_A_TIME", 2)

    applied(ready(*numbered(how_many)))

    assert Site.objects.count() == how_many


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_is_not_had_while_writing_is_told_as_a_directory_that_is_busy():
    import_rows(RODEZ)
    Site.objects.update(phone="05 36 49 00 99", locally_owned_fields=["phone"])
    import_rows(RODEZ)
    other = connections["default"].copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN; SELECT FROM sites_listproposal FOR UPDATE")
    try:
        with pytest.raises(apply.DirectoryBusy), apply.alone(), connections["default"].cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'; DELETE FROM sites_listproposal")
    finally:
        other.close()
