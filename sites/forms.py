"""What people type, turned into words of the field."""

from collections.abc import Sequence
from dataclasses import replace

from django import forms
from django.core.validators import MaxLengthValidator, RegexValidator

from franceservices.territories import places
from sites.asked import ForDemarches, SitesNamed, understand
from sites.zones import UnreadableZone, Zone

# A label is shown in the page's title: no one may make the State say "appelez le 08…" by a link.
# "Rue du 8 Mai 1945 12000 Rodez" is an address, not a telephone: ten digits that begin with 0, by pairs or not.
NO_MESSAGE = RegexValidator(r"\b0\d([\s.-]?\d\d){4}\b|\+\d\d|://|www\.", inverse_match=True)
LABEL_LENGTH = 100
NOT_FOUND = "Nous ne trouvons pas ce lieu. Vérifiez l'orthographe, ou écrivez un code postal."
NOT_THIS_ONE = "Nous ne connaissons pas ce lieu. Choisissez ci-dessous, ou écrivez un code postal."
HERE = "votre position"  # how js/search.js names it
TOO_LONG = "Cette adresse est trop longue : écrivez au plus %(limit_value)d caractères, par exemple une commune."


class SearchForm(forms.Form):
    """What is asked for, typed (`q`), or a place pointed at (`lat`, `lon`, `label`); and how far to look (`rayon`, km).

    When valid, `place` is where to search from, or else `demarches` (`ForDemarches`) or `sites` (`SitesNamed`) is what
    was named. Otherwise `choices` may hold the places of that name, or `suggestions` those that may have been meant.
    """

    q = forms.CharField(required=False, validators=[MaxLengthValidator(200, TOO_LONG)])
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    label = forms.CharField(required=False, validators=[MaxLengthValidator(LABEL_LENGTH), NO_MESSAGE])
    rayon = forms.IntegerField(required=False, min_value=1, max_value=200)

    place: places.Place | None = None
    demarches: ForDemarches | None = None
    sites: SitesNamed | None = None
    choices: Sequence[places.Place] = ()
    suggestions: Sequence[places.Place] = ()

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        try:
            self._understand(data)
        except places.SeveralPlaces as error:
            self.choices = error.choices
        except places.OutsideFrance:
            self.add_error(
                "q", "Ce lieu est hors du territoire français. Écrivez une commune, un code postal ou une adresse."
            )
        except places.NoSuchPlace as error:
            self.suggestions = error.suggestions
            self.add_error("q", NOT_THIS_ONE if self.suggestions else NOT_FOUND)
        except places.GeocoderUnavailable:
            self.add_error(
                "q",
                "La recherche d'adresses ne répond pas pour le moment. Écrivez le nom ou le code postal de la commune.",
            )
        except places.NothingTyped:
            self.add_error("q", "Écrivez une commune, un code postal ou une adresse.")
        return data

    def _understand(self, data):
        if data["lat"] is not None and data["lon"] is not None:
            pointed_at = places.position(data["lat"], data["lon"])
            self.place = replace(pointed_at, label=data["label"] or pointed_at.label)
            return
        match understand(data["q"]):
            case ForDemarches() as demarches:
                self.demarches = demarches
            case SitesNamed() as sites:
                self.sites = sites
            case place:
                self.place = place

    @property
    def typed(self):
        """What the field shows: what was typed, or the address that was chosen, to be mended."""
        typed = self["q"].value() or ""
        return typed or (self.place.label if self.place and not self.is_here else "")

    @property
    def is_here(self):
        """Whether the place is a bare position, which has no name to search again."""
        return self.place is not None and self.place.kind == "position" and self.place.label in ("", HERE)

    @property
    def sentence(self):
        """What is wrong, as one sentence; bad `lat`, `lon` or `rayon` come from a broken link, not from typing."""
        if "q" in self.errors:
            return self.errors["q"][0]
        return "Ce lien de recherche est incomplet ou abîmé. Écrivez plutôt une commune, un code postal ou une adresse."


class MapForm(forms.Form):
    """Which part of the map is asked for: a `zone`, a `departement` or a `region`, the first that is given.

    `departements` are all of them, each with its région. Cleaned values are a `Zone`, a `Departement`, a `Region`.
    """

    zone = forms.CharField(required=False)
    departement = forms.CharField(required=False)
    region = forms.CharField(required=False)

    def __init__(self, data, departements):
        super().__init__(data)
        self.departements = departements

    def clean_zone(self):
        try:
            return Zone.read(self.cleaned_data["zone"]) if self.cleaned_data["zone"] else None
        except UnreadableZone as error:
            raise forms.ValidationError("Cette zone de carte n'est pas lisible : le lien est abîmé.") from error

    def clean_departement(self):
        return self._one_of(
            {departement.code: departement for departement in self.departements},
            self.cleaned_data["departement"],
            "Ce département n'existe pas.",
        )

    def clean_region(self):
        regions = [departement.region for departement in self.departements if departement.region]
        return self._one_of(
            {region.code: region for region in regions}, self.cleaned_data["region"], "Cette région n'existe pas."
        )

    def _one_of(self, known, code, sentence):
        if code and code not in known:
            raise forms.ValidationError(sentence)
        return known.get(code)

    @property
    def sentence(self):
        """What is wrong, as one sentence."""
        return next(iter(self.errors.values()))[0]
