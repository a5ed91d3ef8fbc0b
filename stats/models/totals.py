"""The monthly totals of territories: what every page reads.

PostgreSQL keeps them in the transaction that changes `MonthlyActivity`, `MonthlySatisfaction`, or a site's département
(migration 0002): nothing in Python writes their counts. The `hides_…` flags tell what the public may not see;
`stats.suppression` alone sets them, and `seen_by` alone reads them. A row that the triggers have just written hides
everything until then.
"""

from django.db import models
from django.db.models import Case, Count, F, Q, Sum, Value, When

from sites.models import Demarche, Partner


def _unless(flag, field):
    return Case(When(**{flag: True}, then=Value(None)), default=F(field))


class TotalQuerySet(models.QuerySet):
    """Rows of totals, hidden figures and all: pages ask `seen_by` first."""

    def of(self, territory):
        return self.filter(territory=territory.key)

    def parts_of(self, territory):
        """Those of the territories, one level below, that make it."""
        return self.filter(parent=territory.key)

    def during(self, first, last):
        """Of the months from `first` to `last`, both included."""
        return self.filter(month__range=(first, last))

    def unsettled(self):
        return self.filter(settled=False)


class MonthlyTotalQuerySet(TotalQuerySet):
    def seen_by(self, audience):
        """Rows as dicts of `territory`, `month`, `reporting` and, as `seen_requests`…, the counts: None if hidden.

        `suppression.Audience.AGENTS` see everything.
        """
        hidden_by = MonthlyTotal.HIDDEN_BY.items()
        seen = {
            f"seen_{name}": F(name) if audience.sees_small_numbers else _unless(flag, name) for name, flag in hidden_by
        }
        return self.values("territory", "month", "reporting", **seen)

    def summed_by_territory(self, audience):
        """Dicts of `territory`, `reported`, `seen_requests` (of the months that may be), `hidden` (the others)."""
        may_be_seen = None if audience.sees_small_numbers else Q(hides_requests=False)
        return (
            self.filter(reporting__gt=0)
            .order_by()
            .values("territory")
            .annotate(
                reported=Sum("reporting"),
                seen_requests=Sum("requests", filter=may_be_seen),
                hidden=Count("pk") - Count("pk", filter=may_be_seen),
            )
        )


class MonthlyTotal(models.Model):
    """All that a territory, or a site, reported for a month.

    `completed_of` are the requests of the rows that say how many were completed: what `completed` is a share of.
    `reporting` is the number of sites that reported démarches.
    """

    HIDDEN_BY = {
        "requests": "hides_requests",
        "completed": "hides_completed",
        "completed_of": "hides_completed",
        "respondents": "hides_respondents",
        "very_satisfied": "hides_satisfaction",
    }

    territory = models.CharField("territoire", max_length=30)
    parent = models.CharField("partie de", max_length=30, blank=True)
    month = models.DateField("mois")
    reporting = models.PositiveIntegerField("sites ayant déclaré")
    requests = models.PositiveBigIntegerField("demandes")
    completed = models.PositiveBigIntegerField("finalisées")
    completed_of = models.PositiveBigIntegerField("demandes dont on sait si elles sont finalisées")
    respondents = models.PositiveBigIntegerField("répondants")
    very_satisfied = models.PositiveBigIntegerField("très satisfaits")
    hides_requests = models.BooleanField("masque les demandes", default=True, db_default=True)
    hides_completed = models.BooleanField("masque les finalisées", default=True, db_default=True)
    hides_respondents = models.BooleanField("masque les répondants", default=True, db_default=True)
    hides_satisfaction = models.BooleanField("masque la satisfaction", default=True, db_default=True)
    settled = models.BooleanField("petits nombres vus", default=False, db_default=False)

    objects = MonthlyTotalQuerySet.as_manager()

    class Meta:
        verbose_name = "total mensuel"
        verbose_name_plural = "totaux mensuels"
        indexes = [
            models.Index(fields=["parent", "month"], name="monthlytotal_parts"),
            models.Index(fields=["month"], condition=Q(settled=False), name="monthlytotal_unsettled"),
        ]
        constraints = [models.UniqueConstraint(fields=["territory", "month"], name="monthlytotal_once")]

    def __str__(self):
        return f"{self.territory}, {self.month:%m/%Y}"


class SmallNumberRule(models.Model):
    """The threshold that the flags follow: `settings.SMALL_NUMBER_THRESHOLD` when they were last set. One row."""

    threshold = models.PositiveSmallIntegerField("seuil", primary_key=True)

    class Meta:
        verbose_name = "règle des petits nombres"
        verbose_name_plural = "règle des petits nombres"

    def __str__(self):
        return f"de 1 à {self.threshold - 1}"


class MixQuerySet(TotalQuerySet):
    def seen_by(self, audience):
        """The rows whose `requests` the audience may see: the others are left out."""
        return self if audience.sees_small_numbers else self.filter(hides_requests=False)


class MonthlyByPartner(models.Model):
    """The requests of a month for a partner. Of départements, régions and France, never of a site."""

    territory = models.CharField("territoire", max_length=30)
    parent = models.CharField("partie de", max_length=30, blank=True)
    month = models.DateField("mois")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", db_index=False)
    requests = models.PositiveBigIntegerField("demandes")
    hides_requests = models.BooleanField("masque les demandes", default=True, db_default=True)
    settled = models.BooleanField("petits nombres vus", default=False, db_default=False)

    objects = MixQuerySet.as_manager()

    class Meta:
        verbose_name = "total mensuel d'un partenaire"
        verbose_name_plural = "totaux mensuels des partenaires"
        indexes = [models.Index(fields=["month"], condition=Q(settled=False), name="monthlybypartner_unsettled")]
        constraints = [models.UniqueConstraint(fields=["territory", "month", "partner"], name="monthlybypartner_once")]

    def __str__(self):
        return f"{self.territory}, {self.month:%m/%Y}, {self.partner_id}"


class MonthlyByDemarche(models.Model):
    """The requests of a month for a démarche; `demarche` None are those of the partner that name none."""

    territory = models.CharField("territoire", max_length=30)
    parent = models.CharField("partie de", max_length=30, blank=True)
    month = models.DateField("mois")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", db_index=False)
    demarche = models.ForeignKey(Demarche, models.PROTECT, null=True, related_name="+", db_index=False)
    requests = models.PositiveBigIntegerField("demandes")
    hides_requests = models.BooleanField("masque les demandes", default=True, db_default=True)
    settled = models.BooleanField("petits nombres vus", default=False, db_default=False)

    objects = MixQuerySet.as_manager()

    class Meta:
        verbose_name = "total mensuel d'une démarche"
        verbose_name_plural = "totaux mensuels des démarches"
        indexes = [models.Index(fields=["month"], condition=Q(settled=False), name="monthlybydemarche_unsettled")]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "month", "partner", "demarche"],
                nulls_distinct=False,
                name="monthlybydemarche_once",
            )
        ]

    def __str__(self):
        return f"{self.territory}, {self.month:%m/%Y}, {self.demarche_id}"
