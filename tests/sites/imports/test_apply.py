"""What an import writes: all or nothing, nothing twice, nothing lost, and a history that names it."""

from datetime import date, time
from time import sleep

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sites.imports import apply
from sites.imports.apply import DirectoryBusy, ImportRunning
from sites.models import ImportBatch, Site, WeeklySlot
from tests.factories import make_site
from tests.sites.imports.lists import ALBI, RODEZ, import_rows, plan_of

pytestmark = pytest.mark.django_db

CODES = ["12202", "81004", "31555", "34172"]

SiteEvent = Site._meta.get_field("events").related_model
SlotEvent = WeeklySlot._meta.get_field("events").related_model


def counts(plan, *names):
    return tuple(plan.counts[name] for name in names)


def stored():
    """Everything that an import may write, to compare before and after."""
    models = (Site, WeeklySlot, ImportBatch, SiteEvent, SlotEvent)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_first_import_creates_every_site():
    plan, batch = import_rows(RODEZ, ALBI)

    assert counts(plan, "created", "unchanged", "absent") == (2, 0, 0)
    assert set(Site.objects.values_list("external_id", flat=True)) == {"7001", "7002"}
    assert batch.counts == plan.all_counts
    assert len(batch.sha256) == 64


def test_the_same_list_again_writes_nothing_at_all():
    import_rows(RODEZ, ALBI)
    before = stored()

    plan, batch = import_rows(RODEZ, ALBI)

    assert counts(plan, "created", "updated", "reopened", "unchanged") == (0, 0, 0, 2)
    assert batch is None
    assert stored() == before


def test_one_bad_row_and_nothing_is_written():
    import_rows(RODEZ)
    before = stored()

    plan, batch = import_rows(RODEZ | {"lib_fs": "Renommée"}, ALBI | {"latitude": "x"})

    assert counts(plan, "errors", "updated", "created") == (1, 1, 0)
    assert batch is None
    assert stored() == before


def test_a_failure_while_writing_leaves_everything_as_it_was(monkeypatch):
    import_rows(RODEZ)
    before = stored()
    monkeypatch.setattr(apply, "tell_the_planner", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        import_rows(RODEZ | {"lib_fs": "Renommée"}, ALBI)

    assert stored() == before


def test_history_rows_carry_the_number_of_the_import():
    _, first = import_rows(RODEZ)
    _, second = import_rows(RODEZ | {"lib_fs": "France services du Ruthénois", "h_samedi": "09:00 - 12:00"})

    events = SiteEvent.objects.order_by("pgh_id").values_list("pgh_label", "name", "pgh_context__metadata")
    assert list(events) == [
        ("insert", "France services de Rodez", {"import_batch": first.pk, "source": "import"}),
        ("update", "France services du Ruthénois", {"import_batch": second.pk, "source": "import"}),
    ]
    slots = SlotEvent.objects.values_list("pgh_context__metadata__import_batch", flat=True)
    assert list(slots.order_by("pgh_id")) == [first.pk] * 6 + [second.pk]


def test_only_what_differs_is_updated_and_told():
    import_rows(RODEZ, ALBI)
    changes = {"telephone": "05 36 49 00 99", "latitude": "44.3600", "labellisation_fs": "Espace labellisé 01/02/2022"}

    plan, batch = import_rows(RODEZ | changes, ALBI)

    assert counts(plan, "updated", "unchanged") == (1, 1)
    row = batch.rows.get(action="update")
    assert row.before == {"phone": "05 36 49 00 01", "location": [2.5734, 44.3526], "labelled_on": "2022-01-01"}
    assert row.after == {"phone": "05 36 49 00 99", "location": [2.5734, 44.36], "labelled_on": "2022-02-01"}
    site = Site.objects.get(external_id="7001")
    assert (site.phone, site.location.y, site.note) == ("05 36 49 00 99", 44.36, "Fermé les jours fériés")


def test_a_renamed_site_gets_the_slug_of_its_new_name():
    import_rows(RODEZ)

    import_rows(RODEZ | {"lib_fs": "Maison du Rouergue"})

    assert Site.objects.get().slug == "maison-du-rouergue"


def test_only_the_slots_that_differ_are_rewritten():
    import_rows(RODEZ)
    kept = set(WeeklySlot.objects.exclude(weekday=2).values_list("pk", flat=True))

    import_rows(RODEZ | {"h_mardi": "10:00 - 12:00", "h_samedi": "09:00 - 12:00"})

    assert kept < set(WeeklySlot.objects.values_list("pk", flat=True))
    hours = WeeklySlot.objects.filter(weekday__in=(2, 6)).order_by("weekday").values_list("weekday", "opens", "closes")
    assert list(hours) == [(2, time(10), time(12)), (6, time(9), time(12))]


@pytest.mark.parametrize(
    "column", ["adresse", "mail", "telephone", "prise_rdv", "commentaire", "groupe_fs", "labellisation_fs"]
)
def test_an_empty_cell_never_erases(column):
    import_rows(RODEZ | {"prise_rdv": "Oui", "groupe_fs": "Rouergue"})
    before = stored()

    plan, _ = import_rows(RODEZ | {"prise_rdv": "Oui", "groupe_fs": "Rouergue"} | {column: ""})

    assert counts(plan, "unchanged") == (1,)
    assert stored() == before


def test_an_empty_week_never_erases_hours():
    import_rows(RODEZ)
    no_hours = dict.fromkeys((name for name in RODEZ if name.startswith("h_")), "")

    plan, _ = import_rows(RODEZ | no_hours | {"h_mardi": "00:00 - 00:00"})

    assert counts(plan, "unchanged") == (1,)
    assert WeeklySlot.objects.count() == 6


def test_an_empty_day_of_a_week_with_hours_is_a_day_of_closure():
    import_rows(RODEZ)

    plan, _ = import_rows(RODEZ | {"h_jeudi": ""})

    assert counts(plan, "updated") == (1,)
    assert not WeeklySlot.objects.filter(weekday=4).exists()


def test_the_list_knows_no_sunday_and_leaves_it_alone():
    import_rows(RODEZ)
    WeeklySlot.objects.create(site=Site.objects.get(), weekday=7, opens=time(9), closes=time(12))

    plan, _ = import_rows(RODEZ)
    import_rows(RODEZ | {"h_lundi": "10:00 - 12:00"})

    assert counts(plan, "unchanged") == (1,)
    assert WeeklySlot.objects.filter(weekday=7).exists()


def test_a_site_absent_from_a_partial_list_stays_open():
    import_rows(RODEZ, ALBI)

    plan, batch = import_rows(RODEZ)

    assert counts(plan, "absent", "closed", "unchanged") == (1, 0, 1)
    assert batch is None
    assert Site.objects.open_to_public().count() == 2


def test_a_site_absent_from_a_complete_list_is_closed_and_kept():
    import_rows(RODEZ, ALBI)

    plan, batch = import_rows(RODEZ, is_complete=True)

    assert counts(plan, "absent", "closed") == (1, 1)
    albi = Site.objects.get(external_id="7002")
    assert (albi.status, albi.closed_on) == ("closed", timezone.localdate())
    assert SiteEvent.objects.filter(pgh_label="update").get().pgh_context.metadata["import_batch"] == batch.pk
    assert plan_of(RODEZ, is_complete=True).counts["absent"] == 0


def test_a_row_in_error_does_not_make_its_site_absent():
    import_rows(RODEZ, ALBI)

    plan = plan_of(RODEZ, ALBI | {"latitude": "x"}, is_complete=True)

    assert counts(plan, "absent", "errors") == (0, 1)


@pytest.mark.parametrize("status", ["closed", "withdrawn"])
@pytest.mark.parametrize("mail", ["rodez@exemple.fr", "nouveau@exemple.fr"])
def test_a_closed_site_that_comes_back_in_the_list_reopens(status, mail):
    import_rows(RODEZ)
    Site.objects.update(status=status, closed_on=date(2025, 1, 31))

    plan, _ = import_rows(RODEZ | {"mail": mail})

    assert counts(plan, "reopened", "updated", "unchanged") == (1, 0, 0)
    site = Site.objects.get()
    assert (site.status, site.closed_on, site.email) == ("active", None, mail)


def test_the_official_list_replaces_demonstration_sites():
    make_site(external_id="D0001", is_demo=True)
    make_site(external_id="7001", name="Fictif", is_demo=True)

    plan, batch = import_rows(RODEZ)

    assert counts(plan, "created", "absent", "closed") == (1, 0, 0)
    assert plan.demonstration == 2
    assert Site.objects.get().name == "France services de Rodez"
    assert WeeklySlot.objects.count() == 6
    gone = SiteEvent.objects.filter(pgh_label="delete")
    assert set(gone.values_list("pgh_context__metadata__import_batch", flat=True)) == {batch.pk}


def test_a_refused_list_leaves_demonstration_sites_in_place():
    make_site(is_demo=True)

    import_rows(RODEZ | {"latitude": "x"})

    assert Site.objects.demonstration().count() == 1


@pytest.mark.parametrize("how_many", [1, 40])
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(how_many):
    rows = [RODEZ | {"id_fs": str(number), "insee_com": CODES[number % 4]} for number in range(how_many)]
    import_rows(*rows)
    changed = [row | {"lib_fs": "Renommée", "h_mardi": "08:00 - 12:00"} for row in rows]

    with CaptureQueriesContext(connection) as queries:
        import_rows(*changed)

    assert len(queries) == 32


def test_the_planner_knows_at_once_what_was_imported():
    import_rows(*(RODEZ | {"id_fs": str(number), "insee_com": CODES[number]} for number in range(3)))

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'sites_site'")
        assert cursor.fetchone() == (3,)


def test_the_planner_knows_that_a_table_is_empty():
    """Else it expects hundreds of closures, and a filter by hour takes 20 s in a new directory."""
    import_rows(RODEZ)

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname IN ('sites_closure', 'sites_sitepartner')")
        assert cursor.fetchall() == [(0,), (0,)]  # -1: never looked at


@pytest.mark.django_db(transaction=True)
def test_an_import_may_take_longer_to_compare_than_a_page_may_be_idle(monkeypatch):
    read = apply.planned_rows

    def read_slowly(*args, **kwargs):
        sleep(0.3)
        return read(*args, **kwargs)

    monkeypatch.setattr(apply, "planned_rows", read_slowly)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET idle_in_transaction_session_timeout = '100ms'")
        import_rows(RODEZ)
        with connection.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            assert cursor.fetchone() == ("100ms",)
    finally:
        connection.close()
    assert Site.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_one_is_told_to_wait():
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [apply.LOCK])
        with pytest.raises(ImportRunning, match="en cours"):
            import_rows(RODEZ)
    finally:
        other.close()
    assert not Site.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_import_gives_up_when_a_site_is_being_edited_for_too_long():
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor, connection.cursor() as ours:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE sites_site IN ROW EXCLUSIVE MODE")  # as an edit does
            ours.execute("SET lock_timeout = '50ms'")
            with pytest.raises(DirectoryBusy, match="recommencez"):
                import_rows(RODEZ)
            ours.execute("RESET lock_timeout")
    finally:
        other.close()
