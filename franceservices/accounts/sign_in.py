"""Signing in by e-mail and password, and signing out. What follows is in `second_factor_views`."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import resolve_url

from franceservices.accounts import proconnect
from franceservices.accounts.next_page import go_on, with_next
from franceservices.accounts.passwords import PasswordField


class SignInForm(AuthenticationForm):
    """Says the same whether the address, the password or both are wrong, or the account is closed."""

    username = forms.EmailField(
        label="Adresse électronique",
        widget=forms.EmailInput(attrs={"class": "fr-input", "autocomplete": "username", "autofocus": True}),
        error_messages={
            "required": "Écrivez votre adresse électronique.",
            "invalid": "Cette adresse n'est pas complète. Écrivez-la comme : prenom.nom@aveyron.gouv.fr",
        },
    )
    password = PasswordField(
        "Mot de passe", "current-password", error_messages={"required": "Écrivez votre mot de passe."}
    )
    error_messages = {
        "invalid_login": "L'adresse ou le mot de passe ne sont pas les bons. Vérifiez-les, majuscules comprises.",
    }


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm

    def get(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.is_verified():
            return go_on(request)
        return super().get(request, *args, **kwargs)

    def get_success_url(self):
        return with_next(resolve_url("accounts:second_factor"), self.request)

    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 400
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(proconnect=proconnect.is_on(), **kwargs)


class SignOut(LogoutView):
    """Out of here, and of ProConnect for who came from there."""

    def post(self, request, *args, **kwargs):
        self.next_page = proconnect.sign_out_address(request) or resolve_url("accounts:sign_in")
        return super().post(request, *args, **kwargs)

    def get_success_url(self):
        return self.next_page
