"""A place labelled France services, and how partners are present in it."""

from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property

from franceservices.territories.models import Commune
from sites import opening_hours, passages
from sites.models.partners import Partner
from sites.models.tracking import tracked
from sites.opening_hours import CLOSURE_FIELDS, SLOT_FIELDS, Schedule, closures_from_rows, slots_from_rows
from sites.passages import STOP_FIELDS, stops_from_rows
from sites.public_holidays import holiday_name
from sites.querysets import ITINERANT, SiteQuerySet


@tracked
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
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="antennes", verbose_name="site principal"
    )
    network = models.CharField("réseau", max_length=80, blank=True)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="sites")
    address = models.CharField("adresse", max_length=200, blank=True)
    address_extra = models.CharField("complément d'adresse", max_length=200, blank=True)
    postal_code = models.CharField("code postal", max_length=5)
    location = models.PointField("position", geography=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    appointment = models.CharField("rendez-vous", max_length=10, choices=Appointment.choices, default=Appointment.NONE)
    website = models.URLField("site internet", blank=True)
    note = models.TextField("précisions", blank=True)
    status = models.CharField("état", max_length=10, choices=Status.choices, default=Status.ACTIVE)
    labelled_on = models.DateField("labellisé le", null=True, blank=True)
    closed_on = models.DateField("fermé le", null=True, blank=True)
    is_demo = models.BooleanField("fictif", default=False)
    # What the prefecture has put right itself: lists no longer overwrite it, they propose (`ListProposal`).
    locally_owned_fields = ArrayField(
        models.CharField(max_length=30), verbose_name="tenus par la préfecture", default=list, blank=True, db_default=[]
    )
    verified_at = models.DateTimeField("vérifié le", null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="vérifié par"
    )
    updated_at = models.DateTimeField("mis à jour le", auto_now=True)

    # What `search` tells of those it finds: where a round is met, how long the drive is, the hours that were asked for.
    meeting = drive = wanted_hours = None

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
            models.CheckConstraint(condition=Q(parent=None) | Q(kind="antenne"), name="site_only_antennes_depend"),
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

    @property
    def sheet_url(self):
        """Its page to print."""
        return reverse("sites:sheet", args=[self.external_id, self.slug])

    @property
    def report_url(self):
        """Where one tells of an error on its page."""
        return reverse("sites:report", args=[self.external_id, self.slug])

    @property
    def calendar_url(self):
        """Its hours for a calendar."""
        return reverse("sites:calendar", args=[self.external_id, self.slug])

    @cached_property
    def schedule(self):
        """When it opens (see `sites.opening_hours`). Two queries, or none after `with_hours()`."""
        departement = self.commune.departement
        return Schedule(
            slots=slots_from_rows(self._rows("slot_rows", self.weekly_slots, SLOT_FIELDS)),
            timezone=ZoneInfo(departement.timezone),
            holiday_name=partial(holiday_name, departement.holiday_calendar),
            closures=closures_from_rows(self._rows("closure_rows", self.closures, CLOSURE_FIELDS)),
            itinerant=self.is_itinerant,
            by_appointment=self.appointment == self.Appointment.REQUIRED,
        )

    @cached_property
    def planned_stops(self):
        """The stops of its round (see `sites.passages`). One query, or none after `with_hours()`."""
        return stops_from_rows(self._rows("stop_rows", self.stops, STOP_FIELDS)) if self.is_itinerant else ()

    def state_at(self, moment):
        """Whether it receives people at an aware datetime: an `opening_hours.State`."""
        if self.is_itinerant:
            return passages.state(self.planned_stops, self.schedule, moment)
        return opening_hours.state(self.schedule, moment)

    def _rows(self, name, related, fields):
        """What `with_hours()` added as `name`, or the same asked now."""
        rows = getattr(self, name, None)
        return related.values_list(*fields) if rows is None else rows

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
        return self.format in ITINERANT


@tracked
class SitePartner(models.Model):
    """How a partner is present in a site, when it is known. Every site helps with the national ones anyway."""

    class Mode(models.TextChoices):
        COUNSELLORS = "counsellors", "Les conseillers vous aident"
        DESK = "desk", "Permanence sur place"
        VIDEO = "video", "Entretien à distance, depuis le lieu"

    site = models.ForeignKey(Site, models.CASCADE, related_name="partners")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="sites", verbose_name="partenaire")
    mode = models.CharField("présence", max_length=11, choices=Mode.choices, default=Mode.COUNSELLORS)
    note = models.CharField("précisions", max_length=200, blank=True)

    class Meta:
        verbose_name = "partenaire présent"
        verbose_name_plural = "partenaires présents"
        ordering = ["partner__rank"]
        constraints = [
            models.UniqueConstraint(fields=["site", "partner"], name="sitepartner_once"),
            models.CheckConstraint(
                condition=Q(mode__in=["counsellors", "desk", "video"]), name="sitepartner_mode_known"
            ),
        ]

    def __str__(self):
        return f"{self.partner} : {self.get_mode_display()}"
