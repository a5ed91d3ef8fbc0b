"""What the triggers keep of statements that write many rows at once, as lists do."""

import pytest
from django.db import connection

from sites.models import ListProposal, Site, WeeklySlot
from tests.factories import make_site
from tests.sites.imports.lists import ALBI, RODEZ, import_rows

pytestmark = pytest.mark.django_db


def trail(model, *fields):
    """[(label, values…)] of the history of a model, as it was written."""
    events = model._meta.get_field("events").related_model
    return list(events.objects.order_by("pgh_id").values_list("pgh_label", *fields))


def execute(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_an_insert_that_becomes_an_update_is_told_as_what_it_was_for_each_row():
    _plan, batch = import_rows(RODEZ, ALBI)
    one, other = Site.objects.order_by("external_id")
    ListProposal.objects.create(site=one, field="phone", value="1", batch=batch)

    execute(
        "INSERT INTO sites_listproposal (site_id, field, value, batch_id, proposed_at)"
        " SELECT id, 'phone', '\"2\"', %s, now() FROM sites_site"
        " ON CONFLICT (site_id, field) DO UPDATE SET value = excluded.value",
        batch.pk,
    )

    # Which of the two triggers comes first is PostgreSQL's to say.
    assert trail(ListProposal, "site", "value")[0] == ("insert", one.pk, "1")
    assert set(trail(ListProposal, "site", "value")[1:]) == {("update", one.pk, "2"), ("insert", other.pk, "2")}


def test_copied_rows_have_their_history():
    site = make_site()

    with (
        connection.cursor() as cursor,
        cursor.copy("COPY sites_weeklyslot (site_id, weekday, opens, closes) FROM STDIN") as copy,
    ):
        for weekday in (6, 7):
            copy.write_row((site.pk, weekday, "09:00", "12:00"))

    assert trail(WeeklySlot, "site", "weekday")[-2:] == [("insert", site.pk, 6), ("insert", site.pk, 7)]


def test_an_update_that_changes_nothing_of_a_row_leaves_no_trace_of_it():
    import_rows(RODEZ, ALBI)
    before = len(trail(Site))

    Site.objects.update(phone=RODEZ["telephone"])
    Site.objects.filter(external_id="7001").update(phone="05 36 49 00 99")
    Site.objects.update(phone="05 36 49 00 99")

    assert trail(Site, "external_id", "phone")[before:] == [
        ("update", "7001", "05 36 49 00 99"),
        ("update", "7002", "05 36 49 00 99"),
    ]
