"""People and imports that write the same sites at once: one waits for the other, and none is put an end to."""

import threading
from contextlib import contextmanager
from time import sleep

import pytest
from django.db import connection, connections
from django.utils import timezone

from sites.locks import SitesBusy, locked, writing
from sites.models import Closure, ListProposal, Site
from sites.records.record import record_of
from sites.staff import saving
from tests.factories import make_site
from tests.people import make_agent, signed_in
from tests.sites.imports.lists import RODEZ, import_rows

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def someone_else():
    """Another connection to the test's database."""
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            yield cursor
    finally:
        other.close()


@contextmanager
def impatient():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        yield
    finally:
        connection.close()


def in_a_thread(done, work):
    """Start `work` beside us; what it returns or raises goes into `done`."""

    def run():
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001 - the test asks which
            done.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_an_import_waits_for_a_record_that_is_being_saved(monkeypatch):
    import_rows(RODEZ)
    site, agent, merge, done, threads = Site.objects.get(), make_agent(), saving.merge, [], []

    def merge_while_an_import_begins(*records):
        threads.append(in_a_thread(done, lambda: import_rows(RODEZ | {"telephone": "05 36 49 00 02"})))
        sleep(0.5)
        return merge(*records)

    monkeypatch.setattr(saving, "merge", merge_while_an_import_begins)
    before = record_of(site)
    saving.save(Site.objects.all(), site.pk, before, before | {"phone": "05 65 00 00 00"}, agent)
    threads[0].join()

    ((plan, _batch),) = done
    assert plan.counts["updated"] == 0
    site.refresh_from_db()
    assert site.phone == "05 65 00 00 00"
    assert ListProposal.objects.get().value == "05 36 49 00 02"


def test_a_site_that_is_being_saved_can_be_reported_and_be_another_ones_replacement():
    site, elsewhere = make_site(), make_site()

    with someone_else() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '200ms'")
        with writing():
            locked(Site.objects.all()).get(pk=site.pk)
            cursor.execute(
                "INSERT INTO sites_closure (site_id, starts, reason, replacement_id) VALUES (%s, '2026-12-24', '', %s)",
                [elsewhere.pk, site.pk],
            )
            cursor.execute("COMMIT")

    assert Closure.objects.get().replacement == site


def test_who_saves_while_an_import_holds_the_sites_is_told_so():
    site = make_site()
    with someone_else() as cursor, impatient():
        cursor.execute("LOCK TABLE sites_site IN SHARE ROW EXCLUSIVE MODE")

        with pytest.raises(SitesBusy), writing():
            locked(Site.objects.all()).get(pk=site.pk)


def test_still_right_during_an_import_is_told_to_wait():
    site, desk = make_site(), signed_in(make_agent("12"))
    with someone_else() as cursor, impatient():
        cursor.execute("LOCK TABLE sites_site IN SHARE ROW EXCLUSIVE MODE")

        page = desk.post("/gestion/sites/verifier/", {"site": site.external_id}, follow=True)

    assert "un import" in page.text
    assert Site.objects.get().verified_at is None


def test_putting_back_during_an_import_is_told_to_wait():
    site, desk = make_site(phone="05 36 49 00 01"), signed_in(make_agent("12"))
    before = timezone.now()
    Site.objects.filter(pk=site.pk).update(phone="05 36 49 00 02")
    address = f"/gestion/sites/{site.external_id}/retablir/"
    token = desk.get(address, {"etat": before.isoformat()}).context["token"]
    with someone_else() as cursor, impatient():
        cursor.execute("LOCK TABLE sites_site IN SHARE ROW EXCLUSIVE MODE")

        page = desk.post(address, {"jeton": token})

    assert page.status_code == 409
    assert "un import" in page.text
    assert Site.objects.get().phone == "05 36 49 00 02"
