"""What every response carries, whatever its status: asserted on live responses."""

import pytest

PAGES = ["/", "/recherche/", "/recherche/?q=Rodez", "/healthz/live", "/nulle-part/", "/carte/sites.json"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_every_response_carries_the_security_headers(client, address):
    headers = client.get(address).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("geolocation=(self)")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src 'self';" in headers["Content-Security-Policy"] + ";"


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_anonymous_visitors_get_no_cookie(client, address):
    assert not client.get(address).cookies


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize("address", ["/", "/recherche/", "/recherche/suggestions/", "/carte/sites.json"])
def test_public_pages_are_only_read(client, address, method):
    assert getattr(client, method)(address).status_code == 405


def test_a_host_that_is_not_ours_is_refused(client):
    response = client.get("/healthz/live", headers={"host": "ailleurs.example"})

    assert response.status_code == 400
