"""Changes made at a chosen time: the triggers write the time of the transaction, which is one for a whole test."""

from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

import pghistory
import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.db import connection

from sites.models import Closure, Site, SitePartner, Stop, WeeklySlot

TRACKED = (Site, WeeklySlot, Closure, SitePartner, Stop)


def utc(year, month, day, hour=12, minute=0, second=0, microsecond=0):
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)


@contextmanager
def happening(at, **context):
    """What is done inside is said to have been done at an aware datetime, under this context of history, if any."""
    _forget_context()
    with pghistory.context(**context) if context else nullcontext():
        yield
    with pgtrigger.ignore():
        for model in TRACKED:
            model.pgh_event_model.objects.filter(pgh_created_at=TransactionNow()).update(pgh_created_at=at)


def _forget_context():
    """PostgreSQL holds a context until the end of the transaction, here the whole test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_id', '', true)")
