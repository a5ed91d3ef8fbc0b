"""Who may see the pages of the staff. `StaffPage` is the one door: each page says what it `needs`."""

from enum import Enum

import pghistory
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views import View

from franceservices.accounts.scopes import Scope


class Needs(Enum):
    """What a page asks of who opens it."""

    READ = "read"
    EDIT = "edit"
    NATIONAL = "national"

    def is_met_by(self, scope):
        return bool({Needs.READ: scope.reads, Needs.EDIT: scope.edits, Needs.NATIONAL: scope.is_national}[self])


class VerifiedPage(View):
    """A page for those who signed in with their second factor, whatever was granted to them: their own account.

    `self.scope` says what that is; the header reads it from the request.
    """

    def dispatch(self, request, *args, **kwargs):
        response = self._turned_away(request) or self._let_in(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def _turned_away(self, request):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_verified():
            return redirect_to_login(request.get_full_path(), resolve_url("accounts:second_factor"))
        self.scope = request.scope = Scope.of(request.user, timezone.localdate())
        return None

    def _let_in(self, request, *args, **kwargs):
        return super().dispatch(request, *args, **kwargs)


class StaffPage(VerifiedPage):
    """A page for those who signed in with their second factor and were granted a territory that is not over.

    A page that is not for them does not exist: 404. What they change goes down in history under their name.
    """

    needs = Needs.READ
    source = "form"  # where history says that a change comes from

    def _turned_away(self, request):
        elsewhere = super()._turned_away(request)
        if elsewhere:
            return elsewhere
        if self.needs.is_met_by(self.scope):
            return None
        if self.scope.reads or self.needs is Needs.NATIONAL:
            raise Http404
        return render(request, "accounts/nothing_granted.html", status=403)

    def _let_in(self, request, *args, **kwargs):
        with pghistory.context(user=request.user.pk, source=self.source):
            return super()._let_in(request, *args, **kwargs)
