"""Reference tables as files, CSV or XLSX, in which no cell is a formula."""

from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm
from import_export.resources import ModelResource

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_text(value):
    """A cell that no spreadsheet takes for a formula: an apostrophe comes before what would begin one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


class Exported(ModelResource):
    """A table as it is given out."""

    class Meta:
        clean_model_instances = True
        use_transactions = True
        rollback_on_validation_errors = True
        skip_unchanged = True
        report_skipped = True

    def export_field(self, field, instance, **kwargs):
        return as_text(super().export_field(field, instance, **kwargs))


class Exports:
    """For an admin with `ExportMixin`."""

    export_formats = [CSV, XLSX]
    export_form_class = ExportForm
    to_encoding = "utf-8-sig"  # spreadsheets read accents by that mark
