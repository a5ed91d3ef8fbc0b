"""What a list is checked against: the communes that it names, in one query."""

from dataclasses import dataclass

from django.contrib.gis.db.models import GeometryField
from django.db.models import FloatField, Func, Q
from django.db.models.functions import Cast

from franceservices.territories.models import Commune

# Municipal arrondissements are more precise than their city: sites keep them.
ARRONDISSEMENTS = ("751", "6938", "132")


@dataclass(frozen=True, slots=True)
class CommuneFacts:
    """`position` is (longitude, latitude) or None; `replaced_by` the code of today's commune or None."""

    insee: str
    name: str
    departement: str
    postal_codes: tuple[str, ...]
    position: tuple[float, float] | None
    replaced_by: str | None

    @property
    def is_former(self):
        return self.replaced_by is not None and not self.insee.startswith(ARRONDISSEMENTS)


def longitude_of(column):
    """SQL for the x of a geography column, as a float: far cheaper than a geometry object for each row."""
    return Func(Cast(column, GeometryField()), function="ST_X", output_field=FloatField())


def latitude_of(column):
    return Func(Cast(column, GeometryField()), function="ST_Y", output_field=FloatField())


def communes_named(codes):
    """{INSEE code: `CommuneFacts`} of the communes of `codes` that exist, and of those that replaced them."""
    codes = list(codes)
    asked = Q(insee__in=codes) | Q(insee__in=Commune.objects.filter(insee__in=codes).values("replaced_by"))
    rows = Commune.objects.filter(asked).values_list(
        "insee",
        "name",
        "departement_id",
        "postal_codes",
        longitude_of("location"),
        latitude_of("location"),
        "replaced_by_id",
    )
    return {
        insee: CommuneFacts(insee, name, departement, tuple(postal_codes), None if x is None else (x, y), replaced_by)
        for insee, name, departement, postal_codes, x, y, replaced_by in rows.order_by()
    }
