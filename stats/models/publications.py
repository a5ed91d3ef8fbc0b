"""Figures that an administrator froze, as a press release does."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Publication(models.Model):
    """The public figures of a territory at a date, as they were when they were published. Never changed again.

    `figures` is {indicator's code: {"value": number or None, "text": as it was written, "definition": …}}.
    """

    territory = models.CharField("territoire", max_length=30, db_index=True)
    territory_name = models.CharField("nom du territoire", max_length=80)
    title = models.CharField("titre", max_length=150)
    at = models.DateField("situation au")
    since = models.DateField("depuis")
    figures = models.JSONField("chiffres")
    published_at = models.DateTimeField("publié le", default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="publié par"
    )

    class Meta:
        verbose_name = "publication"
        ordering = ["-published_at", "-pk"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("stats:publication", args=[self.pk])
