"""How connections to the database are set up: asserted on live ones."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress

import psycopg
import pytest
from django.db import connection

from tests.test_run import ROOT, url_of_tests

SHOW = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for name in ("statement_timeout", "lock_timeout", "work_mem"):
        cursor.execute(f"SHOW {name}")
        print(cursor.fetchone()[0])
print(connection.connection.info.get_parameters()["connect_timeout"])
"""


def shown(url, **environment):
    """What a connection with these settings says of itself."""
    ours = {"DJANGO_SETTINGS_MODULE": "franceservices.settings", "DATABASE_URL": url} | environment
    done = subprocess.run(
        [sys.executable, "-c", SHOW], env=os.environ | ours, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.django_db
def test_options_of_the_address_are_added_to_ours():
    url = url_of_tests()
    url += ("&" if "?" in url else "?") + "connect_timeout=7&options=-c%20work_mem%3D7MB%20-c%20lock_timeout%3D2s"

    assert shown(url, DATABASE_STATEMENT_TIMEOUT_MS="5000") == ["5s", "2s", "7MB", "7"]


@pytest.mark.django_db
@pytest.mark.parametrize(("limit", "told"), [("5000", ["5s", "3s"]), ("60000", ["1min", "10s"]), ("0", ["0", "10s"])])
def test_a_page_that_waits_for_a_lock_gives_up_before_its_time_is_out(limit, told):
    """The other way round, "quelqu'un modifie les sites" would be an error 500."""
    assert shown(url_of_tests(), DATABASE_STATEMENT_TIMEOUT_MS=limit)[:2] == told


@pytest.mark.django_db
def test_queries_are_not_compiled():
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


@contextmanager
def database_by_tcp():
    """The port of a relay to the database of tests, which may listen on a socket file only."""
    info = connection.connection.info
    family = socket.AF_UNIX if info.host.startswith("/") else socket.AF_INET
    address = f"{info.host}/.s.PGSQL.{info.port}" if family == socket.AF_UNIX else (info.host, info.port)

    def copy(source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    with socket.create_server(("127.0.0.1", 0)) as relay, socket.socket(family) as database:
        database.connect(address)

        def serve():
            client, _ = relay.accept()
            with client:
                back = threading.Thread(target=copy, args=(database, client))
                back.start()
                copy(client, database)
                back.join()

        serving = threading.Thread(target=serve)
        serving.start()
        yield relay.getsockname()[1]
        serving.join()


@pytest.mark.django_db
def test_a_network_that_goes_silent_is_noticed():
    """Within 20 seconds when idle, 10 when we speak. What the kernel holds for a live connection."""
    connection.ensure_connection()
    with database_by_tcp() as port:
        parameters = connection.get_connection_params() | {"host": "127.0.0.1", "port": port, "sslmode": "disable"}
        with (
            psycopg.connect(**parameters) as live,
            socket.fromfd(live.fileno(), socket.AF_INET, socket.SOCK_STREAM) as seen,
        ):
            options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
            kept = [seen.getsockopt(socket.IPPROTO_TCP, option) for option in options]

    assert kept == [10, 5, 2, 10_000]
