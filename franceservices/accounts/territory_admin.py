"""Régions, départements and communes, to be looked up: `load_territories` writes them. (`territories` comes before
accounts, and so before the door of these pages.)
"""

from django.db.models import Q
from django.utils.text import slugify
from import_export.admin import ExportMixin

from franceservices.accounts.admin_site import ReadOnlyAdmin
from franceservices.accounts.reference_files import Exported, Exports
from franceservices.territories.models import Commune, Departement, Region


class RegionResource(Exported):
    class Meta(Exported.Meta):
        model = Region
        fields = ["code", "name"]


class DepartementResource(Exported):
    class Meta(Exported.Meta):
        model = Departement
        fields = ["code", "name", "region", "timezone", "holiday_calendar"]


class CommuneResource(Exported):
    class Meta(Exported.Meta):
        model = Commune
        fields = ["insee", "name", "departement", "population", "replaced_by"]


class RegionAdmin(Exports, ExportMixin, ReadOnlyAdmin):
    resource_classes = [RegionResource]
    list_display = ["code", "name"]
    search_fields = ["name"]


class DepartementAdmin(Exports, ExportMixin, ReadOnlyAdmin):
    resource_classes = [DepartementResource]
    list_display = ["code", "name", "region", "timezone", "holiday_calendar"]
    list_select_related = ["region"]
    list_filter = ["region"]
    search_fields = ["code", "name"]


class CommuneAdmin(Exports, ExportMixin, ReadOnlyAdmin):
    resource_classes = [CommuneResource]
    list_display = ["insee", "name", "departement", "population", "replaced_by"]
    list_select_related = ["departement", "replaced_by__departement"]
    list_filter = ["departement__region"]
    search_fields = ["name"]
    search_help_text = "Un nom, un code INSEE ou un code postal"
    fields = ["insee", "name", "departement", "postal_codes", "population", "location", "replaced_by"]

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if not term:
            return queryset, False
        known_by = Q(pk=term.upper()) | Q(postal_codes__contains=[term])
        if slugify(term):
            known_by |= Q(slug__startswith=slugify(term))
        return queryset.filter(known_by), False
