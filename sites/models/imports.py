"""The lists that were imported."""

from django.db import models


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
