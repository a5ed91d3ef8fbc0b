"""When a site receives people: at its address each week, at the stops of its round, and not while it is closed."""

from django.contrib.gis.db import models
from django.db.models import F, Q

from franceservices.territories.models import Commune
from sites.models.site import Site
from sites.models.tracking import tracked
from sites.slot_querysets import ClosureQuerySet, SlotQuerySet, StopQuerySet


class RecurringSlot(models.Model):
    """A span of time that comes back on a weekday, in the site's own time zone (see `opening_hours.Slot`)."""

    class Weekday(models.IntegerChoices):
        MONDAY = 1, "lundi"
        TUESDAY = 2, "mardi"
        WEDNESDAY = 3, "mercredi"
        THURSDAY = 4, "jeudi"
        FRIDAY = 5, "vendredi"
        SATURDAY = 6, "samedi"
        SUNDAY = 7, "dimanche"

    class Mode(models.TextChoices):
        OPEN = "open", "sans rendez-vous"
        APPOINTMENT = "appointment", "sur rendez-vous"

    class Weeks(models.TextChoices):
        ALL = "all", "toutes les semaines"
        ODD = "odd", "semaines impaires"
        EVEN = "even", "semaines paires"
        FIRST = "first", "premier du mois"
        SECOND = "second", "deuxième du mois"
        THIRD = "third", "troisième du mois"
        FOURTH = "fourth", "quatrième du mois"
        LAST = "last", "dernier du mois"

    weekday = models.PositiveSmallIntegerField("jour", choices=Weekday.choices)
    opens = models.TimeField("ouvre à")
    closes = models.TimeField("ferme à")
    mode = models.CharField("accueil", max_length=11, choices=Mode.choices, default=Mode.OPEN, db_default=Mode.OPEN)
    weeks = models.CharField("semaines", max_length=6, choices=Weeks.choices, default=Weeks.ALL, db_default=Weeks.ALL)
    valid_from = models.DateField("à partir du", null=True, blank=True)
    valid_until = models.DateField("jusqu'au", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="%(class)s_opens_before_it_closes"),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="%(class)s_weekday_is_iso"),
            models.CheckConstraint(condition=Q(mode__in=["open", "appointment"]), name="%(class)s_mode_known"),
            models.CheckConstraint(
                condition=Q(weeks__in=["all", "odd", "even", "first", "second", "third", "fourth", "last"]),
                name="%(class)s_weeks_known",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lte=F("valid_until")),
                name="%(class)s_valid_from_before_until",
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


@tracked
class WeeklySlot(RecurringSlot):
    """A span of opening at the site's own address."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="weekly_slots")

    objects = SlotQuerySet.as_manager()

    class Meta(RecurringSlot.Meta):
        verbose_name = "créneau hebdomadaire"
        verbose_name_plural = "créneaux hebdomadaires"
        ordering = ["site", "weekday", "opens"]
        constraints = [
            *RecurringSlot.Meta.constraints,
            models.UniqueConstraint(
                fields=["site", "weekday", "opens", "weeks", "valid_from"],
                nulls_distinct=False,
                name="weeklyslot_unique_start",
            ),
        ]


@tracked
class Stop(RecurringSlot):
    """A passage of an itinerant site at a place of its round."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="stops")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="stops")
    place = models.CharField("lieu", max_length=150)
    location = models.PointField("position", geography=True)

    objects = StopQuerySet.as_manager()

    class Meta(RecurringSlot.Meta):
        verbose_name = "passage"
        ordering = ["site", "weekday", "opens"]
        constraints = [
            *RecurringSlot.Meta.constraints,
            models.CheckConstraint(condition=~Q(place=""), name="stop_has_a_place"),
            models.UniqueConstraint(
                fields=["site", "weekday", "opens", "weeks", "valid_from"],
                nulls_distinct=False,
                name="stop_unique_start",
            ),
        ]


@tracked
class Closure(models.Model):
    """Days on which a site stays closed, both ends included. No end: until further notice."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="closures")
    starts = models.DateField("du")
    ends = models.DateField("au", null=True, blank=True)
    reason = models.CharField("motif", max_length=150, blank=True)
    replacement = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="site de remplacement"
    )

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = "fermeture exceptionnelle"
        verbose_name_plural = "fermetures exceptionnelles"
        ordering = ["site", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(starts__lte=F("ends")), name="closure_starts_before_it_ends"
            ),
            models.UniqueConstraint(fields=["site", "starts"], name="closure_unique_start"),
        ]

    def __str__(self):
        return f"du {self.starts:%d/%m/%Y}" + (f" au {self.ends:%d/%m/%Y}" if self.ends else "")
