"""Drive times come from the routing service within its deadline, or from the model for all."""

import logging
import time

import pytest
from django.contrib.gis.geos import Point

from franceservices.territories import drive, routing
from franceservices.territories.limits import FAILURES_BEFORE_REST, REST_S
from tests.routing_stand_in import running

RODEZ = Point(2.573412, 44.352634, srid=4326)
MILLAU, ESPALION = Point(3.0780, 44.1000, srid=4326), Point(2.7630, 44.5220, srid=4326)
UNWELL = [
    "hangs",
    "drips",
    "huge",
    "redirects",
    "error",
    "refuses",
    "html",
    "not_json",
    "deep",
    "nonsense",
    "negative",
    "nan",
    "text",
    "too_few",
    "too_many",
    "hangs_up",
]


@pytest.fixture(autouse=True)
def _fresh_routing():
    routing.breaker.reset()
    routing.slots.reset()


@pytest.fixture(params=["osrm", "valhalla"])
def stand_in(request, settings):
    """A service of each kind that answers well, until its `mode` is changed."""
    settings.ROUTING_KIND, settings.ROUTING_DEADLINE_S = request.param, 0.4
    with running() as server:
        settings.ROUTING_URL = server.url
        yield server


def methods(times):
    return [one and one.method for one in times]


def test_the_service_says_how_long_it_takes_in_the_order_asked(stand_in):
    times = routing.drive_times(RODEZ, [MILLAU, ESPALION])

    assert times == [routing.DriveTime(10, "service"), routing.DriveTime(20, "service")]
    assert str(times[0]) == "environ 10 min en voiture"


def test_where_no_road_leads_there_is_no_time(stand_in):
    stand_in.mode = "unreachable"

    assert methods(routing.drive_times(RODEZ, [MILLAU, ESPALION])) == [None, "service"]


def test_without_a_service_the_model_answers(settings):
    settings.ROUTING_URL = ""

    (to_millau,) = routing.drive_times(RODEZ, [MILLAU])

    assert to_millau.method == "model"
    assert to_millau.minutes == pytest.approx(drive.minutes_for(49_100), rel=0.02)


@pytest.mark.parametrize("mode", UNWELL)
def test_a_service_that_is_unwell_is_replaced_by_the_model_within_the_deadline(mode, stand_in):
    stand_in.mode = mode
    began = time.monotonic()

    times = routing.drive_times(RODEZ, [MILLAU, ESPALION])

    assert methods(times) == ["model", "model"]
    assert time.monotonic() - began < 0.4 + 0.3


def test_nobody_listening_gives_the_model(settings):
    settings.ROUTING_URL = "http://127.0.0.1:9"

    assert methods(routing.drive_times(RODEZ, [MILLAU])) == ["model"]


def test_a_redirect_is_not_followed(stand_in):
    stand_in.mode = "redirects"
    routing.drive_times(RODEZ, [MILLAU])

    assert len(stand_in.requests) == 1


def test_no_call_goes_during_the_rest_after_failures_and_one_goes_after_it(stand_in, monkeypatch):
    stand_in.mode = "error"
    for _ in range(FAILURES_BEFORE_REST + 5):
        routing.drive_times(RODEZ, [MILLAU])
    asked = len(stand_in.requests)
    later = time.monotonic() + REST_S + 1
    monkeypatch.setattr(routing.breaker, "now", lambda: later)
    stand_in.mode = "good"

    assert asked == FAILURES_BEFORE_REST
    assert methods(routing.drive_times(RODEZ, [MILLAU])) == ["service"]


def test_visitors_beyond_the_limit_get_the_model_at_once(stand_in, monkeypatch):
    monkeypatch.setattr(routing, "SIMULTANEOUS_CALLS", 0)

    assert methods(routing.drive_times(RODEZ, [MILLAU])) == ["model"]
    assert stand_in.requests == []


@pytest.mark.parametrize("how_many", [0, routing.MAX_DESTINATIONS + 1])
def test_nothing_or_too_much_is_not_asked(how_many, stand_in):
    times = routing.drive_times(RODEZ, [MILLAU] * how_many)

    assert methods(times) == ["model"] * how_many
    assert stand_in.requests == []


def test_positions_leave_rounded_to_a_hundred_metres_and_nothing_else_leaves(stand_in):
    routing.drive_times(RODEZ, [MILLAU])

    ((path, body, headers),) = stand_in.requests
    assert "2.573" in path + body
    assert "2.5734" not in path + body
    assert set(headers) <= {
        "Host",
        "Accept",
        "Accept-Encoding",
        "Connection",
        "User-Agent",
        "Content-Length",
        "Content-Type",
    }


@pytest.mark.parametrize("mode", UNWELL)
def test_positions_are_in_no_log(mode, stand_in, caplog):
    stand_in.mode = mode

    with caplog.at_level(logging.DEBUG, logger="franceservices"):
        routing.drive_times(RODEZ, [MILLAU])

    assert "routing unavailable" in caplog.text
    assert "2.57" not in caplog.text
    assert "44.3" not in caplog.text
