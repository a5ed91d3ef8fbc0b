"""The forms of a list's way through: the file, how it is to be read, and the numbers that must be typed to go on."""

from django import forms

from sites.imports import reader, workbook
from sites.imports.text import on_one_line

PARTIAL, COMPLETE = "partielle", "complete"
MODES = {
    PARTIAL: ("Liste partielle", "Une vague de nouveaux sites, quelques corrections : un site absent ne change pas."),
    COMPLETE: ("Liste complète", "Tous les sites en service, comme chaque trimestre : un site absent sera fermé."),
}
FOUND = "celui que le fichier indique"
DELIMITERS = {",": "virgule", ";": "point-virgule", "\t": "tabulation"}


class UploadForm(forms.Form):
    """A list, and what the absence of a site from it means: nobody else can tell, so nothing is chosen before."""

    file = forms.FileField(
        label="Fichier de la liste",
        error_messages={
            "required": "Choisissez un fichier.",
            "empty": "Le fichier est vide.",
            "missing": "Choisissez un fichier.",
            "invalid": "Choisissez un fichier.",
        },
    )
    mode = forms.ChoiceField(
        label="Que contient-elle ?",
        choices=[(code, name) for code, (name, _) in MODES.items()],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Dites si la liste est partielle ou complète.",
            "invalid_choice": "Dites si la liste est partielle ou complète.",
        },
    )

    def clean_file(self):
        """(name, bytes) of the file, whose kind is told by its content."""
        file = self.cleaned_data["file"]
        is_workbook = file.read(len(workbook.SIGNATURE)) == workbook.SIGNATURE
        most = workbook.MAX_BYTES if is_workbook else reader.MAX_BYTES
        if file.size > most:
            advice = "enregistrez la feuille utile au format CSV" if is_workbook else "une liste est plus légère"
            raise forms.ValidationError(f"Le fichier dépasse {most // 1024**2} Mo : {advice}.")
        file.seek(0)
        return on_one_line(file.name, 190) or "liste", file.read()

    @property
    def is_complete(self):
        return self.cleaned_data["mode"] == COMPLETE


class ReadAgainForm(forms.Form):
    """How a CSV file is to be read, when what was found is wrong."""

    encoding = forms.ChoiceField(
        label="Encodage des caractères",
        required=False,
        choices=[("", FOUND), *((code, words) for code, words in reader.ENCODINGS.items())],
    )
    delimiter = forms.ChoiceField(
        label="Séparateur des colonnes",
        required=False,
        choices=[("", FOUND), *DELIMITERS.items()],
    )


class NumberField(forms.CharField):
    """A number as people type it: 2 560, with any space or none."""

    def to_python(self, value):
        return "".join((super().to_python(value) or "").split())


class ConfirmForm(forms.Form):
    """One number to type for each `guards.Alarm`: whoever goes on has read it."""

    def __init__(self, data, alarms):
        super().__init__(data)
        for alarm in alarms:
            number = f"{alarm.number:,}".replace(",", " ")
            self.fields[f"nombre_{alarm.code}"] = field = NumberField(
                label=f"Pour continuer, tapez {number}",
                help_text=alarm.sentence,
                error_messages={"required": f"Tapez {number} pour continuer, ou gardez l'annuaire comme il est."},
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )
            field.validators = [_is(alarm.number, number)]


def _is(expected, number):
    def validate(value):
        if value != str(expected):
            raise forms.ValidationError(f"Ce n'est pas le bon nombre : tapez {number} pour continuer.")

    return validate
