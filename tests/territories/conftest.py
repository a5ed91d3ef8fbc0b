"""A geocoder of our own for the tests of places, and none remembers what another one asked."""

import pytest
from django.core.cache import cache

from franceservices.territories import geocoder
from tests.geocoder_stand_in import running


@pytest.fixture(autouse=True)
def _fresh_geocoder():
    cache.clear()
    for limit in (geocoder.breaker, geocoder.suggestions_breaker, geocoder.bucket, geocoder.slots):
        limit.reset()


@pytest.fixture
def _nobody_is_called(monkeypatch):
    """A call to the geocoder fails the test."""

    def fail(parameters):
        raise AssertionError(f"the geocoder is asked for {parameters['q']}")

    monkeypatch.setattr(geocoder, "ask", fail)


@pytest.fixture
def stand_in(settings):
    """A geocoder that answers well, until its `mode` is changed."""
    with running() as server:
        settings.GEOCODER_URL = server.url
        yield server
