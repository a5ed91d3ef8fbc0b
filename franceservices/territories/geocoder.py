"""The State's geocoder (Géoplateforme): a street address becomes a point, or the call fails on time.

One call has one total deadline, a size limit, no redirect and no cookie. What was typed is never logged.
"""

import functools
import hashlib
import json
import logging
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlineExceeded
from dataclasses import dataclass

import httpx
from django.conf import settings
from django.core.cache import cache

from .extents import in_france
from .names import cleaned

logger = logging.getLogger(__name__)

MAX_BYTES = 200_000
MIN_SCORE = 0.45  # below, the service itself is not sure that it is the same street
CACHE_S = 24 * 3600
FAILURES_BEFORE_REST = 3
REST_S = 30


class GeocodingError(Exception):
    """The typed address did not become a point."""


class AddressNotFound(GeocodingError):
    """The service answered and knows no such address: ask the visitor to rephrase."""


class GeocoderUnavailable(GeocodingError):
    """The service did not answer in time, or answered nonsense: nothing is wrong with the address."""


@dataclass(frozen=True)
class Address:
    """One answer: degrees, score from 0 to 1, `kind` as the service names it (housenumber, street…)."""

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
    """Call the service, unless it is at rest or we call it too often. Counts its failures."""
    if not breaker.is_closed():
        raise GeocoderUnavailable("à l'arrêt après plusieurs échecs")
    if not bucket.take(settings.GEOCODER_REQUESTS_PER_SECOND):
        raise GeocoderUnavailable("trop d'appels")
    try:
        found = addresses_in(within_deadline(parameters))
    except GeocoderUnavailable as error:
        breaker.failed()
        logger.warning("geocoder unavailable: %s", error)
        raise
    breaker.succeeded()
    return found


def within_deadline(parameters):
    """The body of the answer, as bytes, within GEOCODER_DEADLINE_S altogether, name resolution included."""
    deadline_s = settings.GEOCODER_DEADLINE_S
    client = new_client(deadline_s)
    call = workers.submit(fetch, client, settings.GEOCODER_URL, parameters, time.monotonic() + deadline_s)
    try:
        return call.result(deadline_s)
    except DeadlineExceeded:
        call.cancel()
        client.close()  # what drips in has nowhere to go: the worker is free again
        raise GeocoderUnavailable("délai dépassé") from None


def new_client(timeout_s):
    """A client for one call: no cookie, no redirect, no proxy or password taken from the machine."""
    return httpx.Client(
        timeout=timeout_s,
        verify=tls(),
        trust_env=False,
        follow_redirects=False,
        headers={
            "User-Agent": "portail-france-services",
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # a compressed answer could grow past MAX_BYTES at once
        },
    )


@functools.cache
def tls():
    """The TLS settings, made once: reading the certificates takes 20 ms."""
    return httpx.create_ssl_context()


def fetch(client, url, parameters, deadline):
    """The bytes of a JSON answer, read before `deadline` (monotonic clock). Closes the client."""
    try:
        with client, client.stream("GET", url, params=parameters) as answer:
            if answer.status_code == httpx.codes.BAD_REQUEST:  # such a text can't be an address
                return b'{"features": []}'
            if answer.status_code != httpx.codes.OK:
                raise GeocoderUnavailable(f"état {answer.status_code}")
            if "json" not in answer.headers.get("content-type", ""):
                raise GeocoderUnavailable("la réponse n'est pas du JSON")
            body = bytearray()
            for chunk in answer.iter_raw():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise GeocoderUnavailable("réponse trop longue")
                if time.monotonic() > deadline:
                    raise GeocoderUnavailable("délai dépassé")
            return bytes(body)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, RuntimeError) as error:
        # RuntimeError: the client was closed at the deadline. Not chained: httpx's errors hold what was typed.
        raise GeocoderUnavailable(type(error).__name__) from None


def addresses_in(body):
    """The `Address`es of a GeoJSON FeatureCollection, those that are too unlike left out.

    Raises `GeocoderUnavailable` when it has not the promised shape, or a point outside of France.
    """
    try:
        found = [address_in(feature) for feature in json.loads(body)["features"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise GeocoderUnavailable("réponse illisible") from None
    return [address for address in found if address.score >= MIN_SCORE]


def address_in(feature):
    longitude, latitude = feature["geometry"]["coordinates"]
    properties = feature["properties"]
    address = Address(
        label=text(properties["label"]),
        latitude=number(latitude),
        longitude=number(longitude),
        score=number(properties["score"]),
        kind=text(properties["type"]),
        citycode=text(properties.get("citycode", "")),
        postcode=text(properties.get("postcode", "")),
        city=text(properties.get("city", "")),
        context=text(properties.get("context", "")),
    )
    if not address.label or not in_france(address.latitude, address.longitude):
        raise ValueError("no label, or outside of France")
    return address


def text(value):
    """The value as one short line. Numbers and lists are not text."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return cleaned(value)[:200]


def number(value):
    """The value as a finite float. JSON's true and strings are not numbers."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


class Breaker:
    """Rests for REST_S after FAILURES_BEFORE_REST failures in a row, so that visitors don't wait for nothing."""

    now = staticmethod(time.monotonic)

    def __init__(self):
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        with self.lock:
            self.failures, self.closed_from = 0, 0.0

    def is_closed(self):
        """Whether calls may go. After the rest one call goes first, and the others wait for what it says."""
        with self.lock:
            now = self.now()
            if self.failures < FAILURES_BEFORE_REST:
                return True
            if now < self.closed_from:
                return False
            self.closed_from = now + REST_S
            return True

    def failed(self):
        with self.lock:
            self.failures += 1
            self.closed_from = self.now() + REST_S

    def succeeded(self):
        self.reset()


class Bucket:
    """A token bucket: at most `per_second` calls a second, none saved beyond one second's worth."""

    def __init__(self):
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        with self.lock:
            self.tokens, self.filled_at = None, 0.0

    def take(self, per_second):
        """Take a token; False when there is none left."""
        size = max(1.0, per_second)
        with self.lock:
            now = time.monotonic()
            if self.tokens is None:
                self.tokens, self.filled_at = size, now
            self.tokens = min(size, self.tokens + (now - self.filled_at) * per_second)
            self.filled_at = now
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True


breaker = Breaker()
bucket = Bucket()
workers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="geocoder")
