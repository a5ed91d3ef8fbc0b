"""How changes are kept: a row of history for each, written by triggers that catch COPY and SQL too."""

import pghistory


def tracked(model):
    """Give a model its history, which nobody can rewrite.

    One trigger a statement, not one a row: a list of 100,000 sites writes a million rows in a few statements.
    """
    events = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
    return pghistory.track(*events, append_only=True, level=pghistory.Statement)(model)
