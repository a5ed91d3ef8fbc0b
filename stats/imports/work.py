"""The work on a file of monthly figures: what it would change, and writing it. All or nothing.

Nothing here decides when: `manage.py import_activity` and the pages' worker do. A `progress` has `stage(words, total)`
and `done(count)`, as `sites.imports.progress.Progress`; None tells nobody.
"""


class CannotWrite(Exception):
    """Nothing was written. The message is a French sentence."""


class ChangedSince(CannotWrite):
    """The file would no longer do what its analysis showed: another import came between. Analyse it again."""


class HasErrors(CannotWrite):
    """The file has errors: it is to be corrected and sent again."""


def analyse(batch, data, today, progress=None):
    """Find what the bytes of a file would change, and write nothing of it. `batch` is an `ActivityImport`, saved.

    Fills `batch.subject`, `counts` ({rows, written, unchanged, errors, warnings}: rows of the file, then figures, then
    remarks, all of them), `totals` ([["2024-01", partner's code or None, before, after], …], none when there are
    errors), its `ActivityIssue`s (the first 1,000 of a kind, those of an earlier analysis being forgotten),
    `analysed_at`, and saves it as READY; or as REFUSED, with a French `message`, when the file cannot be read at all.
    `today` is a date.
    """
    raise NotImplementedError


def write(batch, data, user, today, progress=None):
    """Write the figures of a batch that `analyse` left READY (or that is CONFIRMED since), and save it as APPLIED.

    One transaction, under the lock that the totals' triggers take. `user` may be None (a command). The file is read and
    checked again: raises `HasErrors`, or `ChangedSince` when its counts or totals are no longer those of the analysis;
    the batch is then as it was.
    """
    raise NotImplementedError
