"""Asking who is signed in to prove it again before something grave, since a screen may have been left open."""

from django import forms
from django.contrib.auth import authenticate

from franceservices.accounts import second_factor
from franceservices.accounts.passwords import PasswordField


class ProvenForm(forms.Form):
    """A form that asks for one's password again; for a code of the second factor from who has none (ProConnect)."""

    def __init__(self, request, *args, ask=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.request, self.user = request, request.user
        if ask:
            self.fields["proof"] = _password() if self.user.has_usable_password() else _code()

    def clean_proof(self):
        text = self.cleaned_data["proof"]
        if self.user.has_usable_password():  # as at sign-in, so that failures count there
            if authenticate(self.request, username=self.user.email, password=text) != self.user:
                raise forms.ValidationError("Ce n'est pas votre mot de passe.", code="wrong")
        elif not _proves(self.user, text):
            raise forms.ValidationError("Ce code n'est pas le bon, ou il a déjà servi.", code="wrong")
        return text


def _proves(user, text):
    try:
        return second_factor.prove(user, text)
    except second_factor.TooManyCodes:
        return None


def _password():
    return PasswordField(
        "Votre mot de passe actuel",
        "current-password",
        error_messages={"required": "Écrivez votre mot de passe actuel."},
    )


def _code():
    return forms.CharField(
        label="Un code de votre application actuelle, ou un code de secours",
        max_length=20,
        widget=forms.TextInput(attrs={"class": "fr-input", "autocomplete": "off"}),
        error_messages={"required": "Écrivez un code."},
    )
