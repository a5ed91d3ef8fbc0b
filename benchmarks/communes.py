"""The pages of communes: server time and SQL queries over a sample, the same one at each run."""

import logging
import random
import statistics
import time

SAMPLE = 500
SEED = 34969


def pages_of_communes():
    """p50, p95 and the most queries of whole pages, from the request to the bytes, middleware included."""
    from django.db import connection, reset_queries
    from django.test import Client

    from franceservices.territories.models import Commune

    logging.getLogger("franceservices.requests").setLevel(logging.WARNING)  # a line a page would hide the figures
    communes = list(Commune.objects.current().exclude(location=None).order_by("insee").values_list("insee", "slug"))
    client, times, processor, queries = Client(), [], [], []
    for insee, slug in random.Random(SEED).sample(communes, min(SAMPLE, len(communes))):
        url = f"/communes/{insee}-{slug}/"
        began, worked = time.perf_counter(), time.process_time()
        response = client.get(url)
        times.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - worked) * 1000)
        assert response.status_code == 200, url
        if len(queries) < SAMPLE // 5:  # counting doubles the time of a page
            connection.force_debug_cursor = True
            reset_queries()
            client.get(url)
            queries.append(len(connection.queries))
            connection.force_debug_cursor = False
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=100)[94]
    print(
        f"page de commune             p50 {p50:6.2f} ms   p95 {p95:6.2f} ms   (p95 moins de 30 ms ; {len(times)} pages)"
    )
    print(f"  dont calcul en Python     p50 {statistics.median(processor):6.2f} ms   (ne dépend pas des voisins)")
    print(f"requêtes SQL par page       {max(queries):6d}      (8 au plus)")
