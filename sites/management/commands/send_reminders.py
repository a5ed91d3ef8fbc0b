"""`manage.py send_reminders`: each week, tell agents what there is to do."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from franceservices.accounts.scopes import editors
from sites.staff import reminders


class Command(BaseCommand):
    help = "Écrit à chaque agent ce qui est à vérifier, ce qui a changé et ce qui est signalé ; une fois par semaine."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="dire à qui l'on écrirait, n'écrire à personne")
        parser.add_argument(
            "--today", type=date.fromisoformat, metavar="AAAA-MM-JJ", help="comme si l'on était ce jour"
        )

    def handle(self, *, dry_run, today, **options):
        today, failed = today or timezone.localdate(), 0
        for user, territories in editors(today):
            try:
                self.stdout.write(f"{user.email} : {self._remind(user, territories, today, dry_run)}")
            except OSError as error:
                failed += 1
                self.stderr.write(f"{user.email} : non envoyé ({type(error).__name__})")
        if failed:
            raise CommandError(f"{failed} message{'s' if failed > 1 else ''} non envoyé{'s' if failed > 1 else ''}.")

    def _remind(self, user, territories, today, dry_run):
        """What is done for someone, in a few words."""
        if reminders.was_sent(user, today):
            return "déjà envoyé cette semaine"
        summary = reminders.summary_for(user, territories, today)
        if not summary:
            return "rien à dire"
        if dry_run:
            return "serait envoyé"
        return "envoyé" if reminders.send(user, summary, today) else "déjà envoyé cette semaine"
