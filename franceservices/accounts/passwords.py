"""Choosing a password, and asking for a link to choose a new one."""

import logging
from datetime import timedelta

from axes.utils import reset
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils import timezone

from franceservices.accounts import mail
from franceservices.accounts.links import NEW_PASSWORD
from franceservices.accounts.models import User

logger = logging.getLogger(__name__)
A_MAIL_EVERY = timedelta(minutes=5)  # so that nobody's mailbox is filled by a stranger
LONGEST = 200


class PasswordField(forms.CharField):
    """A password, typed as it is: `autocomplete` tells browsers which one."""

    def __init__(self, label, autocomplete, **options):
        widget = forms.PasswordInput(attrs={"class": "fr-input", "autocomplete": autocomplete, "autocapitalize": "off"})
        super().__init__(label=label, widget=widget, strip=False, max_length=LONGEST, **options)


class ChoosePasswordForm(SetPasswordForm):
    """A new password, twice."""

    new_password1 = PasswordField(
        "Nouveau mot de passe",
        "new-password",
        help_text="12 caractères au moins. Quelques mots sans lien entre eux conviennent bien.",
        error_messages={"required": "Choisissez un mot de passe."},
    )
    new_password2 = PasswordField(
        "Le même, une seconde fois", "new-password", error_messages={"required": "Écrivez-le une seconde fois."}
    )
    error_messages = {"password_mismatch": "Les deux mots de passe ne sont pas les mêmes."}

    def clean(self):
        """What is wrong with a password is told beside it, not beside its repetition as Django does."""
        self.validate_passwords("new_password1", "new_password2")
        self.validate_password_for_user(self.user, "new_password1")
        return self.cleaned_data

    def save(self, commit=True):
        """Whoever could choose a password is not who was guessing it: they are no longer locked out."""
        user = super().save(commit)
        reset(username=user.email.lower())
        return user


class ForgottenPasswordForm(forms.Form):
    email = forms.EmailField(
        label="Votre adresse électronique professionnelle",
        widget=forms.EmailInput(attrs={"class": "fr-input", "autocomplete": "username"}),
        error_messages={
            "required": "Écrivez votre adresse électronique.",
            "invalid": "Cette adresse n'est pas complète. Écrivez-la comme : prenom.nom@aveyron.gouv.fr",
        },
    )


def send_link(email):
    """Mail a link for a new password to the active user of an address, if there is one, every five minutes at most.

    Meant to run once the answer has left: neither what it says nor how long it takes tells who has an account.
    """
    now = timezone.now()
    users = User.objects.filter(email__iexact=email, is_active=True)
    if not users.exclude(password_link_sent_at__gt=now - A_MAIL_EVERY).update(password_link_sent_at=now):
        return
    user = users.get()
    try:
        mail.send("new_password", user, link=NEW_PASSWORD.address(user))
    except OSError:
        logger.exception("a link for a new password could not be sent")
