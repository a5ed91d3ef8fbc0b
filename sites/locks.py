"""In what order those who write sites wait for each other: the table first, then its rows by pk.

An import takes the whole table (`imports.apply`). Whoever held a row before asking for the table would wait for the
import while the import waits for the row, and PostgreSQL would put an end to one of the two.
"""

from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from sites.models import Site


class SitesBusy(Exception):
    """An import, or someone else, kept these sites for longer than `lock_timeout`: nothing was written, try again."""


@contextmanager
def writing():
    """A transaction in which sites are `locked` and written. Raises `SitesBusy`."""
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
            raise SitesBusy from error
        raise


def locked(sites):
    """The sites of a `SiteQuerySet`, by pk, each held for writing from when it is read to the end of the transaction.

    What points at a site (a citizen's report, a closure's replacement) can still be written meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Site._meta.db_table} IN ROW EXCLUSIVE MODE")
    return sites.order_by("pk").select_for_update(of=("self",), no_key=True)
