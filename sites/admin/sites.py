"""Sites in Django's admin. The prefecture's pages are made for that work; here everything can be reached."""

from django import forms
from django.contrib import admin
from django.contrib.gis.db import models

from franceservices.accounts.admin_site import NationalAdmin, NationalMay
from franceservices.territories.models import Departement
from sites.admin.position import PositionField
from sites.locks import locked
from sites.models import Closure, Site, SitePartner, Stop, WeeklySlot

CHANGED_SINCE = "Quelqu'un a modifié ce site depuis que vous l'avez ouvert. Rouvrez-le, puis reportez vos changements."


class OwnedInline(NationalMay, admin.TabularInline):
    """Rows that belong to a site."""

    extra = 0

    def has_delete_permission(self, request, obj=None):
        return request.scope.is_national

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return position_field(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)


class WeeklySlotInline(OwnedInline):
    model = WeeklySlot


class StopInline(OwnedInline):
    model = Stop
    template = "admin/edit_inline/stacked.html"
    autocomplete_fields = ["commune"]
    fields = [
        ("weekday", "opens", "closes"),
        ("commune", "place"),
        "location",
        ("weeks", "mode"),
        ("valid_from", "valid_until"),
    ]


class ClosureInline(OwnedInline):
    model = Closure
    fk_name = "site"
    autocomplete_fields = ["replacement"]


class SitePartnerInline(OwnedInline):
    model = SitePartner


class SiteForm(forms.ModelForm):
    """`seen_at` is when the site was last changed as this form shows it: a stale one is refused."""

    seen_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "seen_at" in self.fields:
            self.fields["seen_at"].initial = self.instance.updated_at.isoformat()

    def clean(self):
        super().clean()
        told = self.cleaned_data
        if self.instance.pk and told.get("seen_at") != self.now_changed_at():
            raise forms.ValidationError(CHANGED_SINCE)
        if (told.get("status") == Site.Status.CLOSED) != bool(told.get("closed_on")) and (
            told.get("status") != Site.Status.WITHDRAWN
        ):
            self.add_error("closed_on", "Un site fermé a une date de fermeture ; un site en service n'en a pas.")
        if told.get("parent") and told.get("kind") != Site.Kind.ANTENNE:
            self.add_error("parent", "Seule une antenne dépend d'un site principal.")
        return told

    def now_changed_at(self):
        """Held until the end of the transaction, so that nobody comes between."""
        return locked(Site.objects).get(pk=self.instance.pk).updated_at.isoformat()


class DepartementFilter(admin.SimpleListFilter):
    title = "département"
    parameter_name = "departement"

    def lookups(self, request, model_admin):
        return [(one.code, f"{one.code} – {one.name}") for one in Departement.objects.all()]

    def queryset(self, request, queryset):
        return queryset.in_departement(self.value()) if self.value() else queryset


class SiteAdmin(NationalAdmin):
    """A site is never deleted: it is closed, or withdrawn."""

    form = SiteForm
    inlines = [WeeklySlotInline, ClosureInline, StopInline, SitePartnerInline]
    autocomplete_fields = ["commune", "parent"]
    list_display = ["name", "external_id", "commune", "status", "kind", "format", "verified_at"]
    list_filter = ["status", "kind", "format", "is_demo", DepartementFilter]
    list_select_related = ["commune"]
    search_fields = ["name", "=external_id", "commune__name", "=postal_code"]
    search_help_text = "Un nom, une commune, un code postal ou un identifiant national"
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["is_demo", "locally_owned_fields", "verified_at", "verified_by", "updated_at"]
    fieldsets = [
        (None, {"fields": ["external_id", "name", "slug", "kind", "format", "parent", "network", "seen_at"]}),
        ("Où", {"fields": ["address", "address_extra", "postal_code", "commune", "location"]}),
        ("Contact et accueil", {"fields": ["phone", "email", "website", "appointment", "note"]}),
        ("État", {"fields": ["status", "labelled_on", "closed_on"]}),
        ("Suivi", {"fields": [*readonly_fields]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, *(["external_id"] if obj else [])]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return position_field(db_field, has_map=True) or super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="voir")
    def view_on_site(self, site):
        return site.get_absolute_url()


def position_field(db_field, has_map=False):
    """The form's field of a point, or None for other fields."""
    if isinstance(db_field, models.PointField):
        return PositionField(has_map, label=db_field.verbose_name.capitalize(), required=not db_field.blank)
    return None
