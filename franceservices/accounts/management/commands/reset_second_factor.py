"""`manage.py reset_second_factor EMAIL`: for who has lost both phone and recovery codes."""

from django.core.management.base import BaseCommand, CommandError

from franceservices.accounts import second_factor
from franceservices.accounts.models import User


class Command(BaseCommand):
    help = "Efface le second facteur d'un compte : son titulaire en installe un autre à la connexion suivante."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *args, email, **options):
        user = User.objects.filter(email__iexact=email).first()
        if not user:
            raise CommandError(f"Aucun compte pour {email}.")
        second_factor.forget(user)
        self.stdout.write(f"Le second facteur de {user.email} est effacé.")
