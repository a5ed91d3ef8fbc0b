"""How long it takes by car, by the operator's routing service (OSRM or Valhalla) when there is one, else by the model.

A page waits for it: one total deadline, and any failure gives the model for all. Positions leave rounded to
`DECIMALS` and are never logged.
"""

import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings

from . import drive
from .limits import Breaker, Slots
from .service_call import ServiceUnavailable, body_within_deadline, number

logger = logging.getLogger(__name__)

MAX_BYTES = 100_000
MAX_DESTINATIONS = 50  # OSRM refuses more than 100 points in its default settings
DECIMALS = 3  # about 100 m: a drive's minutes do not change, and no door is told
# gunicorn.conf.py reads the same variable: at most half of a process's threads wait for the service.
SIMULTANEOUS_CALLS = max(1, int(os.environ.get("WEB_THREADS") or 4) // 2)


@dataclass(frozen=True)
class DriveTime:
    """Minutes by car. `method` is "service" or "model"; "model" while `is_set()` means that the service failed."""

    minutes: float
    method: str

    def __str__(self):
        return drive.in_french(self.minutes)


def is_set():
    """Whether the operator has a routing service."""
    return bool(settings.ROUTING_URL)


def drive_times(origin, destinations):
    """The `DriveTime`s from a point to others (WGS 84, x = longitude), in their order; None where no road leads."""
    destinations = list(destinations)
    if not destinations:
        return []
    if is_set() and len(destinations) <= MAX_DESTINATIONS:
        try:
            seconds = ask(rounded(origin), [rounded(point) for point in destinations])
            return [None if one is None else DriveTime(one / 60, "service") for one in seconds]
        except ServiceUnavailable as error:
            logger.warning("routing unavailable: %s", error)
    return [estimated(drive.metres_between(origin.x, origin.y, point.x, point.y)) for point in destinations]


def estimated(metres):
    """The `DriveTime` of the model for a distance as the crow flies."""
    return DriveTime(drive.minutes_for(metres), "model")


def rounded(point):
    """(longitude, latitude) as they leave."""
    return round(point.x, DECIMALS), round(point.y, DECIMALS)


def ask(origin, destinations):
    """Seconds to each of the destinations, None where no road leads. Raises `ServiceUnavailable`."""
    if not slots.take(SIMULTANEOUS_CALLS):
        raise ServiceUnavailable("trop d'appels en cours")
    try:
        if not breaker.is_closed():
            raise ServiceUnavailable("à l'arrêt après plusieurs échecs")
        try:
            seconds = call(origin, destinations)
        except ServiceUnavailable:
            breaker.failed()
            raise
        breaker.succeeded()
        return seconds
    finally:
        slots.give_back()


def call(origin, destinations):
    request_for, read = KINDS[settings.ROUTING_KIND]
    request = request_for(settings.ROUTING_URL.rstrip("/"), origin, destinations)
    body = body_within_deadline(workers, request, settings.ROUTING_DEADLINE_S, MAX_BYTES)
    try:
        seconds = [None if one is None else positive(one) for one in read(json.loads(body))]
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError):
        raise ServiceUnavailable("réponse illisible") from None
    if len(seconds) != len(destinations):
        raise ServiceUnavailable("réponse incomplète")
    return seconds


def positive(value):
    """The value as a finite float, not negative."""
    if number(value) < 0:
        raise ValueError("negative")
    return float(value)


def osrm_request(url, origin, destinations):
    points = ";".join(f"{longitude},{latitude}" for longitude, latitude in [origin, *destinations])
    return {
        "method": "GET",
        "url": f"{url}/table/v1/driving/{points}",
        "params": {"sources": "0", "annotations": "duration"},
    }


def osrm_seconds(answer):
    """The first line of the table, but its first cell: the origin itself."""
    if answer["code"] != "Ok":
        raise ValueError("not Ok")
    (line,) = answer["durations"]
    return line[1:]


def valhalla_request(url, origin, destinations):
    def place(point):
        return {"lon": point[0], "lat": point[1]}

    asked = {"sources": [place(origin)], "targets": [place(point) for point in destinations], "costing": "auto"}
    return {"method": "POST", "url": f"{url}/sources_to_targets", "json": asked}


def valhalla_seconds(answer):
    """The times of the one line, by the rank of their target."""
    (line,) = answer["sources_to_targets"]
    if [cell["to_index"] for cell in line] != list(range(len(line))):
        raise ValueError("not in order")
    return [cell["time"] for cell in line]


KINDS = {"osrm": (osrm_request, osrm_seconds), "valhalla": (valhalla_request, valhalla_seconds)}
breaker = Breaker()
slots = Slots()
workers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="routing")
