"""What the tests of accounts share: nobody is locked out by another test's failures, since each has its own tables."""

import pytest
from django.test import Client

from tests.people import make_agent, make_user


@pytest.fixture
def agent():
    """An agent of Aveyron with a second factor."""
    return make_agent("12")


@pytest.fixture
def newcomer():
    """Someone who has a password, and no second factor yet."""
    user = make_user(email="nouvelle@exemple.fr")
    user.totpdevice_set.all().delete()
    return user


@pytest.fixture
def strict_client():
    """A client that checks CSRF tokens, as browsers make the server do."""
    return Client(enforce_csrf_checks=True)
