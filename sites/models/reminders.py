"""The weekly messages that were sent to agents."""

from django.conf import settings
from django.db import models


class ReminderSent(models.Model):
    """A message sent to someone in the week that begins on a Monday: never two in the same week."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    monday = models.DateField("semaine du")

    class Meta:
        verbose_name = "rappel envoyé"
        verbose_name_plural = "rappels envoyés"
        constraints = [models.UniqueConstraint(fields=["user", "monday"], name="remindersent_once_a_week")]

    def __str__(self):
        return f"{self.user}, semaine du {self.monday:%d/%m/%Y}"
