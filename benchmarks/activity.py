"""What importing many monthly figures costs, from the bytes of a file to the commit, beside a bare COPY of that file.

The import runs in a process of its own (`python -m benchmarks.activity FILE`), so that its peak of memory is its own.
"""

import io
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = 800_000
FIRST_MONTH = date(2025, 1, 1)  # later than any label of the official list
MONTHS = 10
BOUND = "annoncé : 40 s et 500 Mo"


def many_figures():
    """A file of 800,000 rows: copied as it is, imported, imported again (it changes nothing), and taken back."""
    print(f"\nUn fichier de {ROWS} chiffres mensuels ({BOUND})")
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(csv_of_figures())
        file.flush()
        print(f"  fichier : {Path(file.name).stat().st_size / 1e6:.0f} Mo")
        bare = bare_copy(file.name)
        print(f"  COPY seul, dans une table de textes : {bare:.1f} s, {ROWS / bare:.0f} lignes par seconde")
        for label in ("import", "le même fichier, une seconde fois"):
            print(f"  {label} : ", end="", flush=True)
            subprocess.run([sys.executable, "-m", "benchmarks.activity", file.name], check=True, cwd=ROOT)
    print(f"  annulation : {taken_back():.1f} s")


def taken_back():
    """Seconds to take the only import back."""
    from stats.imports.undo import take_back
    from stats.models import ActivityImport, MonthlyActivity

    began = time.perf_counter()
    take_back(ActivityImport.objects.get(), None)
    took = time.perf_counter() - began
    assert not MonthlyActivity.objects.exists()
    return took


def bare_copy(name):
    """Seconds to COPY a file, committed, to an unlogged table of text columns."""
    from django.db import connection, transaction

    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        columns = ", ".join(f"{column} text" for column in HEADER.split(";"))
        cursor.execute(f"CREATE UNLOGGED TABLE bare_copy ({columns})")
        with (
            cursor.copy("COPY bare_copy FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)") as copy,
            open(name, "rb") as file,
        ):
            while data := file.read(1024 * 1024):
                copy.write(data)
    took = time.perf_counter() - began
    connection.cursor().execute("DROP TABLE bare_copy")
    return took


HEADER = "id_fs;mois;partenaire;demarche;demandes;finalisees"


def csv_of_figures(rows=ROWS, first_month=FIRST_MONTH, months=MONTHS):
    """The bytes of a file of `rows` lines: each site, each month, as many démarches of partners as it takes."""
    from sites.models import Demarche, Site
    from stats.months import in_code, months_later

    sites = list(Site.objects.open_to_public().order_by("pk").values_list("external_id", flat=True))
    demarches = list(Demarche.objects.exclude(partner=None).order_by("rank").values_list("partner__name", "name"))
    names = demarches[: -(-rows // (len(sites) * months))]
    codes = [in_code(months_later(first_month, number)) for number in range(months)]
    text = io.StringIO()
    text.write(f"{HEADER}\n")
    for number in range(rows):
        rest, name = divmod(number, len(names))
        site, month = divmod(rest, months)
        partner, demarche = names[name]
        requests = (number * 7919) % 97 + 3
        text.write(f"{sites[site]};{codes[month]};{partner};{demarche};{requests};{requests * 4 // 5}\n")
    return text.getvalue().encode()


def main(name):
    import django

    django.setup()
    from stats.imports.work import import_file

    data = Path(name).read_bytes()
    began = time.perf_counter()
    examined, _ = import_file("activite.csv", data, date(2026, 11, 24))
    took = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    counts = examined.counts
    if counts["errors"]:
        sys.exit(f"erreurs : {examined.remarks.kept[:3]}")
    print(
        f"{took:.1f} s (dont {used.ru_utime + used.ru_stime:.1f} s de Python), {counts['rows'] / took:.0f} lignes par "
        f"seconde, {used.ru_maxrss / 1024:.0f} Mo au plus, {counts['written']} écrites"
    )


if __name__ == "__main__":
    main(sys.argv[1])
