"""The second factor: the code of an application (TOTP, django-otp), or one of ten recovery codes, each good once.

Recovery codes are kept as keyed digests: who reads the database cannot use them.
"""

import re
import secrets
import time
from binascii import unhexlify

from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from franceservices.accounts.models import RecoveryCode, User

HOW_MANY = 10
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that is read for something else: 5 bits a letter
FAILURES_COUNTED = 12  # the wait doubles up to 34 minutes: a stranger with the password shuts nobody out for a day
CODE = re.compile(r"[0-9]{6}")


class TooManyCodes(Exception):
    """Wrong codes were given: none is looked at before `.until`, and the wait doubles each time."""

    def __init__(self, until):
        super().__init__(until)
        self.until = until


class AlreadySetUp(Exception):
    """There is an application already: only who has proved to hold it may replace it."""


def device_of(user):
    """The application of a user, or None."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def prove(user, text):
    """The device of a user, when `text` is its code of the moment or a recovery code not used yet; otherwise None.

    Neither is good twice. Both share one count of failures. Raises `TooManyCodes`.
    """
    typed = _plain(text)
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None:
            return None
        allowed, why = device.verify_is_allowed()
        if not allowed:
            raise TooManyCodes(why["locked_until"])
        if CODE.fullmatch(typed) and device.verify_token(typed):  # it counts its failures itself
            return device
        if not CODE.fullmatch(typed):
            used, _by_model = user.recovery_codes.filter(digest=_digest(user, typed)).delete()
            if used:
                device.throttle_reset()
                return device
            device.throttle_increment()
        if device.throttling_failure_count > FAILURES_COUNTED:
            device.throttling_failure_count = FAILURES_COUNTED
            device.save(update_fields=["throttling_failure_count"])
    return None


def new_key():
    """The secret that an application and we share, in hexadecimal."""
    return random_hex(20)


def set_up(user, key, code, replacing=False):
    """Make the application that shares `key` the only one of a user; None when `code` is not its code of the moment.

    Raises `AlreadySetUp` unless `replacing`.
    """
    totp = TOTP(unhexlify(key))
    totp.time = time.time()
    typed = _plain(code)
    if not CODE.fullmatch(typed) or not totp.verify(int(typed), tolerance=1):
        return None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two browsers at once: one after the other
        if device_of(user) and not replacing:
            raise AlreadySetUp
        TOTPDevice.objects.filter(user=user).delete()  # sessions that it had verified no longer are
        return TOTPDevice.objects.create(
            user=user, name="Application", key=key, confirmed=True, last_t=totp.t(), drift=totp.drift
        )


@transaction.atomic
def new_recovery_codes(user):
    """Ten new recovery codes, to be shown once; the earlier ones are good no longer."""
    codes = [_in_groups("".join(secrets.choice(ALPHABET) for _ in range(12))) for _ in range(HOW_MANY)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, _plain(code))) for code in codes)
    return codes


@transaction.atomic
def forget(user):
    """Take the second factor away from who has lost it: they set up another one when they next sign in."""
    user.recovery_codes.all().delete()
    TOTPDevice.objects.filter(user=user).delete()


def code_of(device):
    """The code that is good now, and for how many seconds. The next one when the current one has served."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time()
    left = device.step - int(totp.time) % device.step
    if totp.t() <= device.last_t:
        totp.drift += device.last_t + 1 - totp.t()
        left += device.step
    return f"{totp.token():06d}", left


def _plain(text):
    return re.sub(r"[\s-]", "", text).upper()


def _in_groups(letters):
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _digest(user, plain):
    return salted_hmac(f"recovery code of {user.pk}", plain, algorithm="sha256").hexdigest()
