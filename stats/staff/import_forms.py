"""The form that a file of figures is sent with."""

from django import forms

from sites.imports.files import reader, workbook
from sites.imports.files.text import on_one_line

ASK = "Choisissez un fichier."


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Fichier des chiffres",
        error_messages={"required": ASK, "missing": ASK, "invalid": ASK, "empty": "Le fichier est vide."},
    )

    def clean_file(self):
        """(name, bytes) of the file, whose kind is told by its content."""
        file = self.cleaned_data["file"]
        is_workbook = file.read(len(workbook.SIGNATURE)) == workbook.SIGNATURE
        most = workbook.MAX_BYTES if is_workbook else reader.MAX_BYTES
        if file.size > most:
            advice = "enregistrez la feuille utile au format CSV" if is_workbook else "envoyez-le en plusieurs fois"
            raise forms.ValidationError(f"Le fichier dépasse {most // 1024**2} Mo : {advice}.")
        file.seek(0)
        return on_one_line(file.name, 190) or "chiffres", file.read()
