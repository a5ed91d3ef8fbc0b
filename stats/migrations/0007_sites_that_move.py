"""A site that changes commune within its département changes no total: nothing is counted again, nor hidden meanwhile."""

from django.db import migrations

MOVED = """
CREATE OR REPLACE FUNCTION stats_site_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved bigint[];
    departements text[];
    months date[];
BEGIN
    SELECT array_agg(new_rows.id) INTO moved
    FROM old_rows JOIN new_rows ON new_rows.id = old_rows.id
    JOIN territories_commune AS before ON before.insee = old_rows.commune_id
    JOIN territories_commune AS after ON after.insee = new_rows.commune_id
    WHERE (old_rows.commune_id, old_rows.external_id) IS DISTINCT FROM (new_rows.commune_id, new_rows.external_id)
        AND (before.departement_id, old_rows.external_id) IS DISTINCT FROM (after.departement_id, new_rows.external_id);
    IF moved IS NULL THEN
        RETURN NULL;
    END IF;
    -- Before looking for their months: who writes figures of theirs just now has not committed them yet.
    PERFORM pg_advisory_xact_lock(20200102);
    SELECT array_agg(departement_id), array_agg(month) INTO departements, months FROM (
        SELECT DISTINCT commune.departement_id, reported.month
        FROM old_rows JOIN new_rows ON new_rows.id = old_rows.id
        JOIN territories_commune AS commune ON commune.insee IN (old_rows.commune_id, new_rows.commune_id)
        CROSS JOIN LATERAL (
            SELECT month FROM stats_monthlyactivity WHERE site_id = new_rows.id
            UNION
            SELECT month FROM stats_monthlysatisfaction WHERE site_id = new_rows.id
        ) AS reported
        WHERE new_rows.id = ANY (moved)
    ) AS pairs;
    PERFORM stats_count_again(departements, months);
    RETURN NULL;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("stats", "0006_access_source")]

    # The former function counts the same totals, more often: there is nothing to put back.
    operations = [migrations.RunSQL(MOVED, migrations.RunSQL.noop)]
