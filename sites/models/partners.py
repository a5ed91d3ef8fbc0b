"""The partners whose procedures the sites help with, and those procedures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.urls import reverse


class PartnerQuerySet(models.QuerySet):
    def present_in(self, site):
        """The national ones, and the local ones that are in a site; `.mode` and `.note` say how, or are None."""
        here = FilteredRelation("sites", condition=Q(sites__site=site))
        return (
            self.alias(here=here)
            .filter(Q(is_national=True) | Q(here__isnull=False))
            .annotate(mode=F("here__mode"), note=F("here__note"))
        )


class Partner(models.Model):
    """Whose procedures sites help with: a national partner, in every site, or a local one, where it is said to be."""

    code = models.SlugField(primary_key=True, max_length=30)
    name = models.CharField("nom", max_length=80)
    help_topics = models.CharField("aide proposée", max_length=200)
    rank = models.PositiveSmallIntegerField("rang")
    is_national = models.BooleanField("national", default=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = "partenaire"
        ordering = ["rank"]

    def __str__(self):
        return self.name


class DemarcheQuerySet(models.QuerySet):
    def featured(self):
        """Those that the home page shows."""
        return self.filter(is_featured=True)

    def by_partner(self):
        """All with their partner, those of no partner last."""
        return self.select_related("partner").order_by(F("partner__rank").asc(nulls_last=True), "rank")

    def of_same_partner(self, demarche):
        """The others of its partner, or the others of no partner."""
        return self.filter(partner=demarche.partner_id).exclude(pk=demarche.pk)


class Demarche(models.Model):
    """A procedure in plain words: whom it depends on, what the counsellors do, what to bring.

    `partner` is None when it depends on none of them: a town hall, another administration.
    """

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField("nom", max_length=120)
    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="demarches", verbose_name="partenaire", null=True, blank=True
    )
    theme = models.CharField(
        "thème",
        max_length=60,
        blank=True,
        db_default="",
        help_text="Sous lequel les bilans la comptent avec d'autres : Impôts, Retraite… Vide : sous son nom.",
    )
    summary = models.TextField("en bref")
    keywords = ArrayField(models.CharField(max_length=60), verbose_name="mots que l'on tape", default=list)
    documents = ArrayField(models.CharField(max_length=200), verbose_name="à apporter", default=list)
    service_public_url = models.URLField("page de service-public.gouv.fr", max_length=300)
    is_featured = models.BooleanField("montrée à l'accueil", default=False)
    rank = models.PositiveSmallIntegerField("rang")

    objects = DemarcheQuerySet.as_manager()

    class Meta:
        verbose_name = "démarche"
        ordering = ["rank", "slug"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="demarche_has_a_name"),
            models.CheckConstraint(
                condition=Q(service_public_url__startswith="https://"), name="demarche_page_is_https"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("sites:demarche", args=[self.slug])
