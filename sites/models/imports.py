"""The lists that were imported, and what they propose where the prefecture has its own word."""

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


class ListProposal(models.Model):
    """What the last list says of a field that the prefecture holds (`Site.locally_owned_fields`), until it is decided.

    `value` is what `staff.record` holds of that field.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="list_proposals")
    field = models.CharField("champ", max_length=30)
    value = models.JSONField("valeur proposée")
    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="proposals", verbose_name="import")
    proposed_at = models.DateTimeField("proposé le", auto_now=True)

    class Meta:
        verbose_name = "proposition d'une liste"
        verbose_name_plural = "propositions des listes"
        ordering = ["site", "field"]
        constraints = [models.UniqueConstraint(fields=["site", "field"], name="listproposal_once_a_field")]

    def __str__(self):
        return f"{self.site} : {self.field}"
