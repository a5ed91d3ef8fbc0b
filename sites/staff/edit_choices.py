"""What may be chosen in the form of a site's record."""

from dataclasses import dataclass

from django.db.models import Q

from franceservices.territories.models import Commune
from sites.models import Partner, Site
from sites.staff.record_fields import KnownCommunes


@dataclass(frozen=True)
class Choices:
    """`principals` and `replacements` are [(pk, name)]; `has_round` says whether the site has stops."""

    communes: KnownCommunes
    principals: list[tuple[int, str]]
    replacements: list[tuple[int, str]]
    partners: list[Partner]
    has_round: bool

    @classmethod
    def of(cls, site, record):
        """Those of a site's département, and what its record already holds. Three queries."""
        departement = site.commune.departement_id
        held = [value[2] for key, value in record.items() if key.startswith("closures.") and value]
        others = Site.objects.exclude(pk=site.pk).filter(
            Q(status=Site.Status.ACTIVE, commune__departement=departement) | Q(pk__in=[*held, record["parent"]])
        )
        named = [(one, f"{one.commune.name} – {one.name}") for one in others.with_commune().by_commune()]
        return cls(
            KnownCommunes(list(_communes_of(departement, site.commune_id))),
            [(one.pk, name) for one, name in named if one.kind == Site.Kind.PRINCIPAL],
            [(one.pk, name) for one, name in named],
            list(Partner.objects.all()),
            site.is_itinerant,
        )


def _communes_of(departement, insee):
    """Today's communes, the arrondissements of the three that have some, and the one that is already chosen."""
    districts = Q(insee__regex="^(751|6938|132)", replaced_by__in=("75056", "69123", "13055"))
    communes = Commune.objects.filter(departement=departement).filter(Q(replaced_by=None) | districts | Q(pk=insee))
    return communes.order_by("slug", "pk")
