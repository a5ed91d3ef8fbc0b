"""Mails in plain text, from templates whose first line is the subject."""

from django.core.mail import send_mail
from django.template.loader import render_to_string


def send(template, user, **context):
    """Send `accounts/mail/<template>.txt` to a user. Raises OSError (SMTPException is one) when it can't be sent."""
    text = render_to_string(f"accounts/mail/{template}.txt", {"user": user, **context})
    subject, _, body = text.strip().partition("\n")
    send_mail(subject.strip(), body.strip() + "\n", None, [user.email])
