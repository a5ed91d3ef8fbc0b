"""What citizens tell of a site that is wrong. The prefecture's pages read it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from sites.models.site import Site


class ErrorReport(models.Model):
    """An error told by someone without an account. `sender` is a keyed hash that changes each day, never an address."""

    class Subject(models.TextChoices):
        HOURS = "hours", "Les horaires"
        PLACE = "place", "L'adresse ou la position sur la carte"
        CONTACT = "contact", "Le téléphone ou l'adresse électronique"
        CLOSED = "closed", "Ce lieu n'existe plus"
        OTHER = "other", "Autre chose"

    class Status(models.TextChoices):
        NEW = "new", "À traiter"
        ACCEPTED = "accepted", "Accepté"
        REJECTED = "rejected", "Refusé"

    site = models.ForeignKey(Site, models.CASCADE, related_name="error_reports")
    subject = models.CharField("sujet", max_length=10, choices=Subject.choices)
    message = models.TextField("message", max_length=1000)
    email = models.EmailField("adresse électronique", blank=True)
    status = models.CharField("état", max_length=10, choices=Status.choices, default=Status.NEW)
    sender = models.CharField("empreinte du jour", max_length=64, editable=False)
    reported_at = models.DateTimeField("signalé le", auto_now_add=True)
    handled_at = models.DateTimeField("traité le", null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="traité par"
    )
    rejection_reason = models.CharField("motif du refus", max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = "erreur signalée"
        verbose_name_plural = "erreurs signalées"
        ordering = ["-reported_at", "-pk"]
        indexes = [models.Index(fields=["sender", "reported_at"], name="report_by_sender")]
        constraints = [
            models.CheckConstraint(condition=~Q(message=""), name="report_has_a_message"),
            models.CheckConstraint(
                condition=Q(subject__in=["hours", "place", "contact", "closed", "other"]), name="report_subject_known"
            ),
            models.CheckConstraint(condition=Q(status__in=["new", "accepted", "rejected"]), name="report_status_known"),
        ]

    def __str__(self):
        return f"{self.get_subject_display()}, {self.site}"
