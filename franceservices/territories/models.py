"""Régions, départements and communes of France, as of the code officiel géographique of 2026."""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.measure import D
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db.models import Count, F, Q, Sum


class RegionQuerySet(models.QuerySet):
    def with_population(self):
        """Adds `.population`: the inhabitants of their départements."""
        return self.annotate(population=Sum("departements__population"))


class Region(models.Model):
    code = models.CharField(primary_key=True, max_length=3)
    name = models.CharField("nom", max_length=60)
    slug = models.SlugField(max_length=60, unique=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "région"
        ordering = ["name"]

    def __str__(self):
        return self.name


class DepartementQuerySet(models.QuerySet):
    def timezones(self):
        """The names of their time zones, that of most départements first."""
        return self.order_by().values_list("timezone", flat=True).annotate(n=Count("pk")).order_by("-n", "timezone")


class Departement(models.Model):
    """A département, or an overseas collectivity (then `region` is empty)."""

    code = models.CharField(primary_key=True, max_length=3)
    name = models.CharField("nom", max_length=60)
    slug = models.SlugField(max_length=60, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="departements")
    population = models.PositiveIntegerField("habitants", null=True, help_text="La somme de ses communes.")
    timezone = models.CharField("fuseau horaire", max_length=40, help_text="Nom IANA, comme Europe/Paris.")
    holiday_calendar = models.CharField(
        "calendrier des jours fériés",
        max_length=10,
        blank=True,
        help_text="Subdivision de la bibliothèque holidays (57, 6AE, 971…) ; vide : jours fériés nationaux.",
    )

    objects = DepartementQuerySet.as_manager()

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self):
        return f"{self.name} ({self.code})"


class CommuneQuerySet(models.QuerySet):
    def current(self):
        """Today's communes: neither arrondissements nor former communes."""
        return self.filter(replaced_by=None)

    def codes_of(self, insee):
        """A commune of today with its arrondissements and the former communes that it replaced."""
        return self.filter(Q(pk=insee) | Q(replaced_by=insee))

    def most_populous(self):
        """The one with the most inhabitants, among those that have a known point."""
        return self.exclude(location=None).order_by(F("population").desc(nulls_last=True), "pk")[0]

    def nearest_to(self, point, within_km):
        """The one whose point is nearest to `point`, at most `within_km` away; None when there is none."""
        near = self.filter(location__dwithin=(point, D(km=within_km)))
        return near.order_by(Distance("location", point), "pk").first()

    def around(self, commune):
        """Today's other communes of its département, closest first. None when it has no known point."""
        if not commune.location:
            return self.none()
        others = self.current().filter(departement=commune.departement_id).exclude(pk=commune.pk)
        return others.exclude(location=None).order_by(Distance("location", commune.location), "pk")


class Commune(models.Model):
    """A commune of today, or a code that resolves to one through `replaced_by`.

    Municipal arrondissements (Paris, Lyon, Marseille) and former communes are rows with `replaced_by`, so
    that the codes of any list still resolve. A row without `location` has no known point.
    """

    insee = models.CharField(primary_key=True, max_length=5)
    name = models.CharField("nom", max_length=60)
    slug = models.SlugField(max_length=60)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="communes")
    postal_codes = ArrayField(models.CharField(max_length=5), verbose_name="codes postaux", default=list)
    population = models.PositiveIntegerField(null=True, blank=True)
    location = models.PointField("position", geography=True, null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name="remplacée par"
    )

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        ordering = ["name", "insee"]
        indexes = [GinIndex(fields=["postal_codes"], name="commune_postal_codes")]
        constraints = [
            models.CheckConstraint(
                condition=Q(replaced_by=None) | ~Q(replaced_by=F("insee")),
                name="commune_not_replaced_by_itself",
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.departement_id})"

    @property
    def today(self):
        """Today's commune: itself, unless it was replaced."""
        return self.replaced_by or self


class PlaceName(models.Model):
    """One way of naming a place, as people type it: what `places` searches.

    Made from the three tables above by `load_territories`, which writes it anew each time; nothing refers to
    it. `qualifiers` (département, région, postal codes, today's commune) are what tells it from homonyms.
    """

    class Spelling(models.TextChoices):
        NAME = "name", "nom"
        ALIAS = "alias", "autre écriture"
        POSTAL_CODE = "postal_code", "code postal"

    class Kind(models.TextChoices):
        COMMUNE = "commune", "commune"
        DEPARTEMENT = "departement", "département"
        REGION = "region", "région"

    search_name = models.CharField("nom cherché", max_length=80, help_text="Voir places.normalise().")
    spelling = models.CharField("écriture", max_length=11, choices=Spelling.choices)
    kind = models.CharField("genre", max_length=11, choices=Kind.choices)
    code = models.CharField(max_length=5)
    label = models.CharField("libellé", max_length=120)
    detail = models.CharField("complément", max_length=120)
    qualifiers = ArrayField(models.CharField(max_length=80), verbose_name="précisions", default=list)
    population = models.PositiveIntegerField()
    location = models.PointField("position", geography=True)
    centre = models.CharField(
        "commune d'où comptent les distances",
        max_length=60,
        blank=True,
        help_text="La plus peuplée du département ou de la région ; vide pour une commune.",
    )
    is_former = models.BooleanField("ancienne commune")

    class Meta:
        verbose_name = "nom de lieu"
        verbose_name_plural = "noms de lieux"
        indexes = [
            models.Index(fields=["search_name"], name="placename_search_name", opclasses=["varchar_pattern_ops"]),
            GistIndex(  # unlike GIN, it gives the nearest names in order: 7 ms for 'saint etiene' against 35
                OpClass(F("search_name"), "gist_trgm_ops(siglen=32)"),
                name="placename_search_name_trigram",
                condition=Q(spelling="name"),
            ),
        ]

    def __str__(self):
        return self.label


class LoadedFixtures(models.Model):
    """Which fixtures the tables above were loaded from. One row, written in the same transaction as they are."""

    fingerprint = models.CharField("empreinte", max_length=64, primary_key=True)
    communes = models.PositiveIntegerField()
    loaded_at = models.DateTimeField("chargé le", auto_now_add=True)

    class Meta:
        verbose_name = "chargement"

    def __str__(self):
        return self.fingerprint
