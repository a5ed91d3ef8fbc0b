"""What tests of the queue share."""

import pytest
from django.db import connection


@pytest.fixture
def _empty_queue(transactional_db):
    """Its tables are not Django's: nothing empties them behind a test that commits."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
