"""A process that is killed while it applies a list leaves the directory as it was before, or as it is after."""

import os
import signal

import pytest
from django.db import connection, connections

from sites.imports import apply, lifecycle
from sites.models import ImportBatch, ImportFile, Site
from tests.sites.imports.checksums import checksum
from tests.sites.imports.lists import ALBI, RODEZ, csv_of, import_rows

POINTS = 20
HOW_MANY = 12


def rows(**changes):
    return [RODEZ | {"id_fs": f"70{number:02}"} | changes for number in range(HOW_MANY)]


@pytest.fixture
def confirmed(monkeypatch):
    """A list that changes, creates and closes sites in several goes, confirmed."""
    monkeypatch.setattr(apply, "AT_A_TIME", 4)
    import_rows(*rows(), ALBI)
    data = csv_of(*rows(lib_fs="Maison du Rouergue", h_mardi="10:00 - 12:00"), ALBI | {"id_fs": "7900"})
    batch = ImportBatch.objects.create(file_name="liste.csv", is_complete=True)
    ImportFile.objects.create(batch=batch, content=data)
    lifecycle.analyse(batch)
    ImportBatch.objects.filter(pk=batch.pk).update(status=ImportBatch.Status.CONFIRMED)
    return batch


def in_a_process(batch, killed_at=None):
    """Apply the list in a process of its own, killed before its `killed_at`-th statement: how it ended."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        connections["default"].connection = None  # the parent's: this process opens its own
        count = 0

        def killing(execute, sql, params, many, context):
            nonlocal count
            count += 1
            if count == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(killing):
            lifecycle.apply_list(batch)
        os._exit(0)
    finally:
        os._exit(1)


@pytest.mark.django_db(transaction=True)
def test_killed_before_any_of_its_statements_it_is_before_or_after_and_then_goes_through(confirmed):
    before, seen = checksum(), []

    while in_a_process(confirmed, killed_at=len(seen) + 1) == -signal.SIGKILL:
        is_applied = ImportBatch.objects.get(pk=confirmed.pk).status == "applied"
        seen.append((is_applied, checksum()))

    after = checksum()
    assert len(seen) >= POINTS
    assert before != after
    assert all(found == (after if is_applied else before) for is_applied, found in seen)
    assert ImportBatch.objects.get(pk=confirmed.pk).status == "applied"
    assert Site.objects.filter(name="Maison du Rouergue").count() == HOW_MANY
    assert (Site.objects.get(external_id="7900").status, Site.objects.get(external_id="7002").status) == ("active",) * 2
