"""Figures that an administrator froze, as a press release does."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Publication(models.Model):
    """The public figures of a territory at a date, as they were when they were published. Never changed again.

    `figures` is {indicator's code: {"value": number or None, "text": as it was written, "definition": …}}, as
    `stats.publications.figures_of` gives them. PostgreSQL refuses any change. Those made of demonstration data
    (`is_demo`) can be deleted: they leave with it.
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
    is_demo = models.BooleanField("données de démonstration", default=False)

    class Meta:
        verbose_name = "publication"
        ordering = ["-published_at", "-pk"]
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
            pgtrigger.Protect(
                name="never_deleted", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__is_demo=False)
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("stats:publication", args=[self.pk])
