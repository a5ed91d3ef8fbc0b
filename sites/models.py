"""The directory: partners, sites and their hours, and the lists that were imported."""

from functools import partial
from zoneinfo import ZoneInfo

import pghistory
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property

from franceservices.territories.models import Commune
from sites.opening_hours import Schedule, week_from_rows
from sites.public_holidays import holiday_name
from sites.querysets import SiteQuerySet


class Partner(models.Model):
    """A national partner whose procedures every site helps with."""

    code = models.SlugField(primary_key=True, max_length=30)
    name = models.CharField("nom", max_length=80)
    help_topics = models.CharField("aide proposée", max_length=200)
    rank = models.PositiveSmallIntegerField("rang")

    class Meta:
        verbose_name = "partenaire"
        ordering = ["rank"]

    def __str__(self):
        return self.name


class ImportBatch(models.Model):
    """One applied import. History rows carry its number as `import_batch`."""

    file_name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    is_demo = models.BooleanField("données de démonstration", default=False)
    is_complete = models.BooleanField("liste complète", default=False)
    counts = models.JSONField("bilan", default=dict)
    applied_at = models.DateTimeField("appliqué le", auto_now_add=True)

    class Meta:
        verbose_name = "import"
        ordering = ["-applied_at"]

    def __str__(self):
        return f"{self.file_name}, {self.applied_at:%d/%m/%Y}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True)
class Site(models.Model):
    """A place, fixed or mobile, labelled France services."""

    class Kind(models.TextChoices):
        PRINCIPAL = "principal", "Site principal"
        ANTENNE = "antenne", "Antenne"

    class Format(models.TextChoices):
        FIXE = "fixe", "Site fixe"
        ANTENNE = "antenne", "Site fixe avec antennes"
        MULTISITES = "multisites", "Multisites"
        BUS = "bus", "Bus"
        ITINERANTE = "itinerante", "Itinérante"

    class Appointment(models.TextChoices):
        NONE = "none", "Sans rendez-vous"
        POSSIBLE = "possible", "Rendez-vous possible"
        REQUIRED = "required", "Sur rendez-vous uniquement"

    class Status(models.TextChoices):
        ACTIVE = "active", "En service"
        CLOSED = "closed", "Fermé"
        WITHDRAWN = "withdrawn", "Retiré"

    external_id = models.CharField("identifiant national", max_length=20, unique=True)
    name = models.CharField("nom", max_length=150)
    slug = models.SlugField(max_length=160)
    kind = models.CharField("type", max_length=10, choices=Kind.choices, default=Kind.PRINCIPAL)
    format = models.CharField("format", max_length=10, choices=Format.choices, default=Format.FIXE)
    network = models.CharField("réseau", max_length=80, blank=True)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="sites")
    address = models.CharField("adresse", max_length=200, blank=True)
    address_extra = models.CharField("complément d'adresse", max_length=200, blank=True)
    postal_code = models.CharField("code postal", max_length=5)
    location = models.PointField("position", geography=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    appointment = models.CharField("rendez-vous", max_length=10, choices=Appointment.choices, default=Appointment.NONE)
    note = models.TextField("précisions", blank=True)
    status = models.CharField("état", max_length=10, choices=Status.choices, default=Status.ACTIVE)
    labelled_on = models.DateField("labellisé le", null=True, blank=True)
    closed_on = models.DateField("fermé le", null=True, blank=True)
    is_demo = models.BooleanField("fictif", default=False)
    updated_at = models.DateTimeField("mis à jour le", auto_now=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = "site"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(external_id__regex=r"^[0-9A-Za-z]+$"), name="site_external_id_plain"),
            models.CheckConstraint(
                condition=Q(status="active", closed_on=None)
                | Q(status="closed", closed_on__isnull=False)
                | Q(status="withdrawn"),
                name="site_closed_since_a_date",
            ),
            models.CheckConstraint(condition=Q(kind__in=["principal", "antenne"]), name="site_kind_known"),
            models.CheckConstraint(
                condition=Q(format__in=["fixe", "antenne", "multisites", "bus", "itinerante"]), name="site_format_known"
            ),
            models.CheckConstraint(
                condition=Q(appointment__in=["none", "possible", "required"]), name="site_appointment_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="site_has_a_name"),
            models.CheckConstraint(condition=Q(slug__regex=r"^[-a-zA-Z0-9_]+$"), name="site_slug_fits_an_address"),
            models.CheckConstraint(
                condition=Q(postal_code__regex=r"^[0-9]{5}$"), name="site_postal_code_has_five_digits"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("sites:site", args=[self.external_id, self.slug])

    @cached_property
    def schedule(self):
        """When it opens (see sites.opening_hours). One query, or none after `with_hours()`."""
        rows = getattr(self, "slot_rows", None)
        if rows is None:
            rows = self.weekly_slots.order_by("weekday", "opens").values_list("weekday", "opens", "closes")
        departement = self.commune.departement
        return Schedule(
            week=week_from_rows(rows),
            timezone=ZoneInfo(departement.timezone),
            holiday_name=partial(holiday_name, departement.holiday_calendar),
            itinerant=self.is_itinerant,
        )

    def others_of_its_network(self):
        """The other sites in service of its network, by commune; none when it belongs to no network.

        Networks are named by the list within a département: two of the same name elsewhere are not one.
        """
        if not self.network:
            return Site.objects.none()
        same = Site.objects.open_to_public().filter(network=self.network).exclude(pk=self.pk)
        return same.in_departement(self.commune.departement_id).with_commune().order_by("commune__name", "pk")

    @property
    def is_itinerant(self):
        """Whether it goes round: then its address is a garage, not a door to push."""
        return self.format in (self.Format.BUS, self.Format.ITINERANTE)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True)
class WeeklySlot(models.Model):
    """A span of opening, the same every week, in the site's own time zone."""

    class Weekday(models.IntegerChoices):
        MONDAY = 1, "lundi"
        TUESDAY = 2, "mardi"
        WEDNESDAY = 3, "mercredi"
        THURSDAY = 4, "jeudi"
        FRIDAY = 5, "vendredi"
        SATURDAY = 6, "samedi"
        SUNDAY = 7, "dimanche"

    site = models.ForeignKey(Site, models.CASCADE, related_name="weekly_slots")
    weekday = models.PositiveSmallIntegerField("jour", choices=Weekday.choices)
    opens = models.TimeField("ouvre à")
    closes = models.TimeField("ferme à")

    class Meta:
        verbose_name = "créneau hebdomadaire"
        verbose_name_plural = "créneaux hebdomadaires"
        ordering = ["site", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="slot_opens_before_it_closes"),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="slot_weekday_is_iso"),
            models.UniqueConstraint(fields=["site", "weekday", "opens"], name="slot_unique_start"),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"
