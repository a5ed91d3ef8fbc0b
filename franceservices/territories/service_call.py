"""One call to a service that may be slow, down or ill: a total deadline, a size limit, no redirect, no cookie.

Which service, how often and what its answer means belong to the module that calls.
"""

import functools
import math
import time
from concurrent.futures import TimeoutError as DeadlineExceeded

import httpx


class ServiceUnavailable(Exception):
    """No usable answer in time. The message never holds what was asked."""


class Refused(ServiceUnavailable):
    """The service says that the request itself is wrong (400)."""


def body_within_deadline(workers, request, deadline_s, max_bytes):
    """The body of a JSON answer, as bytes, within `deadline_s` altogether, name resolution included.

    `workers` is the caller's executor, `request` the arguments of `httpx.Client.stream` (method, url, params, json).
    Raises `ServiceUnavailable`.
    """
    client = new_client(deadline_s)
    answer = workers.submit(fetch, client, request, time.monotonic() + deadline_s, max_bytes)
    try:
        return answer.result(deadline_s)
    except DeadlineExceeded:
        answer.cancel()
        client.close()  # what drips in has nowhere to go: the worker is free again
        raise ServiceUnavailable("délai dépassé") from None


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
            "Accept-Encoding": "identity",  # a compressed answer could grow past the limit at once
        },
    )


@functools.cache
def tls():
    """The TLS settings, made once: reading the certificates takes 20 ms."""
    return httpx.create_ssl_context()


def fetch(client, request, deadline, max_bytes):
    """The bytes of a JSON answer, read before `deadline` (monotonic clock). Closes the client."""
    try:
        with client, client.stream(**request) as answer:
            if answer.status_code == httpx.codes.BAD_REQUEST:
                raise Refused("état 400")
            if answer.status_code != httpx.codes.OK:
                raise ServiceUnavailable(f"état {answer.status_code}")
            if "json" not in answer.headers.get("content-type", ""):
                raise ServiceUnavailable("la réponse n'est pas du JSON")
            body = bytearray()
            for chunk in answer.iter_raw():
                body += chunk
                if len(body) > max_bytes:
                    raise ServiceUnavailable("réponse trop longue")
                if time.monotonic() > deadline:
                    raise ServiceUnavailable("délai dépassé")
            return bytes(body)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, RuntimeError) as error:
        # RuntimeError: the client was closed at the deadline. Not chained: httpx's errors hold what was asked.
        raise ServiceUnavailable(type(error).__name__) from None


def number(value):
    """The value as a finite float. JSON's true and strings are not numbers."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)
