"""The lists that were imported, and what they propose where the prefecture has its own word."""

from django.conf import settings
from django.db import models

from sites.models.site import Site


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


class ListProposalQuerySet(models.QuerySet):
    def waiting(self):
        """Those that nobody has decided yet."""
        return self.filter(dismissed_at=None)


class ListProposal(models.Model):
    """What the last list says of a field that the prefecture holds (`Site.locally_owned_fields`).

    `value` is a text, a commune's INSEE code, [longitude, latitude], or {"1": [["09:00", "12:00"], …], …}: the hours
    of each ISO weekday, Sunday left out. Once dismissed it is kept, so that the same list does not ask again.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="list_proposals", db_index=False)  # the constraint's
    field = models.CharField("champ", max_length=30)
    value = models.JSONField("valeur proposée")
    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="proposals", verbose_name="import")
    proposed_at = models.DateTimeField("proposé le", auto_now=True)
    dismissed_at = models.DateTimeField("écarté le", null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="écarté par"
    )

    objects = ListProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition d'une liste"
        verbose_name_plural = "propositions des listes"
        ordering = ["site", "field"]
        constraints = [models.UniqueConstraint(fields=["site", "field"], name="listproposal_once_a_field")]

    def __str__(self):
        return f"{self.site} : {self.field}"
