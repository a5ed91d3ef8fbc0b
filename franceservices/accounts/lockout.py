"""How many failures to sign in are borne, kept in PostgreSQL by django-axes.

A person who mistypes is stopped soon. A stranger must use many lines to lock someone else out, or to guess further.
Whether the account exists changes nothing: what is counted is what was typed.
"""

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.db.models import Sum
from django.shortcuts import render

from franceservices.security import client_address, line_of_address

# In the order of AXES_LOCKOUT_PARAMETERS: of an account from a line, of an account, from a line.
LIMITS = (5, 50, 100)


class LockOut(AxesDatabaseHandler):
    """django-axes, which knows one limit for all, with a limit for each way of counting."""

    def get_failures(self, request, credentials=None):
        """How many times over a limit is reached: 0 as long as none is."""
        counted = list(zip(self.get_user_attempts(request, credentials), LIMITS, strict=True))
        if not account_named(request, credentials):  # ProConnect: nobody is named, only the line counts
            counted = counted[-1:]
        return max((_failures(attempts) // limit for attempts, limit in counted), default=0)

    def reset_user_attempts(self, request, credentials=None):
        """Signing in forgives what this person mistyped here, and nothing of what strangers tried."""
        here = self.filter_user_attempts(request, credentials)[0]
        return here.delete()[0]


def _failures(attempts):
    return attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0


def account_named(request, credentials):
    """The e-mail address that was typed, whatever its case, or None.

    Accounts are found by PostgreSQL's capitals, to which more letters come than to small ones: ſ is an S, ı an I.
    """
    named = (credentials or {}).get("username") or request.POST.get("username")
    return named.strip().upper().lower()[:254] if named else None


def line_of(request):
    """The IP address of who asks, or None. The first of its /64 stands for all that an IPv6 line has."""
    try:
        return line_of_address(client_address(request))
    except ValueError:
        return None


def page(request, _response, _credentials):
    """What a person who failed too often reads, whichever limit it was."""
    wait = settings.AXES_COOLOFF_TIME
    response = render(request, "accounts/locked_out.html", {"minutes": wait.seconds // 60}, status=429)
    response.headers["Retry-After"] = str(wait.seconds)
    response.headers["Cache-Control"] = "no-store"
    return response
