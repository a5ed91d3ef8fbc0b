"""What every response carries, whatever its status: asserted on live responses."""

import pytest
from django.db import connection
from django.test import Client

from sites import views

PAGES = ["/", "/recherche/", "/recherche/?q=Rodez", "/healthz/live", "/nulle-part/", "/carte/sites.json"]


def carries_the_security_headers(response):
    headers = response.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("geolocation=(self)")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src 'self';" in headers["Content-Security-Policy"] + ";"
    assert headers["X-Request-ID"]
    return True


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_every_page_carries_the_security_headers(client, address):
    assert carries_the_security_headers(client.get(address))


@pytest.fixture
def like_production(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 3600


@pytest.mark.django_db
@pytest.mark.usefixtures("like_production")
@pytest.mark.parametrize(
    ("status", "method", "address", "options"),
    [
        (301, "get", "/recherche/?q=Rodez", {}),
        (400, "get", "/", {"headers": {"host": "ailleurs.example"}}),
        (400, "get", "/", {"headers": {"host": "ailleurs.example"}, "secure": True}),
        (400, "get", "/healthz/nulle-part", {"headers": {"host": "ailleurs.example"}}),
        (403, "post", "/", {"secure": True}),
        (404, "get", "/nulle-part/", {"secure": True}),
        (405, "options", "/", {"secure": True}),
        (405, "post", "/healthz/live", {"secure": True}),
    ],
)
def test_refusals_and_redirects_carry_the_security_headers(status, method, address, options):
    client = Client(enforce_csrf_checks=True)

    response = getattr(client, method)(address, **options)

    assert response.status_code == status
    assert carries_the_security_headers(response)
    assert ("Strict-Transport-Security" in response.headers) == ("secure" in options)


def test_a_failure_carries_the_security_headers(client, monkeypatch):
    monkeypatch.setattr(views, "render", lambda *_: 1 / 0)
    client.raise_request_exception = False

    response = client.get("/")

    assert response.status_code == 500
    assert carries_the_security_headers(response)


@pytest.mark.usefixtures("like_production")
def test_a_static_file_carries_the_security_headers(client, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "portail.css").write_text("a{}")

    response = client.get("/static/portail.css", secure=True)

    assert response.status_code == 200
    assert response.getvalue() == b"a{}"
    assert carries_the_security_headers(response)
    assert response.headers["Strict-Transport-Security"].startswith("max-age=3600")


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_anonymous_visitors_get_no_cookie(client, address):
    assert not client.get(address).cookies


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
@pytest.mark.parametrize("address", ["/", "/recherche/", "/recherche/suggestions/", "/carte/sites.json"])
def test_public_pages_are_only_read(client, address, method):
    response = getattr(client, method)(address)

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert "rien de ce que vous avez envoyé n'a été enregistré" in response.text.replace("&#x27;", "'")


def test_a_program_that_reads_no_page_gets_none(client):
    response = client.post("/carte/sites.json", headers={"accept": "application/json"})

    assert response.status_code == 405
    assert not response.content


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_what_was_not_sent_from_our_pages_is_refused_in_french_with_a_way_on(method):
    """As a real browser would be: test clients skip this check unless told not to."""
    response = getattr(Client(enforce_csrf_checks=True), method)("/recherche/")

    assert response.status_code == 403
    assert '<html lang="fr"' in response.text
    assert "vérifier cet envoi" in response.text
    assert 'href="/recherche/"' in response.text


@pytest.mark.django_db
def test_an_unknown_address_is_not_found_even_when_the_database_refuses(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sites_site RENAME TO elsewhere")

    response = client.get("/nulle-part/")

    assert response.status_code == 404
    assert "existe pas" in response.text


def test_a_host_that_is_not_ours_is_refused(client):
    response = client.get("/recherche/", headers={"host": "ailleurs.example"})

    assert response.status_code == 400
