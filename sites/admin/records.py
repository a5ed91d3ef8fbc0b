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
    """The lists. Their files are downloaded from /gestion/imports/, and never shown here."""

    list_display = ["received_at", "file_name", "status", "received_by", "applied_at", "is_complete", "is_demo"]
    list_filter = ["status", "is_complete", "is_demo"]
    list_select_related = ["received_by"]
    search_fields = ["file_name", "sha256"]
    fields = [
        *("status", "message", "file_name", "sha256", "is_demo", "is_complete", "valid_rows_only"),
        *("encoding", "delimiter", "sheet", "asked_encoding", "asked_delimiter", "counts"),
        *("received_at", "received_by", "analysed_at", "applied_at", "applied_by", "taken_back_at", "taken_back_by"),
    ]
