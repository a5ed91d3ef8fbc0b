"""`manage.py demo_code EMAIL`: the code that a phone would show, for who tries the demonstration without one."""

from django.core.management.base import BaseCommand, CommandError
from django_otp.plugins.otp_totp.models import TOTPDevice

from franceservices.accounts import demonstration, second_factor


class Command(BaseCommand):
    help = "Donne le code à 6 chiffres d'un compte de démonstration."

    def add_arguments(self, parser):
        parser.add_argument("email", nargs="?", default="agent@exemple.fr")

    def handle(self, *args, email, **options):
        demonstration.refuse_in_production()
        if email not in demonstration.ACCOUNTS:
            raise CommandError(f"Comptes de démonstration : {', '.join(demonstration.ACCOUNTS)}.")
        device = TOTPDevice.objects.filter(user__email=email, confirmed=True).first()
        if not device:
            raise CommandError("Ce compte n'est pas là : lancez make run, ou manage.py load_demo_accounts.")
        code, seconds = second_factor.code_of(device)
        self.stdout.write(f"{code} (encore {seconds} s)")
