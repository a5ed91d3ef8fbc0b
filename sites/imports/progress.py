"""How far the work on a list is, told while its transaction is open: on a connection of its own."""

import time
from contextlib import contextmanager

from django.db import connection

EVERY_S = 0.5


TELL = """
INSERT INTO {table} (batch_id, stage, done, total, updated_at) SELECT id, %s, %s, %s, now() FROM {batches} WHERE id = %s
ON CONFLICT (batch_id) DO UPDATE
SET stage = excluded.stage, done = excluded.done, total = excluded.total, updated_at = excluded.updated_at
"""


class Progress:
    """Told at most twice a second, but for a new stage. Of any batch that has a `progress`."""

    def __init__(self, batch, own):
        self.batch, self.own = batch, own
        self.told_at = 0.0
        table = batch._meta.get_field("progress").related_model._meta.db_table
        self.sql = TELL.format(table=table, batches=batch._meta.db_table)

    def stage(self, words, total=0):
        """What is done now, in French, of how many rows (0: not known)."""
        self.words, self.total = words, total
        self._write(0)

    def done(self, count, total=None):
        if total is not None:
            self.total = total
        if time.monotonic() - self.told_at >= EVERY_S:
            self._write(count)

    def _write(self, count):
        self.told_at = time.monotonic()
        with self.own.cursor() as cursor:
            cursor.execute(self.sql, [self.words, count, self.total, self.batch.pk])


@contextmanager
def progress_of(batch):
    """The `Progress` of a batch that is committed already."""
    own = connection.copy()
    try:
        yield Progress(batch, own)
    finally:
        own.close()
