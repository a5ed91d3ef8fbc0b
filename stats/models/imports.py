"""The files of monthly figures that were received: their bytes, what is wrong with them, what they replaced."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from sites.models import Demarche, Partner, Site


class ActivityImport(models.Model):
    """A file of monthly figures, from the day it is received to the day it is applied, and maybe taken back.

    `counts` are those that `manage.py import_activity --json` prints; `totals` are the requests (or respondents) before
    and after, by month and partner: [[month, partner or None, before, after], …].
    """

    class Status(models.TextChoices):
        RECEIVED = "received", "Analyse en cours"
        REFUSED = "refused", "Fichier refusé"
        READY = "ready", "À confirmer"
        CONFIRMED = "confirmed", "Application en cours"
        APPLIED = "applied", "Appliqué"
        TAKING_BACK = "taking_back", "Annulation en cours"
        TAKEN_BACK = "taken_back", "Annulé"
        ABANDONED = "abandoned", "Abandonné"

    class Subject(models.TextChoices):
        ACTIVITY = "activity", "Démarches accompagnées"
        SATISFACTION = "satisfaction", "Satisfaction"

    IN_PROGRESS = (Status.RECEIVED, Status.CONFIRMED, Status.TAKING_BACK)

    status = models.CharField("état", max_length=11, choices=Status.choices, default=Status.RECEIVED)
    subject = models.CharField("objet", max_length=12, choices=Subject.choices, blank=True)
    file_name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, db_index=True)
    is_demo = models.BooleanField("données de démonstration", default=False)
    counts = models.JSONField("bilan", default=dict)
    totals = models.JSONField("totaux avant et après", default=list)
    message = models.TextField("message", blank=True)
    received_at = models.DateTimeField("reçu le", default=timezone.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="reçu par"
    )
    analysed_at = models.DateTimeField("analysé le", null=True, blank=True)
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="appliqué par"
    )
    taken_back_at = models.DateTimeField("annulé le", null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="annulé par"
    )

    class Meta:
        verbose_name = "import d'activité"
        verbose_name_plural = "imports d'activité"
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        *("received", "refused", "ready", "confirmed"),
                        *("applied", "taking_back", "taken_back", "abandoned"),
                    ]
                ),
                name="activityimport_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["applied", "taking_back", "taken_back"]) | Q(applied_at__isnull=False),
                name="activityimport_applied_since_a_moment",
            ),
        ]

    def __str__(self):
        return f"{self.file_name}, {self.received_at:%d/%m/%Y}"

    @property
    def is_in_progress(self):
        return self.status in self.IN_PROGRESS


class ActivityFile(models.Model):
    """The bytes of a file of figures, unchanged."""

    batch = models.OneToOneField(ActivityImport, models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField("contenu")

    class Meta:
        verbose_name = "fichier d'activité"
        verbose_name_plural = "fichiers d'activité"

    def __str__(self):
        return self.batch.file_name


class ActivityProgress(models.Model):
    """How far the work on a file is. Written beside the work's own transaction, so that pages can tell."""

    batch = models.OneToOneField(ActivityImport, models.CASCADE, primary_key=True, related_name="progress")
    stage = models.CharField("étape", max_length=100)
    done = models.PositiveIntegerField("fait", default=0)
    total = models.PositiveIntegerField("à faire", default=0)
    updated_at = models.DateTimeField("le", auto_now=True)

    class Meta:
        verbose_name = "avancement d'un import d'activité"
        verbose_name_plural = "avancements des imports d'activité"

    def __str__(self):
        return f"{self.stage} : {self.done} sur {self.total}"


class ActivityIssue(models.Model):
    """What is wrong, or worth a look, in a file of figures. `cell` is a workbook's own name for the place: "C12".

    The first ones of each kind only, where a file has too many: `ActivityImport.counts` counts them all.
    """

    batch = models.ForeignKey(ActivityImport, models.CASCADE, related_name="issues", db_index=False)  # the index below
    line = models.PositiveIntegerField("ligne")
    cell = models.CharField("cellule", max_length=10, blank=True)
    column = models.CharField("colonne", max_length=60, blank=True)
    severity = models.CharField("gravité", max_length=7)
    code = models.CharField("nature", max_length=30)
    value = models.TextField("valeur", blank=True)
    message = models.TextField("message")

    class Meta:
        verbose_name = "remarque sur un import d'activité"
        verbose_name_plural = "remarques sur les imports d'activité"
        ordering = ["pk"]
        indexes = [models.Index(fields=["batch", "severity", "code"], name="activityissue_by_kind")]

    def __str__(self):
        return f"ligne {self.line} : {self.message}"


# Copies of what the figures' own keys have checked, and will check again if it is put back: checking 800,000 of them
# once more took 12 s.
COPIED: dict[str, Any] = {"db_index": False, "db_constraint": False}


class ReplacedActivity(models.Model):
    """A row of `MonthlyActivity` as it was before an import wrote over it: what taking the import back puts back.

    A row that carries an import's number and has none of these was created by it.
    """

    batch = models.ForeignKey(ActivityImport, models.CASCADE, related_name="replaced_activity")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", **COPIED)
    month = models.DateField("mois")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", **COPIED)
    demarche = models.ForeignKey(Demarche, models.PROTECT, null=True, related_name="+", **COPIED)
    requests = models.PositiveIntegerField("demandes")
    completed = models.PositiveIntegerField("finalisées", null=True)
    previous_batch = models.ForeignKey(ActivityImport, models.PROTECT, related_name="+", **COPIED)

    class Meta:
        verbose_name = "activité remplacée"
        verbose_name_plural = "activités remplacées"

    def __str__(self):
        return f"{self.site}, {self.month:%m/%Y} : {self.requests}"


class ReplacedSatisfaction(models.Model):
    """A row of `MonthlySatisfaction` as it was before an import wrote over it."""

    batch = models.ForeignKey(ActivityImport, models.CASCADE, related_name="replaced_satisfaction")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", **COPIED)
    month = models.DateField("mois")
    respondents = models.PositiveIntegerField("répondants")
    very_satisfied = models.PositiveIntegerField("très satisfaits")
    previous_batch = models.ForeignKey(ActivityImport, models.PROTECT, related_name="+", **COPIED)

    class Meta:
        verbose_name = "satisfaction remplacée"
        verbose_name_plural = "satisfactions remplacées"

    def __str__(self):
        return f"{self.site}, {self.month:%m/%Y} : {self.very_satisfied} sur {self.respondents}"
