"""What people do to sign in, as a test client does it."""

import time

from django_otp.oath import TOTP

from tests.people import PASSWORD

SIGN_IN, SECOND, SET_UP, ACCOUNT = (
    "/gestion/connexion/",
    "/gestion/second-facteur/",
    "/gestion/second-facteur/installer/",
    "/gestion/compte/",
)


def give_password(client, user, password=PASSWORD, **fields):
    return client.post(SIGN_IN, {"username": getattr(user, "email", user), "password": password} | fields)


def give_code(client, code, **fields):
    return client.post(SECOND, {"code": code} | fields)


def code_of(key, steps=0):
    """The code that an application shows for a key (hexadecimal), `steps` half minutes from now."""
    totp = TOTP(bytes.fromhex(key), drift=steps)
    totp.time = time.time()
    return f"{totp.token():06d}"


def code_for(user, steps=0):
    return code_of(user.totpdevice_set.get().key, steps)


def sign_in(client, user, **fields):
    """Password, then code; the last response."""
    give_password(client, user, **fields)
    return give_code(client, code_for(user), **fields)


def reads_the_account(client):
    return client.get(ACCOUNT).status_code == 200
