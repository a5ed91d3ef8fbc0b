"""What was told and what was imported: read, never written here."""

from franceservices.accounts.admin_site import ReadOnlyAdmin


class ErrorReportAdmin(ReadOnlyAdmin):
    list_display = ["reported_at", "subject", "site", "status", "handled_by"]
    list_filter = ["status", "subject"]
    list_select_related = ["site", "handled_by"]
    search_fields = ["site__name", "message"]
    fields = [
        "site",
        "subject",
        "message",
        "email",
        "status",
        "reported_at",
        "handled_at",
        "handled_by",
        "rejection_reason",
    ]


class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = ["applied_at", "file_name", "is_complete", "is_demo"]
    list_filter = ["is_complete", "is_demo"]
    search_fields = ["file_name"]
