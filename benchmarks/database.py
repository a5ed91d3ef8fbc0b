"""A database of the benchmarks' own, filled then dropped."""

import os
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

NAME = "franceservices_bench"


@contextmanager
def bench_database(official_list):
    """Django set up on a new database that holds the territories and a list of sites."""
    given = urlsplit(os.environ["DATABASE_URL"])
    maintenance = urlunsplit(("postgresql", given.netloc, "/postgres", given.query, ""))
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
        os.environ["DATABASE_URL"] = urlunsplit((given.scheme, given.netloc, f"/{NAME}", given.query, ""))
        try:
            fill(official_list)
            yield
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def fill(official_list):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "franceservices.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("load_territories", verbosity=0)
    call_command("load_demarches", verbosity=0)
    if official_list:
        call_command("import_sites", str(official_list), apply=True, verbosity=0)
    else:
        call_command("load_demo", verbosity=0)
    connection.cursor().execute("ANALYZE")
    print(f"données : {'liste nationale officielle' if official_list else 'démonstration'}")
