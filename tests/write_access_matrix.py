"""Writes `access_matrix.csv` anew, as the project answers today, from a test database of its own.

    .venv/bin/python -m franceservices.postgres test -m tests.write_access_matrix

Each line that changes is then to be READ: the table says what is right, not what happens.
"""

import logging
import os


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "franceservices.settings")
    import django

    django.setup()
    from django.db import transaction
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from franceservices.territories.loading import load
    from tests import access_matrix

    logging.disable()
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        load()
        with transaction.atomic():
            access_matrix.write(access_matrix.World())
            transaction.set_rollback(True)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
