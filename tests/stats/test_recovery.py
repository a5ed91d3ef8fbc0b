"""Hidden counts cannot be recovered from all that is published: every page's tables, for every period, subtracted.

Two steps. What is told of a period is the sum of what is told of its months, and nothing more; then, month by month,
an attacker who has every table of every territory solves for what is hidden.
"""

import csv
import io
import random
from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest
from django.core.management import call_command

from stats import suppression
from stats.models import MonthlyActivity, MonthlyByDemarche, MonthlyByPartner, MonthlyTotal
from stats.months import months_later
from tests.factories import METZ, ONET, RODEZ, SAINT_DENIS_REUNION, TOULOUSE, make_import, make_site
from stats.models import MonthlySatisfaction
from tests.stats.attack import recoverable

pytestmark = pytest.mark.django_db
MONTHS = [date(2023, 1, 1), date(2023, 2, 1), date(2023, 3, 1)]
COMMUNES = [RODEZ, RODEZ, ONET, TOULOUSE, TOULOUSE, METZ, SAINT_DENIS_REUNION]
# partner -> démarche's slug and the name under which a table tells it
MIX = {
    "caf": (("rsa", "Aides sociales"),),
    "ants": (("carte-grise", "Immatriculation"), ("passeport", "Titre d'identité et de voyage")),
}


def world(seed):
    """Sites whose months are often small, and sometimes nothing."""
    call_command("load_demarches", verbosity=0)
    chance = random.Random(seed)
    batch = make_import()
    sites = [
        make_site(commune, external_id=f"7{number}", name=f"Site {number}") for number, commune in enumerate(COMMUNES)
    ]
    rows, opinions = [], []
    for site in sites:
        for month in MONTHS:
            if chance.random() < 0.1:
                continue
            for partner, demarches in MIX.items():
                for slug, _ in demarches:
                    requests = chance.choice([0, 1, 2, 3, 4, 5, 8, 13, 40, 120])
                    completed = chance.choice([None, requests, chance.randint(0, requests)])
                    rows.append(
                        MonthlyActivity(
                            site=site,
                            month=month,
                            partner_id=partner,
                            demarche_id=slug,
                            requests=requests,
                            completed=completed,
                            batch=batch,
                        )
                    )
            respondents = chance.choice([0, 1, 3, 6, 20])
            opinions.append(
                MonthlySatisfaction(
                    site=site,
                    month=month,
                    respondents=respondents,
                    very_satisfied=chance.randint(0, respondents),
                    batch=batch,
                )
            )
    MonthlyActivity.objects.bulk_create(rows)
    MonthlySatisfaction.objects.bulk_create(opinions)
    suppression.settle()
    return sites
