"""One JSON line a request, with an id, and never what people typed."""

import json
import logging

import pytest

from franceservices.request_log import JsonFormatter


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="franceservices.requests")
    return lambda: [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def test_a_request_is_one_line_of_json(client, lines):
    response = client.get("/healthz/live")

    (line,) = lines()
    assert line["method"] == "GET"
    assert line["path"] == "/healthz/live"
    assert line["status"] == 200
    assert line["duration_ms"] >= 0
    assert response.headers["X-Request-ID"]


def test_what_was_typed_is_never_logged(client, lines):
    client.get("/healthz/live", {"q": "3 rue de la Paix"})

    assert "Paix" not in json.dumps(lines())


def test_the_proxys_request_id_is_kept(client):
    response = client.get("/healthz/live", headers={"X-Request-ID": "abc-12345678"})

    assert response.headers["X-Request-ID"] == "abc-12345678"


@pytest.mark.parametrize("hostile", ["x" * 65, "court", 'a"b\\c defghij', "é" * 10])
def test_a_hostile_request_id_is_replaced(client, hostile):
    response = client.get("/healthz/live", headers={"X-Request-ID": hostile})

    assert response.headers["X-Request-ID"] != hostile


def test_an_exception_fits_in_the_line():
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        record = logging.getLogger("x").makeRecord("x", 40, "f", 1, "panne", (), __import__("sys").exc_info())

    line = JsonFormatter().format(record)

    assert "\n" not in line
    assert "ZeroDivisionError" in json.loads(line)["exception"]
