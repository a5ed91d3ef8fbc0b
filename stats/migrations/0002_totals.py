"""The totals that PostgreSQL keeps itself: counted again, for a département and a month, whenever their figures change.

Counted again rather than corrected: whatever wrote the figures (COPY, SQL, an import taken back), the totals are the sums.
"""

from django.db import migrations

COUNT_AGAIN = """
CREATE FUNCTION stats_count_again(departements text[], months date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    regions text[];
    months_of_regions date[];
    every_month date[];
BEGIN
    IF departements IS NULL THEN
        RETURN;
    END IF;
    -- Two who write at once would each count without the other's rows.
    PERFORM pg_advisory_xact_lock(20200102);

    -- Sites
    DELETE FROM stats_monthlytotal AS total USING unnest(departements, months) AS changed (departement, month)
    WHERE total.parent = 'departement-' || changed.departement AND total.month = changed.month;

    INSERT INTO stats_monthlytotal
        (territory, parent, month, reporting, requests, completed, completed_of, respondents, very_satisfied)
    SELECT 'site-' || site.external_id, 'departement-' || changed.departement, changed.month,
        (activity.requests IS NOT NULL)::int, coalesce(activity.requests, 0), coalesce(activity.completed, 0),
        coalesce(activity.completed_of, 0), coalesce(opinion.respondents, 0), coalesce(opinion.very_satisfied, 0)
    FROM unnest(departements, months) AS changed (departement, month)
    JOIN territories_commune AS commune ON commune.departement_id = changed.departement
    JOIN sites_site AS site ON site.commune_id = commune.insee
    LEFT JOIN LATERAL (
        SELECT sum(requests) AS requests, sum(completed) AS completed,
            sum(requests) FILTER (WHERE completed IS NOT NULL) AS completed_of
        FROM stats_monthlyactivity WHERE site_id = site.id AND month = changed.month
    ) AS activity ON true
    LEFT JOIN stats_monthlysatisfaction AS opinion ON opinion.site_id = site.id AND opinion.month = changed.month
    WHERE activity.requests IS NOT NULL OR opinion.respondents IS NOT NULL;

    -- Départements
    DELETE FROM stats_monthlytotal AS total USING unnest(departements, months) AS changed (departement, month)
    WHERE total.territory = 'departement-' || changed.departement AND total.month = changed.month;
    DELETE FROM stats_monthlybydemarche AS mix USING unnest(departements, months) AS changed (departement, month)
    WHERE mix.territory = 'departement-' || changed.departement AND mix.month = changed.month;

    INSERT INTO stats_monthlytotal
        (territory, parent, month, reporting, requests, completed, completed_of, respondents, very_satisfied)
    SELECT total.parent, coalesce('region-' || departement.region_id, 'france'), total.month,
        sum(reporting), sum(requests), sum(completed), sum(completed_of), sum(respondents), sum(very_satisfied)
    FROM unnest(departements, months) AS changed (departement, month)
    JOIN territories_departement AS departement ON departement.code = changed.departement
    JOIN stats_monthlytotal AS total
        ON total.parent = 'departement-' || changed.departement AND total.month = changed.month
    GROUP BY total.parent, departement.region_id, total.month;

    INSERT INTO stats_monthlybydemarche (territory, parent, month, partner_id, demarche_id, requests)
    SELECT 'departement-' || departement.code, coalesce('region-' || departement.region_id, 'france'), changed.month,
        activity.partner_id, activity.demarche_id, sum(activity.requests)
    FROM unnest(departements, months) AS changed (departement, month)
    JOIN territories_departement AS departement ON departement.code = changed.departement
    JOIN territories_commune AS commune ON commune.departement_id = departement.code
    JOIN sites_site AS site ON site.commune_id = commune.insee
    CROSS JOIN LATERAL (
        SELECT partner_id, demarche_id, requests FROM stats_monthlyactivity
        WHERE site_id = site.id AND month = changed.month
    ) AS activity
    GROUP BY departement.code, departement.region_id, changed.month, activity.partner_id, activity.demarche_id;

    -- Régions
    SELECT array_agg(region_id), array_agg(month) INTO regions, months_of_regions
    FROM (
        SELECT DISTINCT region_id, month
        FROM unnest(departements, months) AS changed (departement, month)
        JOIN territories_departement ON code = changed.departement
        WHERE region_id IS NOT NULL
    ) AS concerned;

    DELETE FROM stats_monthlytotal AS total USING unnest(regions, months_of_regions) AS changed (region, month)
    WHERE total.territory = 'region-' || changed.region AND total.month = changed.month;
    DELETE FROM stats_monthlybydemarche AS mix USING unnest(regions, months_of_regions) AS changed (region, month)
    WHERE mix.territory = 'region-' || changed.region AND mix.month = changed.month;

    INSERT INTO stats_monthlytotal
        (territory, parent, month, reporting, requests, completed, completed_of, respondents, very_satisfied)
    SELECT 'region-' || changed.region, 'france', changed.month,
        sum(reporting), sum(requests), sum(completed), sum(completed_of), sum(respondents), sum(very_satisfied)
    FROM unnest(regions, months_of_regions) AS changed (region, month)
    JOIN territories_departement AS departement ON departement.region_id = changed.region
    JOIN stats_monthlytotal AS total
        ON total.territory = 'departement-' || departement.code AND total.month = changed.month
    GROUP BY changed.region, changed.month;

    INSERT INTO stats_monthlybydemarche (territory, parent, month, partner_id, demarche_id, requests)
    SELECT 'region-' || changed.region, 'france', changed.month, mix.partner_id, mix.demarche_id, sum(mix.requests)
    FROM unnest(regions, months_of_regions) AS changed (region, month)
    JOIN territories_departement AS departement ON departement.region_id = changed.region
    JOIN stats_monthlybydemarche AS mix
        ON mix.territory = 'departement-' || departement.code AND mix.month = changed.month
    GROUP BY changed.region, changed.month, mix.partner_id, mix.demarche_id;

    -- France: its régions, and the collectivities of no région
    SELECT array_agg(DISTINCT month) INTO every_month FROM unnest(months) AS changed (month);

    DELETE FROM stats_monthlytotal WHERE territory = 'france' AND month = ANY (every_month);
    DELETE FROM stats_monthlybydemarche WHERE territory = 'france' AND month = ANY (every_month);

    INSERT INTO stats_monthlytotal
        (territory, parent, month, reporting, requests, completed, completed_of, respondents, very_satisfied)
    SELECT 'france', '', month,
        sum(reporting), sum(requests), sum(completed), sum(completed_of), sum(respondents), sum(very_satisfied)
    FROM stats_monthlytotal WHERE parent = 'france' AND month = ANY (every_month)
    GROUP BY month;

    INSERT INTO stats_monthlybydemarche (territory, parent, month, partner_id, demarche_id, requests)
    SELECT 'france', '', mix.month, mix.partner_id, mix.demarche_id, sum(mix.requests)
    FROM (
        SELECT 'region-' || code AS territory FROM territories_region
        UNION ALL
        SELECT 'departement-' || code FROM territories_departement WHERE region_id IS NULL
    ) AS part
    JOIN stats_monthlybydemarche AS mix ON mix.territory = part.territory AND mix.month = ANY (every_month)
    GROUP BY mix.month, mix.partner_id, mix.demarche_id;

    -- Partners: the démarches of each, at every level
    DELETE FROM stats_monthlybypartner AS mix
    USING (
        SELECT 'departement-' || departement AS territory, month
        FROM unnest(departements, months) AS changed (departement, month)
        UNION ALL
        SELECT 'region-' || region, month FROM unnest(regions, months_of_regions) AS changed (region, month)
        UNION ALL
        SELECT 'france', month FROM unnest(every_month) AS changed (month)
    ) AS changed
    WHERE mix.territory = changed.territory AND mix.month = changed.month;

    INSERT INTO stats_monthlybypartner (territory, parent, month, partner_id, requests)
    SELECT mix.territory, mix.parent, mix.month, mix.partner_id, sum(mix.requests)
    FROM (
        SELECT 'departement-' || departement AS territory, month
        FROM unnest(departements, months) AS changed (departement, month)
        UNION ALL
        SELECT 'region-' || region, month FROM unnest(regions, months_of_regions) AS changed (region, month)
        UNION ALL
        SELECT 'france', month FROM unnest(every_month) AS changed (month)
    ) AS changed
    JOIN stats_monthlybydemarche AS mix ON mix.territory = changed.territory AND mix.month = changed.month
    GROUP BY mix.territory, mix.parent, mix.month, mix.partner_id;
END
$$;

CREATE FUNCTION stats_figures_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    departements text[];
    months date[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(departement_id), array_agg(month) INTO departements, months FROM (
            SELECT DISTINCT departement_id, month FROM (SELECT DISTINCT site_id, month FROM new_rows) AS changed
            JOIN sites_site ON sites_site.id = site_id JOIN territories_commune ON insee = commune_id
        ) AS pairs;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(departement_id), array_agg(month) INTO departements, months FROM (
            SELECT DISTINCT departement_id, month FROM (SELECT DISTINCT site_id, month FROM old_rows) AS changed
            JOIN sites_site ON sites_site.id = site_id JOIN territories_commune ON insee = commune_id
        ) AS pairs;
    ELSE
        SELECT array_agg(departement_id), array_agg(month) INTO departements, months FROM (
            SELECT DISTINCT departement_id, month FROM (
                SELECT site_id, month FROM new_rows UNION SELECT site_id, month FROM old_rows
            ) AS changed
            JOIN sites_site ON sites_site.id = site_id JOIN territories_commune ON insee = commune_id
        ) AS pairs;
    END IF;
    PERFORM stats_count_again(departements, months);
    RETURN NULL;
END
$$;

CREATE FUNCTION stats_site_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    departements text[];
    months date[];
BEGIN
    SELECT array_agg(departement_id), array_agg(month) INTO departements, months FROM (
        SELECT DISTINCT commune.departement_id, reported.month
        FROM old_rows JOIN new_rows ON new_rows.id = old_rows.id
        JOIN territories_commune AS commune ON commune.insee IN (old_rows.commune_id, new_rows.commune_id)
        CROSS JOIN LATERAL (
            SELECT month FROM stats_monthlyactivity WHERE site_id = new_rows.id
            UNION
            SELECT month FROM stats_monthlysatisfaction WHERE site_id = new_rows.id
        ) AS reported
        WHERE (old_rows.commune_id, old_rows.external_id) IS DISTINCT FROM (new_rows.commune_id, new_rows.external_id)
    ) AS pairs;
    PERFORM stats_count_again(departements, months);
    RETURN NULL;
END
$$;
"""
TRIGGERS = """
CREATE TRIGGER stats_inserted AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION stats_figures_changed();
CREATE TRIGGER stats_updated AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION stats_figures_changed();
CREATE TRIGGER stats_deleted AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION stats_figures_changed();
"""
NO_TRIGGERS = """
DROP TRIGGER stats_inserted ON {table};
DROP TRIGGER stats_updated ON {table};
DROP TRIGGER stats_deleted ON {table};
"""
SITE_TRIGGER = """
CREATE TRIGGER stats_site_moved AFTER UPDATE ON sites_site
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION stats_site_moved();
"""
TABLES = ("stats_monthlyactivity", "stats_monthlysatisfaction")


class Migration(migrations.Migration):
    dependencies = [("stats", "0001_initial"), ("sites", "0010_demarche_theme")]

    operations = [
        migrations.RunSQL(
            COUNT_AGAIN,
            """
            DROP FUNCTION stats_count_again(text[], date[]);
            DROP FUNCTION stats_figures_changed();
            DROP FUNCTION stats_site_moved();
            """,
        ),
        *(migrations.RunSQL(TRIGGERS.format(table=table), NO_TRIGGERS.format(table=table)) for table in TABLES),
        migrations.RunSQL(SITE_TRIGGER, "DROP TRIGGER stats_site_moved ON sites_site;"),
    ]
