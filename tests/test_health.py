"""Liveness without I/O, readiness with the database."""

import pytest
from django.db import InterfaceError, connection
from django.db.backends.base.base import BaseDatabaseWrapper


def test_live_answers_without_the_database(client):
    """No `db` fixture: a query would fail the test."""
    response = client.get("/healthz/live")

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("secure", [True, False])
def test_probes_may_call_us_by_any_name_and_over_http(client, settings, secure):
    settings.SECURE_SSL_REDIRECT = True

    response = client.get("/healthz/live", headers={"host": "10.0.0.11:8000"}, secure=secure)

    assert response.status_code == 200


@pytest.mark.parametrize("address", ["/healthz/live", "/healthz/ready"])
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_probes_only_read(client, address, method):
    assert getattr(client, method)(address).status_code == 405


@pytest.mark.django_db
def test_ready_when_the_territories_are_loaded(client):
    assert client.get("/healthz/ready").status_code == 200


@pytest.mark.django_db
def test_not_ready_without_territories(client):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE territories_commune CASCADE")

    response = client.get("/healthz/ready")

    assert response.status_code == 503
    assert "territoires non chargés" in response.text


@pytest.mark.django_db
def test_not_ready_when_the_database_refuses(client, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE territories_commune RENAME TO elsewhere")

    response = client.get("/healthz/ready")

    assert response.status_code == 503
    assert "base de données injoignable" in response.text


def test_not_ready_when_the_connection_is_unusable(client, monkeypatch):
    def unusable(_):
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", unusable)

    assert client.get("/healthz/ready").status_code == 503
