"""What is asked of who publishes figures."""

from typing import cast

from django import forms
from django.utils import timezone

from stats import written
from stats.forms import FIRST_DATE


class PublicationForm(forms.Form):
    """A territory, a date that is not to come, a title. `known` is {key: Territory}.

    Once valid, `territory` and `at` are there; a title that was left empty says the two.
    """

    territoire = forms.ChoiceField(
        label="Territoire",
        error_messages={
            "required": "Choisissez un territoire.",
            "invalid_choice": "Ce territoire n'existe pas : choisissez-le dans la liste.",
        },
    )
    au = forms.DateField(
        label="Situation au",
        help_text="Les démarches comptées sont celles des mois d'avant.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"required": "Choisissez une date.", "invalid": "Écrivez la date comme 2023-04-01."},
    )
    titre = forms.CharField(
        label="Titre",
        required=False,
        max_length=150,
        help_text="Facultatif : sans titre, ce sera le territoire et la date.",
        error_messages={"max_length": "Un titre a 150 caractères au plus."},
    )

    def __init__(self, *args, known, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = known
        choices = [(key, _name(territory)) for key, territory in known.items()]
        cast(forms.ChoiceField, self.fields["territoire"]).choices = [("", "Choisir un territoire"), *choices]
        self.fields["au"].widget.attrs |= {"min": FIRST_DATE.isoformat(), "max": timezone.localdate().isoformat()}

    def clean_au(self):
        at = self.cleaned_data["au"]
        if not FIRST_DATE <= at <= timezone.localdate():
            raise forms.ValidationError("Choisissez une date du 1er février 2020 à aujourd'hui.")
        return at

    def clean(self):
        said = self.cleaned_data
        if {"territoire", "au"} <= said.keys() and not said.get("titre"):
            said["titre"] = f"{self.territory.name} : France services au {written.day(self.at)}"
        return said

    @property
    def territory(self):
        return self.known[self.cleaned_data["territoire"]]

    @property
    def at(self):
        return self.cleaned_data["au"]


def _name(territory):
    match territory.level:
        case "region":
            return f"{territory.name} (région)"
        case "departement":
            return f"{territory.name} ({territory.code})"
    return territory.name
