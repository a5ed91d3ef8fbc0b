"""Errors that citizens tell of a site: kept for the prefecture, without an account, a cookie or a puzzle."""

import hashlib
import hmac
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.utils import timezone

from franceservices.security import line_of_address
from sites.models import ErrorReport

A_SENDER_A_DAY, A_SITE_A_DAY, IN_ALL_A_DAY = 5, 20, 1000
TOO_QUICK_S = 3  # nobody reads a form and writes ten letters sooner
FORM_LIVES_S = 24 * 3600
EMAIL_KEPT_FOR = timedelta(days=180)
REPORT_KEPT_FOR = timedelta(days=730)


class TooManyReports(Exception):
    """A sender, a site or everyone has told enough for a day."""


class TooQuick(Exception):
    """The form came back sooner than anyone writes."""


class FormTooOld(Exception):
    """The form was opened a day ago or more, or for another site, or not by us."""


def form_token(site):
    """What a form of a site carries, to be given back within a day (see `check_token`)."""
    return _signer(site).sign(site.external_id)


def check_token(site, token):
    """Raise `FormTooOld` or `TooQuick` unless the token is one of this site's, old enough and not too old."""
    signer = _signer(site)
    try:
        signer.unsign(token, max_age=FORM_LIVES_S)
    except signing.BadSignature:  # also when it is too old
        raise FormTooOld from None
    try:
        signer.unsign(token, max_age=TOO_QUICK_S)
    except signing.SignatureExpired:
        return
    raise TooQuick


def keep(site, address, subject, message, email):
    """Keep what someone at an IP address tells of a site; the same thing told twice is kept once.

    Raises `TooManyReports`. Reports are counted one at a time, so that no two pass together.
    """
    now = timezone.now()
    report = ErrorReport(site=site, sender=sender(address, now.date()), subject=subject, message=message, email=email)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('error reports'))")
        today = ErrorReport.objects.filter(reported_at__gt=now - timedelta(days=1))
        if today.filter(site=site, subject=subject, message=message).exists():
            return
        if (
            today.filter(sender=report.sender).count() >= A_SENDER_A_DAY
            or today.filter(site=site).count() >= A_SITE_A_DAY
            or today.count() >= IN_ALL_A_DAY
        ):
            raise TooManyReports
        report.save()


def sender(address, day):
    """A fingerprint of an IP address, which nobody can turn back and which is another one the next day.

    An IPv6 line has as many addresses as one likes: its /64 counts as one.
    """
    try:
        line = line_of_address(address)
    except ValueError:
        line = address
    key = f"{settings.SECRET_KEY}:{day:%Y-%m-%d}".encode()
    return hmac.new(key, line.encode(), hashlib.sha256).hexdigest()


def purge(now):
    """Forget the addresses of handled or old reports, then the oldest reports: how many of each, as a pair."""
    reports = ErrorReport.objects
    done = reports.exclude(status=ErrorReport.Status.NEW) | reports.filter(reported_at__lt=now - EMAIL_KEPT_FOR)
    forgotten = done.exclude(email="").update(email="")
    removed, _by_model = reports.filter(reported_at__lt=now - REPORT_KEPT_FOR).delete()
    return forgotten, removed


def _signer(site):
    return signing.TimestampSigner(salt=f"error report on {site.external_id}")
