"""Reference tables written from a file: read by our own reader, shown first, and applied as they were shown."""

import base64

import tablib
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV
from import_export.forms import ConfirmImportForm, ImportForm
from import_export.tmp_storages import BaseStorage

from franceservices.accounts.reference_files import FORMULA_STARTS, Exported, Exports
from sites.imports.files.errors import FileError
from sites.imports.files.reader import read_table

MAX_BYTES = 1024 * 1024
CONFIRMED_WITHIN_S = 3600
SALT = "sites.admin.import_files"


class AnyTable(CSV):
    """CSV of any encoding and separator, or XLSX."""

    def get_title(self):
        return "CSV ou XLSX"

    def is_binary(self):
        return True

    def get_read_mode(self):
        return "rb"

    def create_dataset(self, data):
        table = read_table(data)
        width = len(table.header)
        rows = [(*row.cells, *[""] * (width - len(row.cells)))[:width] for row in table.rows]
        return tablib.Dataset(*rows, headers=table.header)


class InTheForm(BaseStorage):
    """The file itself, signed, in the form that confirms it: on no disk, and what was shown is what is applied."""

    def save(self, data):
        self.name = signing.dumps(base64.b64encode(data).decode(), salt=SALT, compress=True)

    def read(self):
        return base64.b64decode(signing.loads(self.name, salt=SALT, max_age=CONFIRMED_WITHIN_S))

    def remove(self):
        """Nothing is left."""


class SmallFileForm(ImportForm):
    media = forms.Media()  # there is one format: nothing to guess by script

    def clean_import_file(self):
        sent = self.cleaned_data["import_file"]
        if sent.size > MAX_BYTES:
            raise forms.ValidationError("Ce fichier dépasse 1 Mo.")
        return sent


class ConfirmForm(ConfirmImportForm):
    def clean_import_file_name(self):
        try:
            InTheForm(name=self.cleaned_data["import_file_name"]).read()
        except signing.BadSignature as error:
            raise forms.ValidationError("Le fichier montré n'est plus là : choisissez-le à nouveau.") from error
        return self.cleaned_data["import_file_name"]


class Imported(Exported):
    """A table that may be written from a file. A cell that begins as a formula does is refused."""

    def before_import_row(self, row, **kwargs):
        for column, value in row.items():
            if isinstance(value, str) and value.lstrip("'").startswith(FORMULA_STARTS):
                raise ValidationError({column: f"« {value[:20]} » commence comme une formule de tableur."})


class ImportsAndExports(Exports, ImportExportMixin):
    import_formats = [AnyTable]
    import_form_class = SmallFileForm
    confirm_form_class = ConfirmForm
    tmp_storage_class = InTheForm

    def add_data_read_fail_error_to_form(self, form, error):
        if not isinstance(error, FileError):
            raise error
        form.add_error("import_file", str(error))
