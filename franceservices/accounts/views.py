"""Signing in and out."""

from django.contrib.auth.views import LoginView, LogoutView

sign_in = LoginView.as_view(template_name="accounts/sign_in.html")
sign_out = LogoutView.as_view(next_page="accounts:sign_in")
second_factor = LoginView.as_view(template_name="accounts/second_factor.html")
account = LoginView.as_view(template_name="accounts/account.html")
