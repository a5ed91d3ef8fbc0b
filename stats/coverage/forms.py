"""What « et si… » is asked: a commune where a site would open, or a site that would close."""

from django import forms

from franceservices.territories import places
from franceservices.territories.models import Commune
from sites.models import Site

NOT_FOUND = "Nous ne trouvons pas cette commune. Vérifiez son nom, ou écrivez son code postal."
NOT_A_COMMUNE = "Écrivez le nom d'une commune, et non d'un département, d'une région ou d'une rue."
NO_POINT = "Nous ne savons pas où est le centre de cette commune."
NO_SITE = "Ce site n'existe pas, ou n'est plus en service."


class WhatIfForm(forms.Form):
    """`commune` (typed: a name, a postal code, else an INSEE code), `insee` (chosen), or `fermeture` (a site).

    When right, `commune` or `site` is what was asked about; else `choices` holds the communes to choose from.
    """

    commune: Commune | None = None
    site: Site | None = None
    choices: tuple[Commune, ...] = ()
    sentence = ""
    status = 200

    def __init__(self, data):
        super().__init__(data)
        self.typed = _clean(data.get("commune", ""))
        self.asks_of_a_site = bool(data.get("fermeture"))
        try:
            if self.asks_of_a_site:
                self._understand_site(data["fermeture"])
            elif data.get("insee"):
                self._understand_code(data["insee"])
            elif self.typed:
                self._understand_name()
        except forms.ValidationError as error:
            self.sentence, self.status = str(error.message), 400

    @property
    def commune_error(self):
        return "" if self.asks_of_a_site else self.sentence

    def _understand_site(self, external_id):
        in_service = Site.objects.open_to_public().select_related("commune__departement")
        self.site = in_service.filter(external_id=_clean(external_id)).first()
        if self.site is None:
            raise forms.ValidationError(NO_SITE)

    def _understand_code(self, insee):
        found = _communes([_clean(insee)])
        if not found:
            raise forms.ValidationError(NOT_FOUND)
        self._settle_on(found[0])

    def _understand_name(self):
        try:
            found = [places.known(self.typed)]
        except places.SeveralPlaces as error:
            found = error.choices
        except places.PlaceError:
            found = []
        communes = _communes([one.code for one in found if one and one.kind == "commune"])
        if not communes and any(found):
            raise forms.ValidationError(NOT_A_COMMUNE)
        if not communes:
            communes = _communes([self.typed])  # an INSEE code
        if not communes:
            suggested = [one.code for one in places.suggest(self.typed) if one.kind == "commune"]
            self.choices = tuple(_communes(suggested))
            raise forms.ValidationError(NOT_FOUND)
        if len(communes) > 1:
            self.choices = tuple(communes)
        else:
            self._settle_on(communes[0])

    def _settle_on(self, commune):
        if commune.location is None:
            raise forms.ValidationError(NO_POINT)
        self.commune = commune


def _communes(codes):
    """Today's communes of these INSEE codes, in their order, each once."""
    known = Commune.objects.select_related("departement", "replaced_by__departement").in_bulk(codes) if codes else {}
    return list(dict.fromkeys(known[code].today for code in codes if code in known))


def _clean(text):
    """Without what PostgreSQL refuses, and not too long."""
    return text.replace("\0", " ").strip()[:200]
