"""`manage.py create_agent EMAIL --departement 12`: make an account, grant a territory, and send the invitation."""

from argparse import ArgumentTypeError
from datetime import date

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from franceservices.accounts import invitations
from franceservices.accounts.models import TerritoryScope, User
from franceservices.territories.models import Departement, Region


class Command(BaseCommand):
    help = "Crée un compte s'il n'existe pas, lui confie un territoire, et envoie l'invitation."

    def add_arguments(self, parser):
        parser.add_argument("email")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--departement", metavar="CODE", help="12, 2A, 974…")
        where.add_argument("--region", metavar="CODE", help="76 pour l'Occitanie")
        where.add_argument("--national", action="store_true", help="toute la France : administrateur, sauf --read-only")
        parser.add_argument("--read-only", action="store_true", help="lire sans modifier")
        parser.add_argument("--until", type=_day, metavar="AAAA-MM-JJ", help="dernier jour")
        parser.add_argument("--name", default="", help="prénom et nom")
        parser.add_argument("--no-mail", action="store_true", help="écrire le lien ici, sans envoyer de courriel")

    def handle(self, *args, email, departement, region, name, read_only, until, no_mail, **options):
        _check(email)
        territory = {"departement": _find(Departement, departement), "region": _find(Region, region)}
        kind = "departement" if departement else "region" if region else "national"
        with transaction.atomic():
            user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email, name=name)
            TerritoryScope.objects.update_or_create(
                user=user, kind=kind, **territory, defaults={"can_edit": not read_only, "valid_until": until}
            )
        self.stdout.write(f"{user.email} : {_granted(user)}.")
        if not user.is_active:
            raise CommandError("Ce compte est désactivé : réactivez-le pour l'inviter.")
        if not user.last_login:
            self._invite(user, no_mail)

    def _invite(self, user, no_mail):
        if no_mail:
            self.stdout.write(f"Lien d'invitation, valable 7 jours : {invitations.INVITATION.address(user)}")
            return
        try:
            invitations.invite(user)
        except invitations.NotSent as error:
            raise CommandError(f"{error} Lien à transmettre autrement : {error.link}") from error
        self.stdout.write("Invitation envoyée, valable 7 jours.")


def _check(email):
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"« {email} » n'est pas une adresse électronique.") from error


def _find(model, code):
    if not code:
        return None
    found = model.objects.filter(pk=code.upper()).first()
    if not found:
        raise CommandError(f"{model._meta.verbose_name.capitalize()} inconnu : {code}.")
    return found


def _granted(user):
    scopes = user.scopes.select_related("departement", "region")
    return " ; ".join(
        f"{scope.departement or scope.region or scope.get_kind_display()}, {'modifie' if scope.can_edit else 'lit'}"
        for scope in scopes
    )


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"« {text} » n'est pas une date : écrivez 2027-12-31.") from error
