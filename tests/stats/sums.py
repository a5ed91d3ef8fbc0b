"""What the totals must be: the sums of the raw figures, counted another way than the triggers do."""

from collections import Counter
from itertools import pairwise

from stats.models import MonthlyActivity, MonthlyByDemarche, MonthlyByPartner, MonthlySatisfaction, MonthlyTotal

COUNTS = ("reporting", "requests", "completed", "completed_of", "respondents", "very_satisfied")


def keys_of(site):
    """The territories that a site is a part of, and their parents: [(key, parent's key), …]."""
    departement = site.commune.departement
    above = f"region-{departement.region_id}" if departement.region_id else "france"
    chain = [f"site-{site.external_id}", f"departement-{departement.pk}", above, "france", ""]
    return [(key, parent) for key, parent in pairwise(chain) if key != parent]


def raw_sums():
    """({(territory, parent, month): {count: number}}, {… partner: requests}, {… partner, démarche: requests})."""
    totals, partners, demarches = {}, Counter(), Counter()
    reported = set()
    related = ("site__commune__departement",)
    for row in MonthlyActivity.objects.select_related(*related):
        for key, parent in keys_of(row.site):
            total = totals.setdefault((key, parent, row.month), Counter())
            total["requests"] += row.requests
            if row.completed is not None:
                total["completed"] += row.completed
                total["completed_of"] += row.requests
            if (key, row.site_id, row.month) not in reported:
                reported.add((key, row.site_id, row.month))
                total["reporting"] += 1
            if not key.startswith("site-"):
                partners[key, parent, row.month, row.partner_id] += row.requests
                demarches[key, parent, row.month, row.partner_id, row.demarche_id] += row.requests
    for row in MonthlySatisfaction.objects.select_related(*related):
        for key, parent in keys_of(row.site):
            total = totals.setdefault((key, parent, row.month), Counter())
            total["respondents"] += row.respondents
            total["very_satisfied"] += row.very_satisfied
    return {key: {name: total[name] for name in COUNTS} for key, total in totals.items()}, partners, demarches


def kept_sums():
    """The same, as the totals have them."""
    total_key, plain = ("territory", "parent", "month"), (MonthlyByPartner.objects, MonthlyByDemarche.objects)
    totals = {
        tuple(row[name] for name in total_key): {name: row[name] for name in COUNTS}
        for row in MonthlyTotal.objects.values(*total_key, *COUNTS)
    }
    partners, demarches = plain
    return (
        totals,
        Counter({tuple(row[:-1]): row[-1] for row in partners.values_list(*total_key, "partner", "requests")}),
        Counter(
            {tuple(row[:-1]): row[-1] for row in demarches.values_list(*total_key, "partner", "demarche", "requests")}
        ),
    )


def check_totals():
    """Every total is the sum of its raw figures, and there is none more."""
    assert kept_sums() == raw_sums()
