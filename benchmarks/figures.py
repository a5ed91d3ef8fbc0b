"""The pages of figures, with six million rows of activity: time and SQL queries of each kind of dashboard.

Run by itself (`make bench ARGS=figures`), it measures nothing else.
"""

import logging
import random
import statistics
import time
from http.client import HTTPConnection

from benchmarks.pages import server

SEED = 1_982_080
FIRST, MONTHS, ROWS_A_MONTH = "2020-01-01", 75, 28  # for each site: 6 million for the 2 845 of the national list
AT = "2026-04-01"  # the day after the last month
SAMPLE = 100  # pages of a kind, the same ones again when there are fewer
WARM = 20  # pages first, that are not counted: a worker's first ones read its templates
BOUND = "p95 moins de 60 ms, 12 requêtes au plus"
ACTIVITY = """
    INSERT INTO stats_monthlyactivity (site_id, month, partner_id, demarche_id, requests, completed, batch_id)
    SELECT site, month, partner_id, slug, requests, CASE WHEN requests %% 20 > 0 THEN requests * 4 / 5 END, %(batch)s
    FROM (
        SELECT site.id AS site, month, partner_id, said.slug,
            abs(hashint4((site.id * 977 + row_number * 31 + extract(epoch FROM month)::int / 86400)::int) %% 40)
                AS requests
        FROM sites_site AS site
        CROSS JOIN (
            SELECT month::date FROM generate_series(%(first)s::date, %(last)s::date, '1 month') AS month
        ) AS months
        CROSS JOIN (
            SELECT *, row_number() OVER (ORDER BY slug NULLS FIRST, partner_id) FROM (
                SELECT code AS partner_id, NULL AS slug FROM sites_partner WHERE is_national
                UNION ALL
                SELECT partner_id, slug FROM sites_demarche WHERE partner_id IS NOT NULL
            ) AS said
            ORDER BY row_number LIMIT %(rows)s
        ) AS said
        ORDER BY site, month, partner_id, slug
    ) AS told
"""
SATISFACTION = """
    INSERT INTO stats_monthlysatisfaction (site_id, month, respondents, very_satisfied, batch_id)
    SELECT site.id, month::date, 3 + site.id %% 20, 3 + site.id %% 20 - site.id %% 3, %(batch)s
    FROM sites_site AS site CROSS JOIN generate_series(%(first)s::date, %(last)s::date, '1 month') AS month
"""
COUNT_AGAIN = """
    SELECT stats_count_again(array_agg(departement), array_agg(month)) FROM (
        SELECT code AS departement, month::date
        FROM territories_departement CROSS JOIN generate_series(%(first)s::date, %(last)s::date, '1 month') AS month
    ) AS pairs
"""
TABLES = ("activity", "satisfaction", "total", "bypartner", "bydemarche")


def dashboards():
    """p50, p95 and the most queries of whole pages, asked of gunicorn, from the request to the last byte."""
    print(f"\nTableaux de bord ({BOUND})")
    make_activity()
    logging.getLogger("franceservices.requests").setLevel(logging.WARNING)  # a line a page would hide the figures
    with server() as address:
        for kind, addresses in pages().items():
            measure(address, kind, addresses)


def make_activity():
    """Fill the tables of figures, whatever they held: the rows without the triggers, then the totals by quarter."""
    from django.db import connection
    from django.utils import timezone

    from stats import suppression
    from stats.models import ActivityImport, MonthlyActivity
    from stats.months import from_code, months_later

    began = time.perf_counter()
    now, first = timezone.now(), from_code(FIRST[:7])
    status = ActivityImport.Status.APPLIED
    batch = ActivityImport.objects.create(file_name="mesure.csv", sha256="0" * 64, status=status, applied_at=now)
    chunks = [{"first": months_later(first, at), "last": months_later(first, at + 2)} for at in range(0, MONTHS, 3)]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'stats_monthly{table}' for table in TABLES)}")
        cursor.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        every = {"first": first, "last": months_later(first, MONTHS - 1), "batch": batch.pk, "rows": ROWS_A_MONTH}
        cursor.execute(ACTIVITY, every)
        cursor.execute(SATISFACTION, every)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE stats_monthlyactivity, stats_monthlysatisfaction")
        written = time.perf_counter()
        for chunk in chunks:
            cursor.execute(COUNT_AGAIN, chunk)
        counted = time.perf_counter()
        cursor.execute(f"ANALYZE {', '.join(f'stats_monthly{table}' for table in TABLES)}")
    print(f"  {MonthlyActivity.objects.count()} lignes écrites en {written - began:.0f} s")
    print(f"  totaux comptés en {counted - written:.0f} s")
    began = time.perf_counter()
    suppression.settle()
    print(f"  petits nombres masqués en {time.perf_counter() - began:.0f} s")
    settled_down()


def settled_down():
    """What PostgreSQL does by itself in the minutes that follow, done now: it is not what a page costs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(f'stats_monthly{table}' for table in TABLES)}")
        cursor.execute("CHECKPOINT")


def pages():
    """{kind: addresses}, a sample of the sites, the same one at each run."""
    from franceservices.territories.models import Departement, Region
    from sites.models import Site
    from stats import territory

    sites = list(Site.objects.open_to_public().select_related("commune").order_by("pk"))
    chosen = random.Random(SEED).sample(sites, min(SAMPLE, len(sites)))
    departements = Departement.objects.filter(region__isnull=False)
    kinds = {
        "France": [territory.FRANCE],
        "région": [territory.of_region(one) for one in Region.objects.all()],
        "département": [territory.of_departement(one) for one in departements],
        "site": [territory.of_site(one) for one in chosen],
    }
    return {kind: [f"{one.get_absolute_url()}?au={AT}" for one in each] for kind, each in kinds.items()}


def measure(address, kind, pages):
    connection, times = HTTPConnection(address, timeout=30), []
    for page in pages[:WARM]:
        timed(connection, page)
    while len(times) < SAMPLE:
        times += [timed(connection, page) for page in pages]
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=100)[94]
    told = f"p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   {most_queries(pages):3d} requêtes SQL au plus"
    print(f"  {kind:12} {told}   ({len(times)} pages)")


def timed(connection, page):
    """Milliseconds."""
    began = time.perf_counter()
    connection.request("GET", page, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    response.read()
    assert response.status == 200, page
    return (time.perf_counter() - began) * 1000


def most_queries(pages):
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, queries = Client(), []
    for page in pages:
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        queries.append(len(captured))
    return max(queries)
