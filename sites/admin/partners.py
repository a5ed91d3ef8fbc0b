"""Partners and démarches: what may be done in a site. One in use is not deleted (PROTECT)."""

from django import forms
from django.contrib import admin
from import_export import fields
from import_export.widgets import SimpleArrayWidget

from franceservices.accounts.admin_site import NationalAdmin
from sites.admin.import_files import Imported, ImportsAndExports
from sites.models import Demarche, Partner


class PartnerResource(Imported):
    class Meta(Imported.Meta):
        model = Partner
        import_id_fields = ["code"]
        fields = ["code", "name", "help_topics", "rank", "is_national"]


class PartnerAdmin(ImportsAndExports, NationalAdmin):
    resource_classes = [PartnerResource]
    list_display = ["name", "code", "is_national", "rank"]
    list_filter = ["is_national"]
    search_fields = ["name", "code"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return request.scope.is_national


DEMARCHE_FIELDS = (
    "slug",
    "name",
    "partner",
    "theme",
    "summary",
    "keywords",
    "documents",
    "service_public_url",
    "is_featured",
    "rank",
)


class LinesField(forms.CharField):
    """A list, one item a line."""

    widget = forms.Textarea

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class DemarcheForm(forms.ModelForm):
    keywords = LinesField(label="Mots que l'on tape", required=False, help_text="Un par ligne.")
    documents = LinesField(label="À apporter", required=False, help_text="Un par ligne.")

    class Meta:
        model = Demarche
        fields = ["keywords", "documents"]


class DemarcheResource(Imported):
    keywords = fields.Field("keywords", "keywords", SimpleArrayWidget("|"))
    documents = fields.Field("documents", "documents", SimpleArrayWidget("|"))

    class Meta(Imported.Meta):
        model = Demarche
        import_id_fields = ["slug"]
        fields = DEMARCHE_FIELDS


class DemarcheAdmin(ImportsAndExports, NationalAdmin):
    resource_classes = [DemarcheResource]
    form = DemarcheForm
    fields = DEMARCHE_FIELDS
    list_display = ["name", "partner", "is_featured", "rank"]
    list_filter = ["partner", "is_featured"]
    list_select_related = ["partner"]
    search_fields = ["name", "slug", "summary"]

    def get_readonly_fields(self, request, obj=None):
        return ["slug"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return request.scope.is_national

    @admin.display(description="voir")
    def view_on_site(self, demarche):
        return demarche.get_absolute_url()
