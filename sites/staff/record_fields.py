"""What people type in a field of a site's record, and what is read of it: an hour, a day, a commune."""

from django import forms

from franceservices.territories.models import Commune
from franceservices.territories.names import normalise
from sites.imports.files.text import tidy
from sites.staff.hours_typed import UnreadableHour, UnreadableNumber, read_degrees, read_hour


class HourField(forms.CharField):
    """An hour as '09:30', however it is typed; '' when it is not."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 5, "maxlength": 10})

    def clean(self, value):
        text = super().clean(value)
        try:
            return read_hour(text) if text else ""
        except UnreadableHour:
            raise forms.ValidationError("Écrivez une heure, comme 9:30.") from None


class DegreesField(forms.CharField):
    """A number of degrees, with a point or a comma."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 30})

    def clean(self, value):
        text = super().clean(value)
        try:
            return read_degrees(text) if text else None
        except UnreadableNumber:
            raise forms.ValidationError("Écrivez un nombre, comme 44,3526.") from None


class DayField(forms.DateField):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean(self, value):
        """A date as '2026-12-24', or None."""
        day = super().clean(value)
        return day.isoformat() if day else None


class LineField(forms.CharField):
    """Text on one line, without what cannot be seen."""

    def to_python(self, value):
        return tidy(super().to_python(value) or "")


class CommuneField(LineField):
    """A commune among those of the form's `communes`, by its name, with its postal code when others have that name."""

    communes: "KnownCommunes"

    def clean(self, value):
        text = super().clean(value)
        found = self.communes.named(text) if text else None
        if text and not found:
            raise forms.ValidationError(
                "Choisissez une commune de votre département dans la liste, par exemple : Rodez (12000)."
            )
        return found


class KnownCommunes:
    """The communes that may be chosen."""

    def __init__(self, communes):
        self.by_insee = {commune.pk: commune for commune in communes}
        self.by_label: dict[str, list[Commune]] = {}
        for commune in communes:
            for code in commune.postal_codes:
                self.by_label.setdefault(normalise(f"{commune.name} {code}"), []).append(commune)
            self.by_label.setdefault(normalise(commune.name), []).append(commune)

    def named(self, text):
        """The only one of that name, or name and postal code; None when there is none, or several."""
        found = self.by_label.get(normalise(text), [])
        return found[0] if len(found) == 1 else None

    def label(self, insee):
        commune = self.by_insee.get(insee)
        return commune_label(commune) if commune else ""

    @property
    def labels(self):
        return [commune_label(commune) for commune in self.by_insee.values()]


def commune_label(commune):
    """'Rodez (12000)'."""
    return f"{commune.name} ({commune.postal_codes[0]})" if commune.postal_codes else commune.name
