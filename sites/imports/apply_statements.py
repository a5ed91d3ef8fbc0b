"""The SQL that writes a list from its rows (`models.ImportRow`): `apply` runs it.

Parameters: `batch`, `first` and `last` (numbers of rows), `is_demo`, `now`.
"""

TEXTS = ("name", "kind", "format", "network", "address", "address_extra", "phone", "email", "appointment", "note")
# Columns of a site, and what a row says of each: NULL where it says nothing.
SAID = {name: f"said.after->>'{name}'" for name in TEXTS} | {
    "slug": "nullif(said.slug, '')",
    "commune_id": "said.after->'commune'->>0",
    "postal_code": "said.after->'commune'->>1",
    "location": "ST_SetSRID(ST_MakePoint((said.after->'location'->>0)::float8, (said.after->'location'->>1)::float8), "
    "4326)::geography",
    "labelled_on": "(said.after->>'labelled_on')::date",
    "status": "said.after->>'status'",
}
OF_THE_ROWS = "said.batch_id = %(batch)s AND said.id BETWEEN %(first)s AND %(last)s"
# Texts that a new site lacks are empty, never unknown.
CREATED = SAID | {name: f"coalesce({SAID[name]}, '')" for name in TEXTS} | {"status": "'active'"}
CREATE_SITES = f"""
    INSERT INTO sites_site (external_id, is_demo, website, updated_at, {", ".join(CREATED)})
    SELECT said.external_id, %(is_demo)s, '', %(now)s, {", ".join(CREATED.values())}
    FROM sites_importrow said WHERE {OF_THE_ROWS} AND said.action = 'create' ORDER BY said.id
"""  # noqa: S608 (names and expressions are those above)
# What was an antenne, and is a principal now, depends no more on the one that the prefecture chose for it.
UPDATE_SITES = f"""
    UPDATE sites_site site
    SET {", ".join(f"{name} = coalesce({value}, site.{name})" for name, value in SAID.items())},
        closed_on = CASE WHEN said.after ? 'closed_on' THEN (said.after->>'closed_on')::date ELSE site.closed_on END,
        parent_id = CASE WHEN said.after->>'kind' = 'principal' THEN NULL ELSE site.parent_id END,
        updated_at = %(now)s
    FROM sites_importrow said
    WHERE {OF_THE_ROWS} AND said.action IN ('update', 'reopen', 'close') AND site.id = said.site_id
"""  # noqa: S608
SLOTS_SAID = f"""
    SELECT site.id AS site_id, split_part(day.key, '.', 2)::smallint AS weekday,
           (slot->>0)::time AS opens, (slot->>1)::time AS closes
    FROM sites_importrow said
    JOIN sites_site site ON site.external_id = said.external_id
    CROSS JOIN LATERAL jsonb_each(said.after) day
    CROSS JOIN LATERAL jsonb_array_elements(day.value) slot
    WHERE {OF_THE_ROWS} AND said.action IN ('create', 'update', 'reopen') AND day.key LIKE 'hours.%%'
"""  # noqa: S608
EVERY_WEEK = "slot.weeks = 'all' AND slot.mode = 'open' AND slot.valid_from IS NULL AND slot.valid_until IS NULL"
# Only the slots that differ are deleted and inserted, so that the history stays readable. Each is looked for in its own
# row: among those of all the rows, PostgreSQL compared each with each (minutes for 5,000 sites instead of 0.3 s).
DELETE_SLOTS = f"""
    DELETE FROM sites_weeklyslot slot
    USING sites_importrow said
    WHERE {OF_THE_ROWS} AND said.action IN ('update', 'reopen') AND slot.site_id = said.site_id
      AND said.after ? ('hours.' || slot.weekday)
      AND NOT ({EVERY_WEEK} AND EXISTS (
          SELECT FROM jsonb_array_elements(said.after->('hours.' || slot.weekday)) wanted
          WHERE ((wanted->>0)::time, (wanted->>1)::time) = (slot.opens, slot.closes)
      ))
"""  # noqa: S608
INSERT_SLOTS = f"""
    INSERT INTO sites_weeklyslot (site_id, weekday, opens, closes)
    SELECT * FROM ({SLOTS_SAID}) said
    WHERE NOT EXISTS (
        SELECT FROM sites_weeklyslot slot
        WHERE (slot.site_id, slot.weekday, slot.opens, slot.closes)
            = (said.site_id, said.weekday, said.opens, said.closes)
          AND {EVERY_WEEK}
    )
    ORDER BY site_id, weekday, opens
"""  # noqa: S608
PROPOSALS_SAID = f"""
    SELECT said.site_id, held.key AS field, held.value->1 AS value
    FROM sites_importrow said CROSS JOIN LATERAL jsonb_each(said.held) held
    WHERE {OF_THE_ROWS} AND said.action <> 'error'
"""  # noqa: S608
DELETE_PROPOSALS = f"""
    DELETE FROM sites_listproposal proposal USING ({PROPOSALS_SAID}) said
    WHERE (proposal.site_id, proposal.field) = (said.site_id, said.field) AND said.value = 'null'
"""  # noqa: S608
# A proposal that says something new is to be decided again, even where the one before was dismissed.
INSERT_PROPOSALS = f"""
    INSERT INTO sites_listproposal AS proposal (site_id, field, value, batch_id, proposed_at)
    SELECT site_id, field, value, %(batch)s, %(now)s FROM ({PROPOSALS_SAID}) said WHERE value <> 'null'
    ON CONFLICT (site_id, field) DO UPDATE
    SET value = excluded.value, batch_id = excluded.batch_id, proposed_at = excluded.proposed_at,
        dismissed_at = NULL, dismissed_by_id = NULL
    WHERE proposal.value <> excluded.value
"""  # noqa: S608

SITES = (CREATE_SITES, UPDATE_SITES, DELETE_SLOTS, INSERT_SLOTS)
PROPOSALS = (DELETE_PROPOSALS, INSERT_PROPOSALS)
