"""The agent of Aveyron, and a client where that agent is signed in."""

import pytest

from tests.people import make_agent, signed_in


@pytest.fixture
def agent():
    return make_agent("12")


@pytest.fixture
def desk(agent):
    return signed_in(agent)
