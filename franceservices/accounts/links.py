"""Signed links sent by mail. A link dies of age, and as soon as its owner signs in or gets another password.

Its token goes in the query (`?jeton=`), which no log keeps.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from franceservices.accounts.models import User


@dataclass(frozen=True)
class Link:
    """A kind of link: the page that it opens, and how long it lives."""

    page: str
    lives: timedelta

    def address(self, user):
        """The whole address of a new link for a user."""
        return f"{settings.PORTAL_URL}{reverse(self.page)}?{urlencode({'jeton': self.token(user)})}"

    def token(self, user):
        return signing.dumps([user.pk, self._state(user)], salt=self.page)

    def owner(self, token):
        """The active user whom a token was made for, or None when it is over, used, or none of ours."""
        try:
            pk, state = signing.loads(token, salt=self.page, max_age=self.lives)
        except (signing.BadSignature, ValueError):
            return None
        user = User.objects.filter(pk=pk, is_active=True).first()
        return user if user and constant_time_compare(state, self._state(user)) else None

    def _state(self, user):
        """What changes once the link has served."""
        state = f"{user.password} {user.email} {user.last_login} {user.proconnect_sub}"
        return salted_hmac(self.page, state, algorithm="sha256").hexdigest()


INVITATION = Link("accounts:invitation", timedelta(days=7))
NEW_PASSWORD = Link("accounts:new_password", timedelta(hours=1))
