"""Taking a list back: each site is exactly what it was, and what was edited since is refused, site by site."""

import csv
import io
import time

import pghistory
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sites.imports import lifecycle, undo
from sites.imports.apply import Source, import_table
from sites.imports.cells.columns import COLUMNS
from sites.imports.files.reader import read_table
from sites.models import Closure, ImportBatch, ListProposal, Site, SitePartner, Stop, WeeklySlot
from sites.records.record import record_of
from sites.staff import proposals
from sites.staff.history import changes, moments
from sites.staff.saving import save
from sites.staff.telling import entries
from tests.factories import make_site, make_stop
from tests.people import make_national, make_user
from tests.sites.imports.lists import ALBI, OFFICIAL, RODEZ, csv_of, import_rows

pytestmark = pytest.mark.django_db

TABLES = ("sites_site", "sites_weeklyslot", "sites_listproposal", "sites_closure", "sites_stop", "sites_sitepartner")
HOURS = {f"h_{day}": "" for day in ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")}


def checksums():
    """{table: digest of all its rows, numbers and dates of change included}."""
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')) FROM {table} t")
            found[table] = cursor.fetchone()
        return found


def imported(*rows, **options):
    """The batch of a list of these rows, applied."""
    _, batch = import_rows(*rows, **options)
    return batch


def take_back(batch, user=None):
    """What the worker does once a person has asked for it: the `undo.Plan` as it was before."""
    found = undo.plan(batch)
    ImportBatch.objects.filter(pk=batch.pk).update(status="taking_back", taken_back_by=user)
    lifecycle.take_back_list(batch)
    batch.refresh_from_db()
    return found


def edit(external_id, **values):
    """What an agent does on a site's record: `hours_1=[…]` is Monday."""
    site = Site.objects.get(external_id=external_id)
    record = record_of(site)
    mine = record | {key.replace("hours_", "hours."): value for key, value in values.items()}
    with by_hand():
        save(Site.objects.all(), site.pk, record, mine, make_user())
    return site


def by_hand():
    """In a test, all is one transaction: what is written under no context would pass for the last list's own."""
    return pghistory.context(source="admin")


def reasons(found):
    return {one.external_id: one.why for one in found.refused}


# --- Exactly ---------------------------------------------------------------------------------------


def test_what_a_list_changed_is_exactly_what_it_was():
    imported(RODEZ, ALBI)
    before = checksums()
    changed = {"lib_fs": "Maison du Rouergue", "h_lundi": "10:00 - 12:00", "h_samedi": "09:00 - 12:00"}
    batch = imported(RODEZ | changed | {"latitude": "44.3600"}, ALBI | {"telephone": "05 36 49 00 99"})

    found = take_back(batch)

    assert checksums() == before
    assert (found.put_back, found.refused) == (2, [])


def test_a_site_that_the_list_closed_is_reopened_and_one_it_reopened_is_closed_again():
    imported(RODEZ, ALBI)
    with by_hand():
        Site.objects.filter(external_id="7002").update(status="closed", closed_on="2024-01-31")
    before = checksums()
    batch = imported(ALBI, is_complete=True)

    found = take_back(batch)

    assert (found.reopened, found.closed_again, found.put_back) == (1, 1, 0)
    assert checksums() == before


def test_a_new_site_is_withdrawn_and_nothing_else_differs():
    imported(RODEZ)
    before = checksums()
    batch = imported(RODEZ, ALBI)

    found = take_back(batch)

    assert found.withdrawn == 1
    assert Site.objects.get(external_id="7002").status == Site.Status.WITHDRAWN
    after = checksums()
    assert after.pop("sites_site") != before.pop("sites_site")
    assert after == before


def test_a_withdrawn_site_is_reopened_whole_by_the_same_list():
    batch = imported(RODEZ, ALBI)
    records = [record_of(site) for site in Site.objects.order_by("external_id")]
    take_back(batch)

    plan, again = import_rows(RODEZ, ALBI)

    assert (plan.counts["reopened"], plan.counts["created"]) == (2, 0)
    assert [record_of(site) for site in Site.objects.order_by("external_id")] == records
    take_back(again)
    assert set(Site.objects.values_list("status", flat=True)) == {"withdrawn"}


def test_an_antenne_made_a_principal_finds_the_one_it_depended_on():
    imported(RODEZ, ALBI | {"type_fs": "Antenne"})
    with by_hand():
        Site.objects.filter(external_id="7002").update(parent=Site.objects.get(external_id="7001"))
    before = checksums()
    batch = imported(RODEZ, ALBI)
    assert Site.objects.get(external_id="7002").parent is None

    take_back(batch)

    assert checksums() == before


def test_proposals_are_what_they_were():
    imported(RODEZ, ALBI)
    with by_hand():
        Site.objects.update(locally_owned_fields=["phone", "note"])
    imported(RODEZ | {"telephone": "05 36 49 00 11"}, ALBI | {"commentaire": "Sonnez"})
    before = checksums()
    batch = imported(RODEZ | {"telephone": "05 36 49 00 12"}, ALBI | {"telephone": "05 36 49 00 13"})
    assert ListProposal.objects.count() == 2

    found = take_back(batch)

    assert found.proposals == 3  # another value, a new one, and one that the list no longer makes
    assert checksums() == before


def test_a_proposal_decided_since_is_left():
    imported(RODEZ)
    with by_hand():
        Site.objects.update(locally_owned_fields=["phone"])
    batch = imported(RODEZ | {"telephone": "05 36 49 00 12"})
    with by_hand():
        proposals.dismiss(ListProposal.objects.get(), make_user())
    before = checksums()

    found = take_back(batch)

    assert (found.proposals, found.decided) == (0, 1)
    assert checksums() == before


def test_fictitious_sites_come_back_with_all_that_hung_on_them():
    one, two = make_site(is_demo=True, external_id="D1"), make_site(is_demo=True, external_id="D2", kind="antenne")
    Site.objects.filter(pk=two.pk).update(parent=one)
    make_stop(two)
    SitePartner.objects.create(site=one, partner_id="caf")
    Closure.objects.create(site=one, starts="2026-01-01", replacement=two)
    Closure.objects.create(site=two, starts="2026-01-01", ends="2026-01-02", reason="Travaux")
    before = checksums()
    batch = imported(RODEZ)
    assert Stop.objects.count() == Closure.objects.count() == SitePartner.objects.count() == 0

    found = take_back(batch)

    assert (found.demonstration, found.withdrawn) == (2, 1)
    Site.objects.filter(external_id="7001").update(external_id="gone")
    assert {name: digest for name, digest in checksums().items() if name != "sites_site"} == {
        name: digest for name, digest in before.items() if name != "sites_site"
    }
    assert list(Site.objects.demonstration().order_by("pk").values_list("pk", "parent")) == [
        (one.pk, None),
        (two.pk, one.pk),
    ]


def test_fictitious_sites_stay_out_while_real_ones_are_in_service():
    make_site(is_demo=True, external_id="D1")
    first = imported(RODEZ)
    imported(RODEZ, ALBI)

    found = take_back(first)

    assert (found.demonstration, found.demonstration_stays_out, found.withdrawn) == (0, 1, 1)
    assert not Site.objects.demonstration().exists()


def test_lists_are_taken_back_one_after_the_other():
    start = imported(RODEZ)
    before = checksums()
    second = imported(RODEZ | {"telephone": "05 36 49 00 98"}, ALBI)
    between = checksums()
    third = imported(RODEZ | {"telephone": "05 36 49 00 99"}, ALBI | {"h_lundi": "10:00 - 12:00"})

    take_back(third)
    assert checksums() == between
    take_back(second)
    after = checksums()
    assert after.pop("sites_site") != before.pop("sites_site")  # Albi, withdrawn
    assert after == before
    assert take_back(start).refused == []


# --- Edited since ----------------------------------------------------------------------------------


def test_a_site_edited_since_on_what_the_list_changed_is_refused_whole():
    imported(RODEZ, ALBI)
    changed = {"telephone": "05 36 49 00 99", "lib_fs": "Maison du Rouergue"}
    batch = imported(RODEZ | changed, ALBI | {"telephone": "05 36 49 00 98"})
    edit("7001", phone="05 36 49 00 77")
    before = Site.objects.filter(external_id="7001").values().get()

    found = take_back(batch)

    assert (found.put_back, reasons(found)) == (1, {"7001": undo.EDITED})
    (refused,) = found.refused
    assert (refused.before["phone"], refused.wrote["phone"], refused.now["phone"]) == (
        "05 36 49 00 01",
        "05 36 49 00 99",
        "05 36 49 00 77",
    )
    assert refused.before.keys() == {"phone", "name"}
    assert refused.since == {"phone"}
    assert Site.objects.filter(external_id="7001").values().get() == before
    assert (
        batch.message == "Liste annulée : 1 site remis comme avant ; 1 site laissé tel quel, modifié depuis la liste."
    )


def test_a_site_edited_since_elsewhere_is_given_back_what_the_list_changed_and_keeps_the_edit():
    imported(RODEZ)
    batch = imported(RODEZ | {"telephone": "05 36 49 00 99", "h_lundi": "10:00 - 12:00"})
    site = edit("7001", website="https://rodez.exemple.fr", hours_2=[["08:00", "12:00", "all", "open", None, None]])

    found = take_back(batch)

    assert (found.put_back, found.refused) == (1, [])
    site.refresh_from_db()
    record = record_of(site)
    assert (site.phone, site.website) == ("05 36 49 00 01", "https://rodez.exemple.fr")
    assert [slot[:2] for slot in record["hours.1"]] == [["09:00", "12:00"], ["14:00", "17:00"]]
    assert [slot[:2] for slot in record["hours.2"]] == [["08:00", "12:00"]]
    assert site.verified_at
    assert site.locally_owned_fields == ["hours", "website"]


def test_hours_are_compared_day_by_day():
    imported(RODEZ)
    batch = imported(RODEZ | {"h_lundi": "10:00 - 12:00"})
    edit("7001", hours_1=[["11:00", "12:00", "all", "open", None, None]])

    found = take_back(batch)

    assert reasons(found) == {"7001": undo.EDITED}
    assert found.refused[0].since == {"hours.1"}


def test_a_day_changed_and_changed_again_to_what_the_list_wrote_was_not_edited():
    imported(RODEZ)
    batch = imported(RODEZ | {"h_lundi": "10:00 - 12:00"})
    edit("7001", hours_1=[])
    edit("7001", hours_1=[["10:00", "12:00", "all", "open", None, None]])

    found = take_back(batch)

    assert not found.refused
    monday = record_of(Site.objects.get())["hours.1"]
    assert [slot[:2] for slot in monday] == [["09:00", "12:00"], ["14:00", "17:00"]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda site: edit("7002", phone="05 36 49 00 77"), undo.NEW),
        (lambda site: edit("7002", hours_7=[["09:00", "12:00", "all", "open", None, None]]), undo.NEW),
        (lambda site: edit("7002"), undo.NEW_AND_CHECKED),
        (lambda site: Closure.objects.create(site=site, starts="2026-01-01"), undo.NEW),
        (lambda site: SitePartner.objects.create(site=site, partner_id="caf"), undo.NEW),
        (lambda site: make_stop(site), undo.NEW),
    ],
)
def test_a_new_site_that_anyone_edited_is_not_withdrawn(change, why):
    imported(RODEZ)
    batch = imported(RODEZ, ALBI)
    with by_hand():
        change(Site.objects.get(external_id="7002"))
    before = checksums()

    found = take_back(batch)

    assert reasons(found) == {"7002": why}
    assert checksums() == before


def test_a_new_site_without_hours_that_was_given_some_is_not_withdrawn():
    batch = imported(ALBI | HOURS)
    with by_hand():
        WeeklySlot.objects.create(site=Site.objects.get(), weekday=1, opens="09:00", closes="12:00")

    assert reasons(take_back(batch)) == {"7002": undo.NEW}


def test_a_list_is_taken_back_for_what_a_later_one_did_not_touch():
    imported(RODEZ, ALBI)
    batch = imported(RODEZ | {"telephone": "05 36 49 00 98"}, ALBI | {"telephone": "05 36 49 00 98"})
    imported(RODEZ | {"telephone": "05 36 49 00 99"}, ALBI | {"telephone": "05 36 49 00 98", "commentaire": "Sonnez"})

    found = take_back(batch)

    assert reasons(found) == {"7001": undo.EDITED}
    albi = Site.objects.get(external_id="7002")
    assert (albi.phone, albi.note) == ("05 36 49 00 01", "Sonnez")


def test_a_site_that_could_not_be_what_it_was_is_refused_alone():
    imported(RODEZ, ALBI)
    batch = imported(RODEZ | {"type_fs": "Antenne"}, ALBI | {"telephone": "05 36 49 00 99"})
    with by_hand():
        Site.objects.filter(external_id="7001").update(parent=Site.objects.get(external_id="7002"))

    found = take_back(batch)

    assert (found.put_back, reasons(found)) == (1, {"7001": undo.STILL_DEPENDS})


def test_what_was_refused_is_still_told_once_the_list_is_taken_back():
    imported(RODEZ, ALBI)
    batch = imported(RODEZ | {"telephone": "05 36 49 00 99"}, ALBI | {"telephone": "05 36 49 00 99"})
    edit("7001", phone="05 36 49 00 77")
    take_back(batch)
    edit("7001", phone="05 36 49 00 78")
    edit("7002", phone="05 36 49 00 79")

    (refused,) = undo.left(batch)

    assert (refused.external_id, refused.now) == ("7001", {"phone": "05 36 49 00 78"})


# --- As a whole ------------------------------------------------------------------------------------


def test_a_list_is_taken_back_once():
    user = make_national()
    batch = imported(RODEZ)

    with transaction.atomic():
        lifecycle.take_back(batch, user)

    assert batch.status == ImportBatch.Status.TAKING_BACK
    with pytest.raises(lifecycle.NotNow):
        lifecycle.take_back(batch, user)
    lifecycle.take_back_list(batch)
    batch.refresh_from_db()
    assert (batch.status, batch.taken_back_by) == (ImportBatch.Status.TAKEN_BACK, user)
    assert batch.taken_back_at
    with pytest.raises(lifecycle.NotNow):
        lifecycle.take_back(batch, user)
    before = checksums(), ImportBatch.objects.values().get()
    lifecycle.take_back_list(batch)  # the worker, had it died before saying so
    assert (checksums(), ImportBatch.objects.values().get()) == before


def test_a_failure_leaves_everything_as_it_was(monkeypatch):
    imported(RODEZ)
    batch = imported(RODEZ | {"telephone": "05 36 49 00 99", "h_lundi": "10:00 - 12:00"}, ALBI)
    before = checksums()
    monkeypatch.setattr(undo.sql, "PROPOSALS", ("SELECT 1 / 0",))

    with pytest.raises(Exception, match="zero"), transaction.atomic():
        take_back(batch)

    batch.refresh_from_db()
    assert (checksums(), batch.status) == (before, ImportBatch.Status.APPLIED)


def test_the_history_says_who_took_which_list_back():
    imported(RODEZ)
    batch = imported(RODEZ | {"telephone": "05 36 49 00 99"})
    take_back(batch, make_national())
    site = Site.objects.get()

    told = entries(changes(site, moments(site)))

    (entry,) = [entry for entry in told if "annulation" in entry.origin]
    assert entry.who == "Dominique National"
    assert entry.origin.startswith("par l'annulation de la liste nationale liste.csv du ")
    assert [(line.label, line.after) for line in entry.lines] == [("Téléphone", "05 36 49 00 01")]


@pytest.mark.parametrize("how_many", [1, 40])
def test_the_number_of_queries_does_not_depend_on_the_number_of_sites(how_many):
    rows = [RODEZ | {"id_fs": str(7100 + number)} for number in range(how_many)]
    imported(*rows)
    new = [ALBI | {"id_fs": str(7200 + number)} for number in range(how_many)]
    batch = imported(*(row | {"telephone": "05 36 49 00 99", "h_lundi": ""} for row in rows), *new)

    with CaptureQueriesContext(connection) as of_the_plan:
        found = undo.plan(batch)
    assert (found.put_back, found.withdrawn) == (how_many, how_many)
    assert len(of_the_plan) == 6
    with CaptureQueriesContext(connection) as queries:
        undo.write(batch, found, None)
    assert len(queries) == 11


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "lib_fs": st.sampled_from(["France services d'ici", "Maison de là-bas"]),
        "telephone": st.sampled_from(["05 36 49 00 02", "05 36 49 00 03"]),
        "commentaire": st.sampled_from(["Sonnez", "Frappez"]),
        "latitude": st.sampled_from(["44.3527", "44.3528"]),
        "h_lundi": st.sampled_from(["", "09:00 - 12:00", "10:00 - 12:00 / 14:00 - 16:00"]),
        "h_samedi": st.sampled_from(["", "09:00 - 12:00"]),
        "type_fs": st.sampled_from(["Principal", "Antenne"]),
    },
)
LISTS = st.dictionaries(st.sampled_from(["7001", "7002", "7003", "7004"]), VALUES, min_size=1)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["7001", "7002", "7003", "7004"]),
        st.sampled_from(
            [
                {"phone": "05 36 49 00 04"},
                {"note": "Entrez"},
                {"website": "https://exemple.fr"},
                {"hours_1": [["08:00", "11:00", "odd", "open", None, None]]},
                {"hours_1": []},
                {"hours_7": [["08:00", "11:00", "all", "open", None, None]]},
                {},
            ]
        ),
    ),
    max_size=4,
)


def rows_by_site():
    """{external id: (all that the tables hold of it, its record)}."""
    return {
        site.external_id: (
            [Site.objects.filter(pk=site.pk).values().get(), *site.weekly_slots.order_by("pk").values()],
            record_of(site),
        )
        for site in Site.objects.all()
    }


def given_back(before, after, now):
    """The record of a site edited since: what the list changed is as before, the rest as today."""
    return {key: before[key] if before[key] != after[key] else value for key, value in now.items()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LISTS, LISTS, EDITS, st.booleans())
@example({"7001": {}}, {"7001": {"h_lundi": ""}}, [("7001", {"hours_1": []})], False)
def test_whatever_the_list_and_the_edits_sites_are_as_before_or_as_they_are(first, second, edits, is_complete):
    with transaction.atomic():
        imported(*(RODEZ | values | {"id_fs": key} for key, values in first.items()))
        before = rows_by_site()
        _, batch = import_rows(
            *(RODEZ | values | {"id_fs": key} for key, values in second.items()), is_complete=is_complete
        )
        if batch:
            after = rows_by_site()
            for key, values in edits:
                if key in after:
                    edit(key, **values)
            now, found = rows_by_site(), undo.plan(batch)
            refused = set(reasons(found))
            undo.write(batch, found, None)
            then = rows_by_site()
            connection.check_constraints()
            for key in then:
                edited = now[key][0] != after[key][0]
                if key in refused:
                    assert edited
                    assert then[key] == now[key]
                elif key in before and not edited:
                    assert then[key] == before[key]
                elif key not in before:
                    assert not edited
                    assert then[key][1]["status"] == "withdrawn"
                else:
                    assert then[key][1] == given_back(before[key][1], after[key][1], now[key][1])
        transaction.set_rollback(True)


# --- The official list -----------------------------------------------------------------------------

with_the_official_list = pytest.mark.skipif(not OFFICIAL.exists(), reason=f"the official list is not at {OFFICIAL}")


def official_rows():
    return list(csv.DictReader(io.StringIO(OFFICIAL.read_text(encoding="utf-8-sig"))))


def import_official(rows, **options):
    data = csv_of(*rows, columns=list(rows[0]))
    return import_table(read_table(data, COLUMNS), Source.of("liste.csv", data), **options)


@pytest.mark.official
@with_the_official_list
def test_thirty_changes_of_the_official_list_are_taken_back_exactly():
    rows = official_rows()
    import_official(rows)
    before = checksums()
    changed = [dict(row) for row in rows[10:]]  # ten that close
    for row in changed[:5]:
        row["lib_fs"] += " bis"
    for row in changed[5:10]:
        row["latitude"] = f"{float(row['latitude']) + 0.001:.6f}"
    for row in changed[10:15]:
        row["h_lundi"] = "09:00 - 12:34"
    for row in changed[15:20]:
        row["telephone"] = "05 36 49 00 01"
    plan, batch = import_official(changed, is_complete=True)
    assert (plan.counts["updated"], plan.counts["closed"]) == (20, 10)

    found = take_back(batch)

    assert (found.put_back, found.reopened, found.refused) == (20, 10, [])
    assert checksums() == before


@pytest.mark.official
@with_the_official_list
def test_the_first_official_list_gives_the_demonstration_back():
    call_command("load_demo", verbosity=0)
    before = checksums()
    _, batch = import_official(official_rows())

    began = time.monotonic()
    found = take_back(batch)
    took = time.monotonic() - began

    assert (found.withdrawn, found.demonstration, found.refused) == (2845, 2708, [])
    assert set(Site.objects.official().values_list("status", flat=True)) == {"withdrawn"}
    assert took < 20
    with connection.cursor() as cursor:  # but for the withdrawn sites, all is as before
        cursor.execute("CREATE TEMP TABLE real ON COMMIT DROP AS SELECT * FROM sites_site WHERE NOT is_demo")
        cursor.execute("DELETE FROM sites_site WHERE NOT is_demo")
    assert checksums() == before
