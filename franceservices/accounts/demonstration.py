"""The accounts of `make run`, whose secrets everyone knows: they are never made in production."""

from base64 import b32decode

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from franceservices.accounts.models import TerritoryScope, User

PASSWORD = "demonstration-2026"  # noqa: S105 - known to all on purpose
SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105 - of the application of codes, likewise
ACCOUNTS: dict[str, tuple[str, dict]] = {
    "agent@exemple.fr": ("Camille Agent (Aveyron)", {"kind": "departement", "departement_id": "12", "can_edit": True}),
    "lecture@exemple.fr": ("Lou Lecture (Occitanie)", {"kind": "region", "region_id": "76"}),
    "national@exemple.fr": ("Dominique National", {"kind": "national", "can_edit": True}),
}


def refuse_in_production():
    if settings.IN_PRODUCTION:
        raise CommandError("Les comptes de démonstration n'existent pas en production : chacun connaît leurs secrets.")


@transaction.atomic
def load():
    """Make the accounts that are missing, each with a second factor; how many."""
    there = set(User.objects.filter(email__in=ACCOUNTS).values_list("email", flat=True))
    missing = {email: account for email, account in ACCOUNTS.items() if email not in there}
    for email, (name, scope) in missing.items():
        user = User.objects.create_user(email, PASSWORD, name=name)
        TerritoryScope.objects.create(user=user, **scope)
        TOTPDevice.objects.create(user=user, name="Application", key=b32decode(SECRET).hex(), confirmed=True)
    return len(missing)
