"""Small numbers: which counts the public may not see, decided here for pages, files, charts and the API alike.

A count from 1 to `settings.SMALL_NUMBER_THRESHOLD` - 1 might tell of someone. `settle` marks it as hidden in the
totals, with whatever would reveal it by subtraction; `Audience` says who is asking, and `seen_by` (models.totals)
leaves out what they may not see. All that is published is made of what `seen_by` gives, and of nothing else.
"""

from enum import Enum

from django.utils import timezone

from franceservices.accounts.scopes import Scope


class Audience(Enum):
    """Who asks for figures."""

    PUBLIC = "public"
    AGENTS = "agents"

    @property
    def sees_small_numbers(self):
        return self is Audience.AGENTS


def audience_of(request):
    """Agents are those who signed in with their second factor and to whom a territory is entrusted today."""
    user = request.user
    if not (user.is_authenticated and user.is_verified()):
        return Audience.PUBLIC
    return Audience.AGENTS if Scope.of(user, timezone.localdate()).reads else Audience.PUBLIC
