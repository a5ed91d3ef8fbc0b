"""The pages of the second factor: giving a code, setting up an application, and getting recovery codes."""

from base64 import b32encode
from urllib.parse import quote, urlencode

import django_otp
import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.safestring import mark_safe
from django.views import View

from franceservices.accounts import second_factor
from franceservices.accounts.access import VerifiedPage
from franceservices.accounts.next_page import go_on, next_page, with_next
from franceservices.accounts.proof import ProvenForm

KEY_LIVES_S = 3600
WRONG = (
    "Ce code n'est pas le bon, ou il a déjà servi. Attendez que votre application en montre un autre, puis écrivez-le."
)


def code_field(label, required, **attrs):
    widget = forms.TextInput(attrs={"class": "fr-input fs-code", "autocomplete": "one-time-code", **attrs})
    return forms.CharField(label=label, max_length=20, widget=widget, error_messages={"required": required})


class CodeForm(forms.Form):
    code = code_field(
        "Code à 6 chiffres, ou code de secours", "Écrivez le code que montre votre application.", autofocus=True
    )


class SetUpForm(ProvenForm):
    code = code_field(
        "Code à 6 chiffres", "Écrivez le code que montre votre application.", inputmode="numeric", pattern="[0-9 ]*"
    )


class PasswordGiven(View):
    """A page for those who have given their password, whether or not their second factor too."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            response = super().dispatch(request, *args, **kwargs)
        else:
            response = redirect_to_login(next_page(request) or request.path)
        add_never_cache_headers(response)
        return response


class GiveCode(PasswordGiven):
    def get(self, request):
        return self._go_elsewhere(request) or self._page(request, CodeForm())

    def post(self, request):
        elsewhere = self._go_elsewhere(request)
        if elsewhere:
            return elsewhere
        form = CodeForm(request.POST)
        device = self._device(request, form) if form.is_valid() else None
        if not device:
            return self._page(request, form, status=400)
        _verify(request, device)
        _warn_of_the_last_codes(request)
        return go_on(request)

    def _go_elsewhere(self, request):
        if request.user.is_verified():
            return go_on(request)
        if not second_factor.device_of(request.user):
            return redirect(with_next(resolve_url("accounts:set_up"), request))
        return None

    def _device(self, request, form):
        try:
            device = second_factor.prove(request.user, form.cleaned_data["code"])
        except second_factor.TooManyCodes as error:
            wait = max(1, round((error.until - timezone.now()).total_seconds()))
            form.add_error("code", f"Trop de codes faux. Attendez {_duration(wait)}, puis recommencez.")
            return None
        if not device:
            form.add_error("code", WRONG)
        return device

    def _page(self, request, form, status=200):
        return render(request, "accounts/second_factor.html", {"form": form, "next": next_page(request)}, status=status)


class SetUp(PasswordGiven):
    """Nothing is written before the code is right: until then, the page itself carries the key, signed."""

    def get(self, request):
        if self._must_prove_first(request):
            return redirect(with_next(resolve_url("accounts:second_factor"), request))
        return self._page(request, second_factor.new_key(), SetUpForm(request, ask=self._replaces(request)))

    def post(self, request):
        if self._must_prove_first(request):
            return redirect(with_next(resolve_url("accounts:second_factor"), request))
        replacing = self._replaces(request)
        key = _read_key(request)
        form = SetUpForm(request, request.POST, ask=replacing)
        if not key:
            form.add_error(
                None, "Cette page était ouverte depuis trop longtemps. Voici une nouvelle clé : recommencez."
            )
        device = form.is_valid() and self._set_up(request, form, key, replacing)
        if not device:
            return self._page(request, key or second_factor.new_key(), form, status=400)
        _verify(request, device)
        return _show_recovery_codes(request)

    def _must_prove_first(self, request):
        return self._replaces(request) and not request.user.is_verified()

    def _replaces(self, request):
        return second_factor.device_of(request.user) is not None

    def _set_up(self, request, form, key, replacing):
        try:
            device = second_factor.set_up(request.user, key, form.cleaned_data["code"], replacing)
        except second_factor.AlreadySetUp:
            form.add_error(None, "Une application a été installée entre-temps. Connectez-vous avec elle.")
            return None
        if not device:
            form.add_error(
                "code", "Ce code n'est pas le bon. Vérifiez l'heure de votre téléphone, puis écrivez le nouveau code."
            )
        return device

    def _page(self, request, key, form, status=200):
        secret = b32encode(bytes.fromhex(key)).decode()
        context = {
            "form": form,
            "next": next_page(request),
            "key": signing.dumps([request.user.pk, key], salt="second factor"),
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
            "qr_code": _qr_code(request.user, secret),
            "app_address": _app_address(request.user, secret),
            "replacing": "proof" in form.fields,
        }
        return render(request, "accounts/set_up.html", context, status=status)


class RecoveryCodes(VerifiedPage):
    """New recovery codes: the earlier ones are good no longer."""

    def get(self, request):
        return render(request, "accounts/new_recovery_codes.html", {"form": ProvenForm(request)})

    def post(self, request):
        form = ProvenForm(request, request.POST)
        if form.is_valid():
            return _show_recovery_codes(request)
        return render(request, "accounts/new_recovery_codes.html", {"form": form}, status=400)


def _verify(request, device):
    """From now on the session has its second factor, and another key than before."""
    django_otp.login(request, device)
    request.session.cycle_key()


def _show_recovery_codes(request):
    """In the answer itself: they are kept nowhere but as digests."""
    codes = second_factor.new_recovery_codes(request.user)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": next_page(request)})


def _warn_of_the_last_codes(request):
    left = request.user.recovery_codes.count()
    if left < 3:
        messages.warning(
            request,
            f"Il vous reste {left} code{'s' if left > 1 else ''} de secours. Demandez-en d'autres dans « Mon compte ».",
        )


def _read_key(request):
    """The key that the page carried, or None when it was made for someone else, or an hour ago."""
    try:
        owner, key = signing.loads(request.POST.get("key", ""), salt="second factor", max_age=KEY_LIVES_S)
    except signing.BadSignature:
        return None
    return key if owner == request.user.pk else None


def _app_address(user, secret):
    """What the QR code says (https://github.com/google/google-authenticator/wiki/Key-Uri-Format)."""
    issuer = settings.OTP_TOTP_ISSUER
    label = quote(f"{issuer}:{user.email}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def _qr_code(user, secret):
    code = segno.make(_app_address(user, secret), error="m", micro=False)
    return mark_safe(code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S308


def _duration(seconds):
    if seconds < 90:
        return f"{seconds} seconde{'s' if seconds > 1 else ''}"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 90 else f"{round(minutes / 60)} heures"
