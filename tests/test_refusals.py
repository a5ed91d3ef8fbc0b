"""A body that is too big is refused by what its header says, before a byte of it is read or kept."""

import pytest
from django.conf import settings

from tests.test_security_headers import carries_the_security_headers
from tests.test_server import portal

MOST = settings.MAX_REQUEST_BYTES
SEND = "/gestion/imports/"


class Unread:
    """A body that nobody must read."""

    def read(self, *_):
        raise AssertionError("the body is read")

    readline = read


def send(client, size, method="POST", address=SEND):
    return client.generic(
        method, address, content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=size, **{"wsgi.input": Unread()}
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("address", [SEND, "/", "/connexion/"])
def test_a_body_that_is_too_big_is_refused_unread_with_a_sentence(client, method, address):
    response = send(client, str(MOST + 1), method, address)

    assert response.status_code == 413
    assert "ne reçoit pas plus de 70 Mo" in response.text
    assert carries_the_security_headers(response)
    assert not response.cookies


@pytest.mark.parametrize("size", ["beaucoup", "-1", "1e9", "²", "1_000", "9" * 5000])
def test_a_size_that_is_no_number_is_refused(client, size):
    response = send(client, size)

    assert response.status_code == 400
    assert "Cette demande est illisible" in response.text
    assert carries_the_security_headers(response)


@pytest.mark.django_db
def test_the_biggest_body_goes_on_to_its_page(client):
    assert client.post(SEND, b"", content_type="text/plain", CONTENT_LENGTH=str(MOST)).status_code == 302  # to sign in


@pytest.mark.django_db
@pytest.mark.parametrize("size", [{}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "0"}])
def test_a_request_without_a_body_goes_on(client, size):
    assert client.get("/", **size).status_code == 200


def test_a_real_server_answers_before_the_body_comes():
    with portal() as server:
        head = f"POST {SEND} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {MOST + 1}\r\n\r\n"
        answer = server.connect(head.encode()).recv(4096)

    assert answer.startswith(b"HTTP/1.1 413")
