"""The lists that were received: the file, what its lines would change, what is wrong with them, what was applied."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from franceservices.territories.models import Departement
from sites.models.site import Site
from sites.models.tracking import tracked


class ImportBatchQuerySet(models.QuerySet):
    def last_applied(self):
        """The list that the directory follows, or None: one that was taken back does not count.

        Demonstration data is one as long as there is no other.
        """
        stands = self.filter(status__in=[ImportBatch.Status.APPLIED, ImportBatch.Status.TAKING_BACK])
        return stands.order_by("is_demo", "-applied_at").first()


class ImportBatch(models.Model):
    """A list, from the day it is received to the day it is applied, and maybe taken back.

    History rows carry its number as `import_batch`. The file, once read, is told by `encoding` and `delimiter`, or by
    `sheet`; `asked_encoding` and `asked_delimiter` are what a person chose instead of what was found.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", "Analyse en cours"
        REFUSED = "refused", "Fichier refusé"
        READY = "ready", "À confirmer"
        CONFIRMED = "confirmed", "Application en cours"
        APPLIED = "applied", "Appliquée"
        TAKING_BACK = "taking_back", "Annulation en cours"
        TAKEN_BACK = "taken_back", "Annulée"
        ABANDONED = "abandoned", "Abandonnée"

    IN_PROGRESS = (Status.RECEIVED, Status.CONFIRMED, Status.TAKING_BACK)
    # What has changed sites, whatever was taken back since.
    WAS_APPLIED = (Status.APPLIED, Status.TAKING_BACK, Status.TAKEN_BACK)
    WROTE_NOTHING = (Status.REFUSED, Status.ABANDONED)

    status = models.CharField("état", max_length=11, choices=Status.choices, default=Status.RECEIVED)
    file_name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, db_index=True)
    is_demo = models.BooleanField("données de démonstration", default=False)
    is_complete = models.BooleanField("liste complète", default=False)
    valid_rows_only = models.BooleanField("lignes valides seulement", default=False, db_default=False)
    asked_encoding = models.CharField("encodage demandé", max_length=20, blank=True, db_default="")
    asked_delimiter = models.CharField("séparateur demandé", max_length=1, blank=True, db_default="")
    encoding = models.CharField("encodage", max_length=20, blank=True, db_default="")
    delimiter = models.CharField("séparateur", max_length=1, blank=True, db_default="")
    sheet = models.CharField("feuille", max_length=100, blank=True, db_default="")
    counts = models.JSONField("bilan", default=dict)
    # A French sentence: why the file is refused, why nothing was written, or what must be known before confirming.
    message = models.TextField("message", blank=True, db_default="")
    received_at = models.DateTimeField("reçu le", default=timezone.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="reçu par"
    )
    analysed_at = models.DateTimeField("analysé le", null=True, blank=True)
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="appliqué par"
    )
    taken_back_at = models.DateTimeField("annulé le", null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="annulé par"
    )

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        *("received", "refused", "ready", "confirmed"),
                        *("applied", "taking_back", "taken_back", "abandoned"),
                    ]
                ),
                name="importbatch_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["applied", "taking_back", "taken_back"]) | Q(applied_at__isnull=False),
                name="importbatch_applied_since_a_moment",
            ),
        ]

    def __str__(self):
        return f"{self.file_name}, {self.received_at:%d/%m/%Y}"

    @property
    def is_in_progress(self):
        return self.status in self.IN_PROGRESS

    @property
    def is_workbook(self):
        return bool(self.sheet)


class ImportFile(models.Model):
    """The bytes of a list, unchanged: web servers and workers may share no disk, and a backup holds everything."""

    batch = models.OneToOneField(ImportBatch, models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField("contenu")

    class Meta:
        verbose_name = "fichier reçu"
        verbose_name_plural = "fichiers reçus"

    def __str__(self):
        return self.batch.file_name


class ImportProgress(models.Model):
    """How far the work on a list is. Written beside the work's own transaction, so that pages can tell."""

    batch = models.OneToOneField(ImportBatch, models.CASCADE, primary_key=True, related_name="progress")
    stage = models.CharField("étape", max_length=100)
    done = models.PositiveIntegerField("fait", default=0)
    total = models.PositiveIntegerField("à faire", default=0)
    updated_at = models.DateTimeField("le", auto_now=True)

    class Meta:
        verbose_name = "avancement"

    def __str__(self):
        return f"{self.stage} : {self.done} sur {self.total}"


class ImportRow(models.Model):
    """What a line of a list does to a site, against the directory as it was; no line: a site that the list lacks.

    `before` and `after` are the keys of the site's record (`sites.records.record`) that change; for a new site, `after`
    holds all that the list says. `state` tells whether the site has changed since (`imports.state`). `held` is
    {field: [ours, the list's]} of what the prefecture holds, `taken` the fields for which the list's is chosen anyway.
    """

    class Action(models.TextChoices):
        CREATE = "create", "Nouveau site"
        UPDATE = "update", "Modification"
        REOPEN = "reopen", "Réouverture"
        CLOSE = "close", "Fermeture"
        UNCHANGED = "unchanged", "Sans changement"
        ABSENT = "absent", "Absent de la liste"
        ERROR = "error", "Ligne en erreur"

    WRITES = (Action.CREATE, Action.UPDATE, Action.REOPEN, Action.CLOSE)

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", db_index=False)  # the index below
    line = models.PositiveIntegerField("ligne", null=True)
    action = models.CharField("effet", max_length=9, choices=Action.choices)
    external_id = models.CharField("identifiant national", max_length=20, blank=True)
    name = models.CharField("nom", max_length=150, blank=True)
    slug = models.CharField(max_length=160, blank=True)
    departement = models.ForeignKey(Departement, models.PROTECT, null=True, related_name="+", db_index=False)
    site = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=32, blank=True)
    before = models.JSONField("avant", default=dict)
    after = models.JSONField("après", default=dict)
    held = models.JSONField("tenu par la préfecture", default=dict)
    taken = ArrayField(models.CharField(max_length=30), verbose_name="pris dans la liste", default=list, db_default=[])

    class Meta:
        verbose_name = "ligne d'une liste"
        verbose_name_plural = "lignes des listes"
        ordering = ["pk"]
        indexes = [models.Index(fields=["batch", "action", "departement"], name="importrow_by_action")]

    def __str__(self):
        return f"{self.get_action_display()} : {self.name}"


class ImportIssue(models.Model):
    """What is wrong, or worth a look, in a list. `cell` is a workbook's own name for the place: "C12"."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="issues", db_index=False)  # the index below
    line = models.PositiveIntegerField("ligne")
    cell = models.CharField("cellule", max_length=10, blank=True)
    column = models.CharField("colonne", max_length=30, blank=True)
    severity = models.CharField("gravité", max_length=7)
    code = models.CharField("nature", max_length=30)
    value = models.TextField("valeur", blank=True)
    message = models.TextField("message")

    class Meta:
        verbose_name = "remarque sur une liste"
        verbose_name_plural = "remarques sur les listes"
        ordering = ["pk"]
        indexes = [models.Index(fields=["batch", "severity", "code"], name="importissue_by_kind")]

    def __str__(self):
        return f"ligne {self.line} : {self.message}"


class ImportNotice(models.Model):
    """That someone was told, by e-mail, what a list changed in their territory. Once."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="notices", db_index=False)  # the constraint's
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    sent_at = models.DateTimeField("envoyé le", auto_now_add=True)

    class Meta:
        verbose_name = "avis d'import"
        verbose_name_plural = "avis d'import"
        constraints = [models.UniqueConstraint(fields=["batch", "user"], name="importnotice_once")]

    def __str__(self):
        return f"{self.user}, {self.batch}"


class ListProposalQuerySet(models.QuerySet):
    def waiting(self):
        """Those that nobody has decided yet."""
        return self.filter(dismissed_at=None)


@tracked
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
