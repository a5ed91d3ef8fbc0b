"""What all tests share: no socket leaves, and the gazetteer is there."""

import socket

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

from franceservices.territories.loading import load

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, with the territories loaded once for all tests."""
    with django_db_blocker.unblock():
        load()


SPARED = ("territories_", "sites_partner")  # loaded once, or by a migration


@pytest.fixture(scope="session", autouse=True)
def _flush_spares_what_was_loaded():
    """Tests on a live server empty all tables behind them: loading the territories each time would cost seconds."""
    flush = DatabaseOperations.sql_flush

    def spare(self, style, tables, **options):
        return flush(self, style, [name for name in tables if not name.startswith(SPARED)], **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", spare)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_socket_leaves():
    """A connection to anywhere but this machine fails at once, with the address in the message."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def connect_here(self, address):
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise AssertionError(f"a test calls {address[0]}")
        return connect(self, address)

    def resolve_here(host, *arguments, **options):
        if host not in (*LOOPBACK, None):
            raise AssertionError(f"a test looks up {host}")
        return resolve(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        patch.setattr(socket, "getaddrinfo", resolve_here)
        yield


@pytest.fixture(autouse=True)
def _geocoder_is_down(settings):
    """Unless a test brings a stand-in: nothing listens on the discard port."""
    settings.GEOCODER_URL = "http://127.0.0.1:9/"
