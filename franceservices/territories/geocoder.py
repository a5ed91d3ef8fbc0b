"""The State's geocoder (Géoplateforme): a street address becomes a point, or the call fails on time.

One call has one total deadline, a size limit, no redirect and no cookie. What was typed is never logged.
However slow the service is, half of the threads go on serving pages, and searches come before suggestions.
"""

import hashlib
import json
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from . import service_call
from .extents import in_france
from .limits import Breaker, Bucket, Slots
from .names import cleaned
from .service_call import number

logger = logging.getLogger(__name__)

MAX_BYTES = 200_000
MIN_SCORE = 0.45  # below, the service itself is not sure that it is the same street
CACHE_S = 24 * 3600
SUGGESTION_DEADLINE_S = 1.0  # by then the next letter is typed
SLOW_S = 1.5  # an answer that took longer is one failure for the breaker
# gunicorn.conf.py reads the same variable: at most half of a process's threads wait for the service.
SIMULTANEOUS_CALLS = max(1, int(os.environ.get("WEB_THREADS") or 4) // 2)


class GeocodingError(Exception):
    """The typed address did not become a point."""


class AddressNotFound(GeocodingError):
    """The service answered and knows no such address: ask the visitor to rephrase."""


class GeocoderUnavailable(GeocodingError):
    """The service did not answer in time, answered nonsense or was not asked (at rest, too many calls): nothing is
    wrong with the address."""


@dataclass(frozen=True)
class Address:
    """One answer: degrees, score from 0 to 1, `kind` as the service names it (housenumber, street…).

    What stands after `kind` may be '': the service does not always know it.
    """

    label: str
    latitude: float
    longitude: float
    score: float
    kind: str
    citycode: str
    postcode: str
    city: str
    context: str


def search(typed, limit=5, autocomplete=False):
    """The addresses nearest to what was `typed`, best first, never empty.

    Raises `AddressNotFound` when there is none, `GeocoderUnavailable` when the service can't tell.
    """
    parameters = {
        "q": typed.lstrip(" '\"-.,;:/()")[:200],
        "limit": limit,
        "autocomplete": int(autocomplete),
        "index": "address",
    }
    if len(parameters["q"]) < 3:
        raise AddressNotFound
    key = cache_key(parameters)
    found = cache.get(key)
    if found is None:
        found = ask(parameters)
        cache.set(key, found, CACHE_S)
    if not found:
        raise AddressNotFound
    return found


def cache_key(parameters):
    """A key that does not tell what was typed."""
    asked = json.dumps([settings.GEOCODER_URL, *parameters.values()]).casefold()
    return f"geocoder:{hashlib.sha256(asked.encode()).hexdigest()}"


def ask(parameters):
    """Call the service, unless it is at rest, too many calls are under way, or we call it too often.

    Suggestions leave half of the slots and half of the tokens to searches, and have a breaker of their own:
    their deadline is shorter, so that their failures say little of what a search would get.
    """
    suggesting = bool(parameters["autocomplete"])
    if not slots.take(max(1, SIMULTANEOUS_CALLS // 2) if suggesting else SIMULTANEOUS_CALLS):
        raise GeocoderUnavailable("trop d'appels en cours")
    try:
        if not bucket.take(settings.GEOCODER_REQUESTS_PER_SECOND, leaving_half=suggesting):
            raise GeocoderUnavailable("trop d'appels")
        if suggesting:
            return call(parameters, suggestions_breaker, min(SUGGESTION_DEADLINE_S, settings.GEOCODER_DEADLINE_S))
        return call(parameters, breaker, settings.GEOCODER_DEADLINE_S)
    finally:
        slots.give_back()


def call(parameters, breaker, deadline_s):
    """What the service answers within `deadline_s`, unless it is at rest. Counts its failures and slow answers."""
    if not breaker.is_closed():
        raise GeocoderUnavailable("à l'arrêt après plusieurs échecs")
    began = time.monotonic()
    try:
        found = addresses_in(within_deadline(parameters, deadline_s))
    except GeocoderUnavailable as error:
        breaker.failed()
        logger.warning("geocoder unavailable: %s", error)
        raise
    took_s = time.monotonic() - began
    if took_s > SLOW_S:
        breaker.failed()
        logger.warning("geocoder slow: %.1f s", took_s)
    else:
        breaker.succeeded()
    return found


def within_deadline(parameters, deadline_s):
    """The body of the answer, as bytes, within `deadline_s` altogether, name resolution included."""
    request = {"method": "GET", "url": settings.GEOCODER_URL, "params": parameters}
    try:
        return service_call.body_within_deadline(workers, request, deadline_s, MAX_BYTES)
    except service_call.Refused:  # such a text can't be an address
        return b'{"features": []}'
    except service_call.ServiceUnavailable as error:
        raise GeocoderUnavailable(str(error)) from None


def addresses_in(body):
    """The `Address`es of a GeoJSON FeatureCollection; those abroad, too unlike or ill-formed are left out.

    Raises `GeocoderUnavailable` when it is no such collection, or all that it holds is ill-formed.
    """
    try:
        features = json.loads(body)["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise GeocoderUnavailable("réponse illisible") from None
    if not isinstance(features, list):
        raise GeocoderUnavailable("réponse illisible")
    read = [address for address in map(address_in, features) if address]
    if features and not read:
        raise GeocoderUnavailable("adresses illisibles")
    return [one for one in read if one.score >= MIN_SCORE and in_france(one.latitude, one.longitude)]


def address_in(feature):
    """The `Address` of a GeoJSON feature; None when it lacks a label, a point, a score or a type."""
    try:
        longitude, latitude, *_ = feature["geometry"]["coordinates"]  # GeoJSON allows a height
        properties = feature["properties"]
        label, kind = text(properties["label"]), text(properties["type"])
        latitude, longitude, score = number(latitude), number(longitude), number(properties["score"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    if not label:
        return None
    rest = {name: text_or_nothing(properties.get(name)) for name in ("citycode", "postcode", "city", "context")}
    return Address(label=label, latitude=latitude, longitude=longitude, score=score, kind=kind, **rest)


def text(value):
    """The value as one short line. Numbers and lists are not text."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return cleaned(value)[:200]


def text_or_nothing(value):
    """The same for what an address may lack: '' when it is null or no text."""
    return text(value) if isinstance(value, str) else ""


breaker, suggestions_breaker = Breaker(), Breaker()
bucket = Bucket()
slots = Slots()
workers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="geocoder")
