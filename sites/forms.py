"""What people type, turned into words of the field."""

from collections.abc import Sequence
from dataclasses import replace

from django import forms
from django.core.validators import MaxLengthValidator

from franceservices.territories import places

TOO_LONG = "Cette adresse est trop longue : écrivez au plus %(limit_value)d caractères, par exemple une commune."


class SearchForm(forms.Form):
    """A place, typed (`q`) or pointed at (`lat`, `lon`, `label`), and how far to look (`rayon`, km).

    When valid, `place` is where to search from. Otherwise `choices` may hold the places of that name, or
    `suggestions` those that the person may have meant.
    """

    q = forms.CharField(required=False, validators=[MaxLengthValidator(200, TOO_LONG)])
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    label = forms.CharField(required=False, validators=[MaxLengthValidator(200)])
    rayon = forms.IntegerField(required=False, min_value=1, max_value=200)

    place: places.Place | None = None
    choices: Sequence[places.Place] = ()
    suggestions: Sequence[places.Place] = ()

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        try:
            self.place = self._place(data)
        except places.SeveralPlaces as error:
            self.choices = error.choices
        except places.NoSuchPlace as error:
            self.suggestions = error.suggestions
            self.add_error("q", "Nous ne trouvons pas ce lieu. Vérifiez l'orthographe, ou écrivez un code postal.")
        except places.GeocoderUnavailable:
            self.add_error(
                "q",
                "La recherche d'adresses ne répond pas pour le moment. Écrivez le nom ou le code postal de la commune.",
            )
        except places.NothingTyped:
            self.add_error("q", "Écrivez une commune, un code postal ou une adresse.")
        return data

    def _place(self, data):
        if data["lat"] is not None and data["lon"] is not None:
            pointed_at = places.position(data["lat"], data["lon"])
            return replace(pointed_at, label=data["label"] or pointed_at.label)
        return places.find(data["q"])

    @property
    def sentence(self):
        """What is wrong, as one sentence; bad `lat`, `lon` or `rayon` come from a broken link, not from typing."""
        if "q" in self.errors:
            return self.errors["q"][0]
        return "Ce lien de recherche est incomplet ou abîmé. Écrivez plutôt une commune, un code postal ou une adresse."
