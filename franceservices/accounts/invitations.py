"""Inviting someone: a link, good for seven days and once, to choose a password or to come with ProConnect."""

from django.utils import timezone

from franceservices.accounts import mail
from franceservices.accounts.links import INVITATION


class NotSent(Exception):
    """The mail server refused or did not answer; `.link` may be handed over in another way."""

    def __init__(self, link):
        super().__init__("L'invitation n'a pas pu être envoyée : le serveur de courriel ne répond pas ou la refuse.")
        self.link = link


def invite(user):
    """Send a user the link that opens their account, and return it. Raises `NotSent`.

    Earlier links stay good until one of them has served.
    """
    link = INVITATION.address(user)
    until = timezone.localtime(timezone.now() + INVITATION.lives)
    try:
        mail.send("invitation", user, link=link, until=until)
    except OSError as error:
        raise NotSent(link) from error
    return link
