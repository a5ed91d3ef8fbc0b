"""How far everyone is from a site: `manage.py compute_coverage` writes it (`stats.coverage`)."""

from django.db import models
from django.db.models import Q

from franceservices.territories.models import Commune
from sites.models import Site


class CommuneAccess(models.Model):
    """The site that is nearest to a commune of today, at its own point or at a stop of its round."""

    class Method(models.TextChoices):
        SERVICE = "service", "calculée par un service d'itinéraires"
        MODEL = "model", "estimée d'après la distance"

    commune = models.OneToOneField(Commune, models.CASCADE, primary_key=True, related_name="access")
    site = models.ForeignKey(Site, models.CASCADE, related_name="+", verbose_name="site le plus proche")
    distance_m = models.PositiveIntegerField("distance à vol d'oiseau, en mètres")
    duration_min = models.FloatField("durée en voiture, en minutes")
    method = models.CharField("méthode", max_length=7, choices=Method.choices, default=Method.MODEL)

    class Meta:
        verbose_name = "accès d'une commune"
        verbose_name_plural = "accès des communes"
        constraints = [
            models.CheckConstraint(condition=Q(method__in=["service", "model"]), name="communeaccess_method_known")
        ]

    def __str__(self):
        return f"{self.commune} : {self.duration_min:.0f} min"


class TerritoryAccess(models.Model):
    """How many inhabitants of a territory are within 10, 20 and 30 minutes of a site, by car."""

    territory = models.CharField("territoire", max_length=30, primary_key=True)
    population = models.PositiveIntegerField("habitants")
    within_10_min = models.PositiveIntegerField("à 10 minutes au plus")
    within_20_min = models.PositiveIntegerField("à 20 minutes au plus")
    within_30_min = models.PositiveIntegerField("à 30 minutes au plus")
    computed_at = models.DateTimeField("calculé le")

    class Meta:
        verbose_name = "accès d'un territoire"
        verbose_name_plural = "accès des territoires"

    def __str__(self):
        return self.territory


class AccessSource(models.Model):
    """What the two tables above were computed from: sites, stops, communes and method. One row."""

    fingerprint = models.CharField("empreinte", max_length=32, primary_key=True)

    class Meta:
        verbose_name = "source de l'accès"
        verbose_name_plural = "sources de l'accès"

    def __str__(self):
        return self.fingerprint
