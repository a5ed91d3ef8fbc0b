"""Sessions that end: two hours without a page of the staff, ten hours after signing in, or when the browser closes.

Both limits come down to the session's date of expiry, kept in PostgreSQL.
"""

import re

from django.contrib.sessions.backends import db
from django.utils import timezone

IDLE_S = 2 * 3600
WHOLE_S = 10 * 3600
KEY = re.compile(r"[0-9a-z]{32}")  # as Django makes them
NOTED_EVERY_S = 60  # writing at every page would be for nothing
STARTED, SEEN = "started_at", "seen_at"


class SessionStore(db.SessionStore):
    """Sessions in PostgreSQL. Only pages that read the session keep it alive: public ones never do."""

    def _validate_session_key(self, key):
        """Whether a cookie may name a session: PostgreSQL is not asked about what none of ours could be."""
        return bool(key and KEY.fullmatch(key))

    def load(self):
        data = super().load()
        if data and _now() - data.get(SEEN, 0) > NOTED_EVERY_S:
            data[SEEN] = _now()
            self.modified = True  # saved at the end of the request, with a new date of expiry
        return data

    def get_session_cookie_age(self):
        """For how long the session is good, in seconds, when nothing more is asked for."""
        return min(IDLE_S, self.get(STARTED, _now()) + WHOLE_S - _now())


def start(request, **_):
    """Signing in starts the ten hours."""
    request.session[STARTED] = _now()


def _now():
    return int(timezone.now().timestamp())
