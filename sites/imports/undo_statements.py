"""The SQL that takes a list back, from the rows that triggers wrote: `undo` decides, and runs it.

Of each object that the list touched, `before` is its last row of history earlier than the list's, `after` the list's
own last one. Parameters: `contexts` (those of the list), `refused` (pks of the sites that stay as they are), `now`.
"""

from sites.models import Closure, ListProposal, Site, SitePartner, Stop, WeeklySlot

OF_THE_LIST = "pgh_context_id = ANY(%(contexts)s)"


def table(model):
    return model._meta.db_table


def history(model):
    return model.pgh_event_model._meta.db_table


def columns(model, *, but=()):
    return [field.column for field in model._meta.local_concrete_fields if field.column not in but]


def touched(model):
    """The CTEs `span` (id, first and last: numbers of the list's rows of an object), `before` and `after`.

    An object that was not there has no row `before`. DISTINCT ON, and not a LIMIT 1 for each object, for which
    PostgreSQL may read the whole history backwards.
    """
    return f"""
    WITH span AS MATERIALIZED (
        SELECT pgh_obj_id AS id, min(pgh_id) AS first, max(pgh_id) AS last
        FROM {history(model)} WHERE {OF_THE_LIST} GROUP BY pgh_obj_id
    ), earlier AS (
        SELECT DISTINCT ON (event.pgh_obj_id) event.*
        FROM span JOIN {history(model)} event ON event.pgh_obj_id = span.id AND event.pgh_id < span.first
        ORDER BY event.pgh_obj_id, event.pgh_id DESC
    ), before AS (
        SELECT * FROM earlier WHERE pgh_label <> 'delete'
    ), after AS (
        SELECT event.* FROM span JOIN {history(model)} event ON event.pgh_id = span.last
    )"""  # noqa: S608 (names are those of models)


def row(model, alias):
    return ", ".join(f'{alias}."{name}"' for name in columns(model))


def _names(model):
    return ", ".join(f'"{name}"' for name in columns(model))


def is_as_written(model):
    """An object is still, in each of its columns, what the list made of it."""
    return f"({row(model, 'today')}) IS NOT DISTINCT FROM ({row(model, 'after')})"


def _given_back(column):
    return (
        f'CASE WHEN before."{column}" IS DISTINCT FROM after."{column}" THEN before."{column}" ELSE site."{column}" END'
    )


# --- Sites -----------------------------------------------------------------------------------------

SITES_TOUCHED = f"""
    {touched(Site)}
    SELECT span.id, before.pgh_id, after.pgh_id, after.pgh_label = 'delete', before.status, after.status,
           NOT {is_as_written(Site)}, today.id IS NULL
    FROM span JOIN after USING (id) LEFT JOIN before USING (id) LEFT JOIN {table(Site)} today USING (id)
"""  # noqa: S608
# Nothing is ever deleted.
WITHDRAW_CREATED = f"""
    {touched(Site)}
    UPDATE {table(Site)} site SET status = 'withdrawn', closed_on = NULL, updated_at = %(now)s
    FROM after LEFT JOIN before USING (id)
    WHERE site.id = after.id AND before.id IS NULL AND site.id <> ALL(%(refused)s)
"""  # noqa: S608
# What the list did not write stays as it is today. Of a site that nobody changed since, that is the very row of before.
GIVE_BACK_CHANGED = f"""
    {touched(Site)}
    UPDATE {table(Site)} site
    SET {", ".join(f'"{name}" = {_given_back(name)}' for name in columns(Site, but=("id", "updated_at")))},
        updated_at = CASE WHEN site.updated_at = after.updated_at THEN before.updated_at ELSE %(now)s END
    FROM before JOIN after USING (id)
    WHERE site.id = before.id AND after.pgh_label = 'update' AND site.id <> ALL(%(refused)s)
"""  # noqa: S608

# --- Hours -----------------------------------------------------------------------------------------

# By what they say and not by their number: a day may have been changed, then changed again to what the list wrote.
DELETE_SLOTS = f"""
    DELETE FROM {table(WeeklySlot)} slot USING {history(WeeklySlot)} event
    WHERE event.{OF_THE_LIST} AND event.pgh_label = 'insert' AND slot.site_id <> ALL(%(refused)s)
      AND (slot.site_id, slot.weekday, slot.opens, slot.closes, slot.weeks, slot.mode)
        = (event.site_id, event.weekday, event.opens, event.closes, event.weeks, event.mode)
      AND (slot.valid_from, slot.valid_until) IS NOT DISTINCT FROM (event.valid_from, event.valid_until)
"""  # noqa: S608
INSERT_SLOTS = f"""
    INSERT INTO {table(WeeklySlot)} ({_names(WeeklySlot)})
    SELECT {row(WeeklySlot, "event")}
    FROM {history(WeeklySlot)} event JOIN {table(Site)} site ON site.id = event.site_id
    WHERE event.{OF_THE_LIST} AND event.pgh_label = 'delete' AND event.site_id <> ALL(%(refused)s)
    ORDER BY event.id
"""  # noqa: S608

# --- What was deleted, inserted or updated as a whole -----------------------------------------------


def insert_deleted(model):
    """What the list deleted comes back, with its number, where nothing has taken its place."""
    return f"""
    {touched(model)}
    INSERT INTO {table(model)} ({_names(model)})
    SELECT {row(model, "before")} FROM before JOIN after USING (id)
    WHERE after.pgh_label = 'delete' {_of_sites(model, "before")}
    ORDER BY before.id ON CONFLICT DO NOTHING
"""  # noqa: S608


def update_updated(model):
    """What the list updated, and nobody since, is what it was."""
    return f"""
    {touched(model)}
    UPDATE {table(model)} today SET {", ".join(f'"{name}" = before."{name}"' for name in columns(model, but=("id",)))}
    FROM before JOIN after USING (id)
    WHERE today.id = before.id AND after.pgh_label = 'update' AND {is_as_written(model)} {_of_sites(model, "today")}
"""  # noqa: S608


def delete_inserted(model):
    """What the list inserted, and nobody changed since, goes."""
    return f"""
    {touched(model)}
    DELETE FROM {table(model)} today
    USING after LEFT JOIN before USING (id)
    WHERE today.id = after.id AND before.id IS NULL AND {is_as_written(model)} {_of_sites(model, "today")}
"""  # noqa: S608


def _of_sites(model, alias):
    if model is Site:
        return ""
    exists = f"EXISTS (SELECT FROM {table(Site)} site WHERE site.id = {alias}.site_id)"
    return f"AND {alias}.site_id <> ALL(%(refused)s) AND {exists}"


SITES = (WITHDRAW_CREATED, GIVE_BACK_CHANGED)
HOURS = (DELETE_SLOTS, INSERT_SLOTS)
# The fictitious sites that gave way, before their hours; then what else hung on them, or pointed at them.
DEMONSTRATION = insert_deleted(Site)
OF_DEMONSTRATION = (*(insert_deleted(model) for model in (Stop, Closure, SitePartner)), update_updated(Closure))
PROPOSALS = (delete_inserted(ListProposal), update_updated(ListProposal), insert_deleted(ListProposal))

# --- What was edited since -------------------------------------------------------------------------

HOURS_SPAN = f"SELECT min(pgh_id), max(pgh_id) FROM {history(WeeklySlot)} WHERE {OF_THE_LIST}"  # noqa: S608
HOURS_SINCE = f"SELECT DISTINCT site_id FROM {history(WeeklySlot)} WHERE pgh_id > %(last)s"  # noqa: S608
# All that happened to a new site and is not the list's came after it.
CREATED_SINCE = f"""
    WITH created AS MATERIALIZED (
        SELECT DISTINCT pgh_obj_id AS site_id FROM {history(Site)} WHERE {OF_THE_LIST} AND pgh_label = 'insert'
    ), others AS MATERIALIZED (
        {
    " UNION ".join(
        f"SELECT site_id FROM {history(model)} WHERE pgh_context_id IS NULL OR pgh_context_id <> ALL(%(contexts)s)"
        for model in (WeeklySlot, Closure, Stop, SitePartner)
    )
}
    )
    SELECT site_id FROM created JOIN others USING (site_id)
"""  # noqa: S608
# Fictitious and real sites are never shown together.
REAL_SITES_STAY = f"""
    SELECT EXISTS (
        SELECT FROM {history(Site)} event JOIN {table(Site)} site ON site.id = event.pgh_obj_id
        WHERE event.pgh_label = 'insert' AND NOT site.is_demo AND site.status = 'active'
          AND event.pgh_id >= (SELECT min(pgh_id) FROM {history(Site)} WHERE {OF_THE_LIST})
          AND (site.id = ANY(%(refused)s) OR event.pgh_context_id IS NULL OR event.pgh_context_id <> ALL(%(contexts)s))
    )
"""  # noqa: S608
PROPOSALS_TOUCHED = f"""
    {touched(ListProposal)}
    SELECT count(*) FILTER (WHERE as_written), count(*) FILTER (WHERE NOT as_written) FROM (
        SELECT CASE after.pgh_label WHEN 'delete' THEN today.id IS NULL ELSE today.id IS NOT NULL
               AND {is_as_written(ListProposal)} END AS as_written
        FROM after JOIN {table(Site)} site ON site.id = after.site_id
        LEFT JOIN {table(ListProposal)} today ON today.id = after.id
        WHERE after.site_id <> ALL(%(refused)s)
    ) proposal
"""  # noqa: S608
