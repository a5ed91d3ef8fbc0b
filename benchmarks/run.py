"""`make bench`: what a search costs, on the official list when it is at hand, else on demonstration data.

Machines are noisy: what is compared is measured in turns within one run, and told as a ratio of medians.
"""

import os
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
OFFICIAL_LIST = Path(os.environ.get("OFFICIAL_LIST", ROOT.parent / "shared" / "data" / "liste-fs-20240801.csv"))
SEARCHES = 300
# What a search costs depends on the hour: when nobody is open, it looks 50 km around for who is.
HOURS = {"de jour": datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "de nuit": datetime(2026, 11, 24, 21, 0, tzinfo=UTC)}


def main():
    from benchmarks.database import bench_database

    with bench_database(OFFICIAL_LIST if OFFICIAL_LIST.exists() else None):
        from benchmarks import activity, communes, coverage, figures, lighthouse, lists, pages, phone
        from tests.geocoder_stand_in import running

        pages.collect_static()
        alone = {"activity": activity.many_figures, "figures": figures.dashboards, "coverage": coverage.coverage}
        if asked := [name for name in alone if name in sys.argv[1:]]:
            for name in asked:
                alone[name]()
            return
        for hour, moment in HOURS.items():
            with patch("django.utils.timezone.now", lambda moment=moment: moment):
                search_against_raw_sql(hour)
        communes.pages_of_communes()
        with running() as geocoder:
            os.environ["GEOCODER_URL"] = geocoder.url
            with pages.server() as address:
                pages.throughput(address)
                pages.weight(address)
                phone.first_result(address)
                lighthouse.scores(address)
        activity.many_figures()
        figures.dashboards()
        coverage.coverage()
        lists.long_list()


def search_against_raw_sql(hour):
    """The whole view (typed commune to rendered page) beside the bare SQL of its nearest query."""
    from django.db import connection, reset_queries
    from django.test import RequestFactory

    from franceservices.territories import places
    from sites import views
    from sites.models import Site

    names = typed_communes(SEARCHES)
    raw, view, queries = [], [], []
    for name in names[:20] + names:  # the first 20 warm the caches up
        request = RequestFactory().get("/recherche/", {"q": name})
        place = places.find(name)
        sites = Site.objects.open_to_public().within(place.point, 10).ordered_from(place.point)
        sql, params = sites.with_commune().with_hours()[:20].query.sql_with_params()
        raw.append(timed(lambda sql=sql, params=params: fetch(connection, sql, params)))
        view.append(timed(lambda request=request: views.search(request)))
        connection.force_debug_cursor = True
        reset_queries()
        views.search(request)
        queries.append(len(connection.queries))
        connection.force_debug_cursor = False
    raw, view = raw[20:], view[20:]
    p50_raw, p50_view = statistics.median(raw), statistics.median(view)
    print(f"recherche {hour}, la vue   p50 {p50_view:6.2f} ms   p95 {percentile(view, 95):6.2f} ms")
    print(f"même requête, SQL brut      p50 {p50_raw:6.2f} ms   p95 {percentile(raw, 95):6.2f} ms")
    print(f"rapport des p50             {p50_view / p50_raw:6.2f}      (8 au plus)")
    print(f"requêtes SQL par recherche  {max(queries):6d}      (8 au plus)")


def typed_communes(count):
    """Communes as people type them, the same ones at each run, spread over the country."""
    from franceservices.territories.models import Commune

    communes = Commune.objects.current().exclude(location=None).filter(population__gte=200).order_by("insee")
    step = communes.count() // count
    return [f"{name} ({departement})" for name, departement in communes.values_list("name", "departement")[::step]][
        :count
    ]


def fetch(connection, sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def timed(action):
    """How long `action` takes, in ms."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def percentile(values, rank):
    return statistics.quantiles(values, n=100)[rank - 1]


if __name__ == "__main__":
    sys.exit(main())
