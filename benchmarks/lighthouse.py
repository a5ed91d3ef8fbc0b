"""Lighthouse's four scores on a phone, for one page of each kind, when it is installed (LIGHTHOUSE, or on the PATH)."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

AIMS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
FRENCH = {
    "performance": "performance",
    "accessibility": "accessibilité",
    "best-practices": "bonnes pratiques",
    "seo": "référencement",
}
SECONDS = 90  # for one page, the start of Chromium included


def scores(address):
    """Print the scores of each page, and what is below its aim."""
    lighthouse = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    chromium = shutil.which("chromium")
    if not (lighthouse and chromium):
        print("lighthouse : pas installé (npm install -g lighthouse, ou LIGHTHOUSE=chemin), non mesuré")
        return
    for name, path in pages().items():
        report = audit(lighthouse, chromium, f"http://{address}{path}")
        if report is None:
            print(f"lighthouse, {name:10} n'a pas abouti")
            continue
        told = [f"{FRENCH[one]} {score_of(report['categories'][one])} ({aim})" for one, aim in AIMS.items()]
        print(f"lighthouse, {name:10} {', '.join(told)}")
        print_failures(report)


def score_of(category):
    """Out of 100; a category that Lighthouse could not finish has none."""
    return "non mesuré" if category["score"] is None else round(category["score"] * 100)


def pages():
    from franceservices.territories.models import Commune
    from sites.models import Site

    site = Site.objects.open_to_public().order_by("external_id").first()
    commune = Commune.objects.get(pk="12202")
    return {
        "accueil": "/",
        "recherche": "/recherche/?q=Rodez",
        "site": site.get_absolute_url(),
        "commune": f"/communes/{commune.pk}-{commune.slug}/",
    }


def audit(lighthouse, chromium, url):
    """The report of one page; None when Lighthouse fails or takes too long."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        command = [
            lighthouse,
            url,
            "--quiet",
            "--output=json",
            f"--output-path={output}",
            f"--only-categories={','.join(AIMS)}",
            "--chrome-flags=--headless --no-sandbox --disable-background-networking",
            "--blocked-url-patterns=*wmts*",
        ]
        environment = os.environ | {"CHROME_PATH": chromium}
        try:
            subprocess.run(command, env=environment, timeout=SECONDS, check=False, capture_output=True)
            return json.loads(output.read_text(encoding="utf-8"))
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return None


def print_failures(report):
    """What costs points in the categories that are below their aim, but performance, which is a sum of times."""
    for name, aim in AIMS.items():
        category = report["categories"][name]
        if name == "performance" or (category["score"] or 0) * 100 >= aim:
            continue
        for one in category["auditRefs"]:
            audit = report["audits"][one["id"]]
            if one["weight"] and audit["score"] is not None and audit["score"] < 1:
                wanted = ", voulu : elle demande à ne pas être indexée" if one["id"] == "is-crawlable" else ""
                print(f"    {FRENCH[name]} : {one['id']}{wanted}")
