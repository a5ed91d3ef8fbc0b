"""What a long list costs, from the bytes of its file to the last commit: seconds, and the memory of the process.

Run in a process of its own (`python -m benchmarks.lists`), as the worker is: its peak is not that of what came before.
"""

import csv
import io
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = 100_000
BOUND = "annoncé : 90 s et 500 Mo"


def long_list():
    """A list of 100,000 sites: received here, analysed and applied by a process of its own."""
    from django.db import connection

    from sites.models import ImportBatch, ImportFile

    print(f"\nUne liste de {ROWS} sites ({BOUND})")
    data = csv_of_many_sites()
    print(f"  fichier : {len(data) / 1e6:.0f} Mo")
    batch = ImportBatch.objects.create(file_name="longue.csv", is_complete=True)
    ImportFile.objects.create(batch=batch, content=data)
    connection.close()
    subprocess.run([sys.executable, "-m", "benchmarks.lists", str(batch.pk)], check=True, cwd=ROOT)


def main(pk):
    import django

    django.setup()
    from sites.imports import lifecycle
    from sites.models import ImportBatch

    analysis = timed("analyse", lambda: lifecycle.analyse(ImportBatch.objects.get(pk=pk)))
    ImportBatch.objects.filter(pk=pk).update(status=ImportBatch.Status.CONFIRMED)
    writing = timed("écriture", lambda: lifecycle.apply_list(ImportBatch.objects.get(pk=pk)))
    batch = ImportBatch.objects.get(pk=pk)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {batch.get_status_display().lower()} : {batch.counts['created']} sites créés")
    print(f"  en tout : {analysis + writing:.1f} s, {peak:.0f} Mo au plus")


def timed(label, work):
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    print(f"  {label} : {took:.1f} s")
    return took


def csv_of_many_sites():
    """The bytes of a list of fictitious sites, in turn in each commune."""
    from franceservices.territories.models import Commune
    from sites.imports.cells.columns import COLUMNS

    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    communes = Commune.objects.current().exclude(location=None).exclude(postal_codes=[]).order_by("insee")
    communes = list(communes.values_list("insee", "name", "departement_id", "postal_codes", "location"))
    for number in range(ROWS):
        insee, name, departement, postal_codes, location = communes[number % len(communes)]
        turn = number // len(communes)
        writer.writerow(
            {
                "id_fs": 100_000 + number,
                "insee_dep": departement,
                "lib_fs": f"France services de {name} {turn or ''}".strip(),
                "adresse": f"{number % 90 + 1} Place de la Mairie",
                "insee_com": insee,
                "code_postal": postal_codes[0],
                "lib_com": name,
                "latitude": f"{location.y + turn * 0.005:.6f}",
                "longitude": f"{location.x:.6f}",
                "mail": f"site{number}@demo.example",
                "telephone": f"05 36 49 {number // 100 % 100:02} {number % 100:02}",
                **dict.fromkeys(("h_lundi", "h_mardi", "h_jeudi", "h_vendredi"), "09:00 - 12:00 / 14:00 - 17:00"),
                "h_mercredi": "09:00 - 12:00",
                "prise_rdv": "Non",
                "commentaire": "Fermé les jours fériés",
                "type_fs": "Principal",
                "format_fs": "Fixe",
                "labellisation_fs": "Espace labellisé 01/01/2022",
            }
        )
    return text.getvalue().encode()


if __name__ == "__main__":
    main(sys.argv[1])
