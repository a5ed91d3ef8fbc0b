"""How changes are kept: a row of history for each, written by triggers that catch COPY and SQL too."""

import pghistory


def tracked(model):
    """Give a model its history, which nobody can rewrite."""
    events = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
    return pghistory.track(*events, append_only=True)(model)
