"""Nobody decides on what they have not seen: a list that is read again, or held by the worker, while a page is open."""

import threading

import pytest
from django.db import connection, connections, transaction

from sites.imports import lifecycle
from sites.imports.files.reader import PREVIEW_BYTES
from sites.models import ImportBatch, Site
from tests.people import make_national, signed_in
from tests.sites.imports.lists import ALBI, RODEZ
from tests.sites.staff.imports.ready import in_service, national, ready

pytestmark = pytest.mark.django_db(transaction=True)  # progress is told on another connection
Status = ImportBatch.Status


@pytest.fixture(autouse=True)
def _empty_queue(transactional_db):
    """Its tables are not Django's: nothing empties them behind a test that commits."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def page_of(batch):
    return f"/gestion/imports/{batch.pk}/"


def shown(desk, batch):
    """What the page of a list would send back with its decision."""
    return {"analyse": desk.get(page_of(batch)).context["analysis"]}


def analysed_again(batch):
    ImportBatch.objects.filter(pk=batch.pk).update(status=Status.RECEIVED)
    lifecycle.analyse(ImportBatch.objects.get(pk=batch.pk))


def status_of(batch):
    return ImportBatch.objects.get(pk=batch.pk).status


def test_a_list_that_is_shown_as_it_is_can_be_confirmed():
    desk, batch = national(), ready(RODEZ)

    desk.post(f"{page_of(batch)}confirmer/", shown(desk, batch))

    assert status_of(batch) == Status.CONFIRMED


@pytest.mark.parametrize("lines", [{}, {"lignes": "valides"}])
def test_a_list_that_was_read_again_since_the_page_was_shown_is_not_confirmed(lines):
    desk, batch = national(), ready(RODEZ)
    sent = shown(desk, batch) | lines
    analysed_again(batch)

    response = desk.post(f"{page_of(batch)}confirmer/", sent, follow=True)

    assert status_of(batch) == Status.READY
    assert "a été lue de nouveau depuis" in response.content.decode()


def test_the_second_press_on_a_list_whose_sites_had_changed_does_not_confirm_the_new_difference():
    desk, user = national(), make_national()
    in_service(RODEZ)
    batch = ready(RODEZ | {"lib_fs": "Renommée"}, ALBI)
    sent = shown(desk, batch)
    lifecycle.confirm(batch, user)
    Site.objects.update(name="Renommée aussi")
    lifecycle.apply_list(batch)

    desk.post(f"{page_of(batch)}confirmer/", sent)

    assert status_of(batch) == Status.READY


def test_a_confirmation_without_what_was_shown_is_refused():
    desk, batch = national(), ready(RODEZ)

    desk.post(f"{page_of(batch)}confirmer/")

    assert status_of(batch) == Status.READY


def test_a_list_that_was_read_again_between_the_check_and_the_writing_is_not_confirmed():
    batch = ready(RODEZ)
    analysed_again(batch)

    with pytest.raises(lifecycle.NotNow, match="lue de nouveau"):
        lifecycle.confirm(batch, make_national())

    assert status_of(batch) == Status.READY


@pytest.mark.parametrize("action", ["confirmer", "abandonner", "annuler", "relire", "tenus"])
def test_no_page_waits_for_the_worker_that_applies_the_list(action):
    desk, batch = signed_in(make_national()), ready(RODEZ)
    sent = shown(desk, batch) | {"prendre": "phone"}
    ImportBatch.objects.update(status=Status.CONFIRMED)

    with worker_holding(batch):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        response = desk.post(f"{page_of(batch)}{action}/", sent)

    assert response.status_code == 302
    assert status_of(batch) == Status.CONFIRMED


class worker_holding:
    """The row of a list is locked by another connection, as `lifecycle.apply_list` does."""

    def __init__(self, batch):
        self.batch, self.held, self.over = batch, threading.Event(), threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._hold)
        self.thread.start()
        assert self.held.wait(5)

    def __exit__(self, *error):
        self.over.set()
        self.thread.join()

    def _hold(self):
        with transaction.atomic():
            ImportBatch.objects.select_for_update().get(pk=self.batch.pk)
            self.held.set()
            self.over.wait(10)
        connections.close_all()


def test_a_page_takes_only_the_start_of_a_file_out_of_the_database(django_assert_max_num_queries):
    desk, batch = national(), ready(data=b"ab\n" * PREVIEW_BYTES + b"\xe9")
    read = []

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if "sites_importfile" in sql:
            read.append(sql)
        return result

    with connection.execute_wrapper(watch):
        response = desk.get(page_of(batch))

    assert response.context["preview"][0] == ["ab"]
    assert [sql for sql in read if '"content"' in sql] == [sql for sql in read if "SUBSTRING" in sql]
