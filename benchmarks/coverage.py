"""How far everyone is from a site: the time of computing it for the whole of France, and of the pages that tell it."""

import logging
import statistics

COMPUTED = 3
ASKED = 100
BOUND_S = 20


def coverage():
    from stats.coverage.compute import compute

    print("\nProximité des sites")
    seconds = [compute().seconds for _ in range(COMPUTED)]
    done = compute()
    print(f"  calcul      {statistics.median(seconds):6.1f} s pour {done.communes} communes   ({BOUND_S} s au plus)")
    print(f"  habitants à 30 minutes au plus : {done.share_within_30_min:.1%}")
    pages()


def pages():
    """p50, p95 and the most queries of whole pages, asked of gunicorn, from the request to the last byte."""
    from django.db.models import Count

    from benchmarks.figures import measure
    from benchmarks.pages import server
    from franceservices.territories.models import Commune, Departement, Region
    from stats import territory
    from stats.coverage.proximity import address
    from stats.models import CommuneAccess

    regions = [territory.of_region(one) for one in Region.objects.all()]
    departements = [territory.of_departement(one) for one in Departement.objects.all()]
    communes = Commune.objects.current().filter(population__gt=0).exclude(location=None).order_by("insee")
    sites = CommuneAccess.objects.values("site__external_id").annotate(count=Count("pk")).order_by("-count")
    asked = "/statistiques/et-si/"
    kinds = {
        "France": [address(territory.FRANCE)],
        "région": [address(one) for one in regions],
        "département": [address(one) for one in departements],
        "ouverture": [f"{asked}?insee={insee}" for insee in _spread(communes.values_list("pk", flat=True))],
        "fermeture": [f"{asked}?fermeture={one['site__external_id']}" for one in sites[:ASKED]],
    }
    logging.getLogger("franceservices.requests").setLevel(logging.WARNING)  # a line a page would hide the figures
    with server() as address_of_server:
        for kind, addresses in kinds.items():
            measure(address_of_server, kind, addresses)


def _spread(values):
    """ASKED of them, spread over the whole, the same ones at each run."""
    return list(values[:: max(1, len(values) // ASKED)])[:ASKED]
