"""ProConnect (OpenID Connect) in the place of the password, for an account that was bound to it.

An account is known by the provider's `sub`, never by an e-mail address. It is bound once, from the invitation's link or
by who is signed in; an unknown `sub` opens nothing.
"""

import logging
from http import HTTPStatus
from urllib.parse import urlencode

import jwt
import requests
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import add_never_cache_headers
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from franceservices.accounts.links import INVITATION
from franceservices.accounts.models import User
from franceservices.accounts.next_page import next_page

logger = logging.getLogger(__name__)
TO_BIND = "proconnect_to_bind"  # in the session, until the provider answers: an invitation's token, or OWN_ACCOUNT
OWN_ACCOUNT = "own account"
REFUSED = "proconnect_refused"  # on the request: why nobody is signed in


def is_on():
    return bool(settings.PROCONNECT_CLIENT_ID)


def sign_out_address(request):
    """Where who came by ProConnect also ends the session there; None for the others."""
    id_token = request.session.get("oidc_id_token")
    if not (is_on() and id_token):
        return None
    back = request.build_absolute_uri(resolve_url("accounts:sign_in"))
    query = urlencode({"id_token_hint": id_token, "post_logout_redirect_uri": back})
    return f"{settings.PROCONNECT_LOGOUT_URL}?{query}"


class ProConnectBackend(OIDCAuthenticationBackend):
    """Checks what the provider says, then finds or binds the account. Never makes one."""

    def authenticate(self, request, *, nonce, code_verifier):
        """Only for `Return`, which has checked the state. Django gives every backend what was typed as a password;
        the library's would then take a code from the address of any page that asks for one.
        """
        return super().authenticate(request, nonce=nonce, code_verifier=code_verifier)

    def verify_token(self, token, **kwargs):
        payload = super().verify_token(token, **kwargs)
        if "nonce" not in kwargs:  # the user's claims, that the same key signed
            return payload
        audience = payload.get("aud")
        if settings.PROCONNECT_CLIENT_ID not in (audience if isinstance(audience, list) else [audience]):
            raise SuspiciousOperation("an ID token for someone else")
        if payload.get("iss") != settings.PROCONNECT_ISSUER:
            raise SuspiciousOperation("an ID token from someone else")
        return payload

    def get_or_create_user(self, access_token, id_token, payload):
        claims = self.get_userinfo(access_token, id_token, payload)
        sub = payload.get("sub")
        if not sub or claims.get("sub") != sub:
            raise SuspiciousOperation("claims on someone else")
        to_bind = self.request.session.pop(TO_BIND, None)
        if to_bind:
            return self._bind(self._account_to_bind(to_bind), sub)
        user = User.objects.filter(proconnect_sub=sub, is_active=True).first()
        return user or self._refuse("unknown")

    def get_user(self, user_id):
        """None, unlike the library's, for who is no longer active: their session ends."""
        return User.objects.filter(pk=user_id, is_active=True).first()

    def _account_to_bind(self, to_bind):
        if to_bind != OWN_ACCOUNT:
            return INVITATION.owner(to_bind)
        user = self.request.user
        return User.objects.get(pk=user.pk) if user.is_authenticated and user.is_verified() else None

    def _bind(self, user, sub):
        if user is None:
            return self._refuse("over")
        if user.proconnect_sub not in (None, sub):
            return self._refuse("bound")
        try:
            with transaction.atomic():
                User.objects.filter(pk=user.pk).update(proconnect_sub=sub)
        except IntegrityError:  # it signs someone else in
            return self._refuse("taken")
        user.proconnect_sub = sub
        return user

    def _refuse(self, why):
        setattr(self.request, REFUSED, why)


class Start(OIDCAuthenticationRequestView):
    """To the provider. A form, not a link: it writes in the session, and nobody else's page may do so."""

    http_method_names = ["post"]

    def dispatch(self, request, *args, **kwargs):
        if not is_on():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request):
        response = super().get(request)
        request.session["oidc_login_next"] = next_page(request)
        to_bind = request.POST.get("jeton") or (OWN_ACCOUNT if "lier" in request.POST else None)
        request.session[TO_BIND] = to_bind
        add_never_cache_headers(response)
        return response


class Return(OIDCAuthenticationCallbackView):
    """Back from the provider. Without the state that we gave this very browser, nothing happens."""

    def dispatch(self, request, *args, **kwargs):
        if not is_on():
            raise Http404
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def get(self, request):
        if request.GET.get("state", "") not in request.session.get("oidc_states", {}):
            return self._refused("state")
        if "code" not in request.GET:
            return self._refused("given_up")
        binding = request.session.get(TO_BIND) == OWN_ACCOUNT
        try:
            response = super().get(request)
        except (SuspiciousOperation, jwt.PyJWTError, KeyError):
            logger.exception("ProConnect's answer is refused")
            return self._refused("unreadable")
        except (requests.RequestException, ValueError):
            logger.exception("ProConnect does not answer")
            return self._refused("down", status=502)
        if binding and response.status_code == HTTPStatus.FOUND:
            messages.success(request, "Votre compte est lié à ProConnect.")
            return redirect("accounts:account")
        return response

    def login_failure(self):
        return self._refused(getattr(self.request, REFUSED, "unreadable"))

    def _refused(self, why, status=403):
        return render(self.request, "accounts/proconnect_refused.html", {"why": why}, status=status)
