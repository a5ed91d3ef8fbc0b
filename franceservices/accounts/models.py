"""People who sign in, and the territories that each may read or edit."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from franceservices.territories.models import Departement, Region


class UserManager(BaseUserManager["User"]):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email):
        """Who signs in types an address in any case."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in with an e-mail address."""

    email = models.EmailField("adresse électronique", unique=True)
    name = models.CharField("nom", max_length=120, blank=True)
    is_active = models.BooleanField("actif", default=True)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    # Who they are for ProConnect: the only thing by which it signs them in. Bound once, see `proconnect`.
    proconnect_sub = models.CharField("identifiant ProConnect", max_length=255, unique=True, null=True, blank=True)
    password_link_sent_at = models.DateTimeField("lien de mot de passe envoyé le", null=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = "utilisateur"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_the_case"),
        ]

    def __str__(self):
        return self.name or self.email


class TerritoryScope(models.Model):
    """What one user may read, or edit, and until when."""

    class Kind(models.TextChoices):
        NATIONAL = "national", "France entière"
        REGION = "region", "Région"
        DEPARTEMENT = "departement", "Département"

    user = models.ForeignKey(User, models.CASCADE, related_name="scopes")
    kind = models.CharField("étendue", max_length=12, choices=Kind.choices)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    departement = models.ForeignKey(Departement, models.PROTECT, null=True, blank=True)
    can_edit = models.BooleanField("peut modifier", default=False)
    valid_until = models.DateField("valable jusqu'au", null=True, blank=True)

    class Meta:
        verbose_name = "territoire confié"
        verbose_name_plural = "territoires confiés"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="national", region=None, departement=None)
                | Q(kind="region", region__isnull=False, departement=None)
                | Q(kind="departement", region=None, departement__isnull=False),
                name="scope_names_the_territory_of_its_kind",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "region", "departement"],
                name="scope_unique",
                nulls_distinct=False,
            ),
        ]

    def __str__(self):
        return f"{self.user} : {self.territory}"

    @property
    def territory(self):
        """Its name."""
        return str(self.departement or self.region or self.get_kind_display())


class RecoveryCode(models.Model):
    """A code that stands once for the second factor of a user; only its digest is kept (see `second_factor`)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "code de secours"
        verbose_name_plural = "codes de secours"
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_unique")]

    def __str__(self):
        return f"code de secours de {self.user}"
