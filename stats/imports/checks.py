"""What comparing figures with the directory, with each other and with those of before tells. In SQL, a query a rule.

The figures are in the temporary tables `staged` (see `staging`) and `changed`: those that are not as they were kept.
"""

from datetime import date
from functools import partial

from stats.imports.remarks import KEPT_OF_A_KIND, Remark
from stats.months import LAUNCH, from_code, in_french, month_of

# A site's month is told when it is over the floor and more than so many times the site's usual month.
JUMP_TIMES, JUMP_FLOOR = 10, 200

# Each query gives code, line, place, value, about (texts); the first of each kind are kept, all are counted.
FIRST_OF_EACH = """
SELECT code, line, place, value, about, total FROM (
    SELECT *, count(*) OVER (PARTITION BY code) AS total,
        row_number() OVER (PARTITION BY code ORDER BY line, place) AS rank
    FROM ({query}) AS found
) AS ranked
WHERE rank <= {kept} ORDER BY line, place
"""
# The month of the label and that of the closing are a site's own: it was open for a part of them.
MISPLACED = """
SELECT * FROM (
    SELECT CASE
            WHEN month > %(this_month)s THEN 'future_month'
            WHEN month < %(launch)s THEN 'before_launch'
            WHEN month < date_trunc('month', site.labelled_on) THEN 'before_label'
            WHEN month > date_trunc('month', site.closed_on) THEN 'after_closing'
        END AS code,
        line, coalesce(%(month_place)s, place) AS place, to_char(month, 'YYYY-MM') AS value,
        CASE WHEN month < date_trunc('month', site.labelled_on) THEN site.labelled_on ELSE site.closed_on END::text
            AS about
    FROM staged JOIN sites_site AS site ON site.id = staged.site_id
) AS misplaced
WHERE code IS NOT NULL
"""
DUPLICATES = """
WITH twice AS MATERIALIZED (
    SELECT {keys}, min(line) AS first_line FROM staged GROUP BY {keys} HAVING count(*) > 1
)
SELECT 'duplicate' AS code, one.line, one.place, one.amount::text AS value, first_line::text AS about
FROM staged AS one JOIN twice AS other ON {same}
WHERE one.line <> first_line
"""
TOO_BIG_A_PART = """
SELECT %(code)s AS code, line, coalesce(%(part_place)s, place) AS place, part::text AS value,
    CASE WHEN part_is_kept THEN 'kept' ELSE '' END AS about
FROM changed WHERE part > amount
"""
JUMPS = """
WITH delta AS (
    SELECT site_id, month, sum(amount - coalesce(kept_amount, 0)) AS requests FROM changed GROUP BY site_id, month
), around AS (
    SELECT min(month) - interval '12 months' AS first, max(month) + interval '12 months' AS last FROM delta
), recorded AS (
    SELECT site.id AS site_id, total.month, total.requests
    FROM around JOIN stats_monthlytotal AS total ON total.month BETWEEN around.first AND around.last
    JOIN sites_site AS site ON total.territory = 'site-' || site.external_id
    WHERE total.reporting > 0 AND site.id IN (SELECT site_id FROM delta)
), series AS (
    SELECT site_id, month, sum(requests) AS requests
    FROM (SELECT * FROM recorded UNION ALL SELECT * FROM delta) AS both_of_them GROUP BY site_id, month
), usual AS (
    SELECT site_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY requests) AS requests FROM series GROUP BY site_id
), jumps AS MATERIALIZED (
    SELECT site_id, month, series.requests, usual.requests AS usual
    FROM delta JOIN series USING (site_id, month) JOIN usual USING (site_id)
    WHERE delta.requests > 0 AND series.requests > %(times)s * usual.requests AND series.requests > %(floor)s
)
SELECT 'jump' AS code, line, place, requests::text AS value, usual::text AS about FROM (
    SELECT DISTINCT ON (site_id, month) line, place, jumps.requests, usual
    FROM jumps JOIN changed USING (site_id, month) ORDER BY site_id, month, amount DESC, line, place
) AS largest
"""
# A partner's requests are those of its démarches and those that name none: told once as a whole and once in detail, by
# two files, they would count twice.
ADDED_UP = """
SELECT 'added_up' AS code, one.line, one.place, one.amount::text AS value, sum(other.requests)::text AS about
FROM changed AS one
JOIN stats_monthlyactivity AS other USING (site_id, month, partner_id)
LEFT JOIN staged AS again ON again.site_id = other.site_id AND again.month = other.month
    AND again.partner_id = other.partner_id AND coalesce(again.demarche_id, '') = coalesce(other.demarche_id, '')
WHERE one.kept_id IS NULL AND (one.demarche_id IS NULL) <> (other.demarche_id IS NULL) AND again.line IS NULL
GROUP BY one.line, one.place, one.amount
"""


def check_staged(cursor, figures, shape, today, remarks):
    """Add to `remarks` what is wrong with the figures of the file, whatever was kept before."""
    this_month = month_of(today)
    given = {"this_month": this_month, "launch": LAUNCH, "month_place": shape.at.get(shape.month)}
    _add(cursor, remarks, MISPLACED, given, partial(_why_misplaced, this_month))
    duplicates = DUPLICATES.format(**figures.names)
    _add(cursor, remarks, duplicates, {}, lambda code, value, line: f"Ce chiffre est déjà à la ligne {line}.")


def check_changed(cursor, figures, shape, remarks):
    """Add to `remarks` what is wrong, or worth a look, once the file's figures are beside those that are kept."""
    code = "too_many_completed" if figures.part == "completed" else "too_many_satisfied"
    given = {"code": code, "part_place": shape.at.get(shape.part)}
    _add(cursor, remarks, TOO_BIG_A_PART, given, _why_too_big_a_part)
    if figures.part == "completed":
        _add(cursor, remarks, JUMPS, {"times": JUMP_TIMES, "floor": JUMP_FLOOR}, _why_a_jump)
        _add(cursor, remarks, ADDED_UP, {}, _why_added_up)


def _add(cursor, remarks, query, given, message):
    cursor.execute(FIRST_OF_EACH.format(query=query, kept=KEPT_OF_A_KIND), given)
    by_code: dict[str, tuple[int, list[Remark]]] = {}
    for code, line, place, value, about, total in cursor.fetchall():
        _, kept = by_code.setdefault(code, (total, []))
        kept.append(Remark(code, line, place, value, message(code, value, about)))
    for code, (total, kept) in by_code.items():
        remarks.add_found(code, total, kept)


def _why_misplaced(this_month, code, value, about):
    month = in_french(from_code(value)).capitalize()
    if code == "future_month":
        return f"{month} est à venir : les chiffres vont jusqu'à {in_french(this_month)}."
    if code == "before_launch":
        return f"{month} est avant le lancement de France services, en {in_french(LAUNCH)}."
    day = f"{date.fromisoformat(about):%d/%m/%Y}"
    if code == "before_label":
        return f"{month} est avant la labellisation du site, le {day}."
    return f"{month} est après la fermeture du site, le {day}."


def _why_too_big_a_part(code, value, about):
    if code == "too_many_satisfied":
        return "Il y a plus de très satisfaits que de répondants."
    if about:
        return f"{value} finalisées sont enregistrées, plus que ces demandes : dites aussi les finalisées."
    return "Il y a plus de démarches finalisées que de demandes."


def _why_a_jump(code, value, about):
    return f"Ce site aurait {value} demandes ce mois-là, contre {about} d'habitude : vérifiez ce chiffre."


def _why_added_up(code, value, about):
    return (
        f"Ces demandes s'ajouteraient aux {about} déjà enregistrées pour ce site, ce mois et ce partenaire, en un "
        "total ou démarche par démarche : si ce sont les mêmes, annulez d'abord l'autre import."
    )
