"""People who sign in, each with a second factor, and clients where they are signed in."""

from itertools import count

from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from franceservices.accounts.models import TerritoryScope, User
from franceservices.territories.models import Departement, Region

PASSWORD = "le pont du Gard enjambe le Gardon"
_numbers = count(1)


def make_user(email=None, **fields):
    """Someone who may sign in, with a second factor, but to whom no territory is granted."""
    user = User.objects.create_user(email or f"personne{next(_numbers)}@exemple.fr", PASSWORD, **fields)
    TOTPDevice.objects.create(user=user, name="téléphone", confirmed=True)
    return user


def make_agent(departement="12", **scope):
    """Someone who edits the sites of a département (code)."""
    user = make_user(name="Camille Agent")
    grant(user, departement=departement, can_edit=True, **scope)
    return user


def make_reader(region="76"):
    """Someone who reads the sites of a région (code)."""
    user = make_user(name="Lou Lecture")
    grant(user, region=region)
    return user


def make_national():
    """A national administrator."""
    user = make_user(name="Dominique National")
    grant(user, can_edit=True)
    return user


def grant(user, departement=None, region=None, **fields):
    """Grant a département or a région (codes), or all of France."""
    kind = "departement" if departement else "region" if region else "national"
    return TerritoryScope.objects.create(
        user=user,
        kind=kind,
        departement=departement and Departement.objects.get(pk=departement),
        region=region and Region.objects.get(pk=region),
        **fields,
    )


def signed_in(user, **options):
    """A test client where `user` has signed in with the second factor."""
    client = Client(**options)
    client.force_login(user)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = user.totpdevice_set.get().persistent_id
    session.save()
    return client
