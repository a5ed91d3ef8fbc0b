"""What sites report each month: how many démarches they helped with, and what people thought of it."""

from django.db import models
from django.db.models import F, Q

from sites.models import Demarche, Partner, Site
from stats.models.imports import ActivityImport

FIRST_OF_A_MONTH = Q(month__day=1)


class MonthlyActivity(models.Model):
    """Démarches with which a site helped in a month, for a partner and, when it is known, a démarche.

    `completed` are those of `requests` that were completed in one visit; None when it was not counted. No row means
    that nothing was reported, which is not zero. The totals (`models.totals`) follow by themselves: triggers keep them.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="activity", db_index=False)  # the constraint's
    month = models.DateField("mois")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name="partenaire", db_index=False)
    demarche = models.ForeignKey(
        Demarche, models.PROTECT, null=True, related_name="+", verbose_name="démarche", db_index=False
    )
    requests = models.PositiveIntegerField("demandes")
    completed = models.PositiveIntegerField("finalisées", null=True)
    batch = models.ForeignKey(ActivityImport, models.PROTECT, related_name="+", verbose_name="import", db_index=False)

    class Meta:
        verbose_name = "activité mensuelle"
        verbose_name_plural = "activités mensuelles"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "month", "partner", "demarche"], nulls_distinct=False, name="monthlyactivity_once"
            ),
            models.CheckConstraint(condition=FIRST_OF_A_MONTH, name="monthlyactivity_first_of_a_month"),
            models.CheckConstraint(
                condition=Q(completed=None) | Q(completed__lte=F("requests")),
                name="monthlyactivity_completed_at_most_requests",
            ),
        ]

    def __str__(self):
        return f"{self.site}, {self.month:%m/%Y} : {self.requests}"


class MonthlySatisfaction(models.Model):
    """How many people answered about a site in a month, and how many of them were very satisfied."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="satisfaction", db_index=False)  # the constraint's
    month = models.DateField("mois")
    respondents = models.PositiveIntegerField("répondants")
    very_satisfied = models.PositiveIntegerField("très satisfaits")
    batch = models.ForeignKey(ActivityImport, models.PROTECT, related_name="+", verbose_name="import", db_index=False)

    class Meta:
        verbose_name = "satisfaction mensuelle"
        verbose_name_plural = "satisfactions mensuelles"
        constraints = [
            models.UniqueConstraint(fields=["site", "month"], name="monthlysatisfaction_once"),
            models.CheckConstraint(condition=FIRST_OF_A_MONTH, name="monthlysatisfaction_first_of_a_month"),
            models.CheckConstraint(
                condition=Q(very_satisfied__lte=F("respondents")),
                name="monthlysatisfaction_satisfied_at_most_respondents",
            ),
        ]

    def __str__(self):
        return f"{self.site}, {self.month:%m/%Y} : {self.very_satisfied} sur {self.respondents}"
