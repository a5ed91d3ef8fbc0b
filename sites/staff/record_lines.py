"""The lines of a record's form: slots of the week, closures, stops, partners; and which cannot stand together."""

from django import forms
from django.forms import BaseFormSet, formset_factory

from franceservices.territories.extents import in_france
from sites.models import RecurringSlot, SitePartner
from sites.records.record import stop_key
from sites.staff.record_fields import CommuneField, DayField, DegreesField, HourField, LineField

MOST_SLOTS, MOST_CLOSURES, MOST_STOPS = 70, 40, 80


class SpanForm(forms.Form):
    """A span that comes back: what slots and stops have in common. A line without hours says nothing."""

    opens = HourField(label="de", required=False)
    closes = HourField(label="à", required=False)
    weeks = forms.ChoiceField(label="semaines", choices=RecurringSlot.Weeks.choices, required=False, initial="all")
    by_appointment = forms.BooleanField(label="sur rendez-vous", required=False)
    valid_from = DayField(label="à partir du", required=False)
    valid_until = DayField(label="jusqu'au", required=False)

    def clean(self):
        data = super().clean() or self.cleaned_data
        opens, closes = data.get("opens"), data.get("closes")
        if "opens" in self.errors or "closes" in self.errors:
            return data
        if bool(opens) != bool(closes):
            self.add_error("closes" if opens else "opens", "Il manque cette heure.")
        elif opens and opens >= closes:
            self.add_error("closes", "Cette heure doit venir après la première.")
        starts, ends = data.get("valid_from"), data.get("valid_until")
        if starts and ends and starts > ends:
            self.add_error("valid_until", "Cette date doit venir après la première.")
        return data

    @property
    def says_nothing(self):
        return not (self.cleaned_data.get("opens") or self.cleaned_data.get("closes"))

    @property
    def span(self):
        """[opens, closes, weeks, mode, from, until], as in a record."""
        data = self.cleaned_data
        mode = "appointment" if data["by_appointment"] else "open"
        return [
            *(data["opens"], data["closes"], data["weeks"] or "all"),
            *(mode, data["valid_from"], data["valid_until"]),
        ]


class SlotForm(SpanForm):
    weekday = forms.TypedChoiceField(
        choices=RecurringSlot.Weekday.choices, coerce=int, widget=forms.HiddenInput, empty_value=None
    )


class RowsFormSet(BaseFormSet):
    """Lines of a record. `rows()` are the forms of those that say something."""

    def rows(self):
        return [form for form in self.forms if not (self.is_removed(form) or form.says_nothing)]

    def is_removed(self, form):
        return self.can_delete and bool(form.cleaned_data.get("DELETE"))


class SlotFormSet(RowsFormSet):
    def clean(self):
        if any(self.errors):
            return
        by_day: dict[int, list] = {}
        for form in self.rows():
            span, others = form.span, by_day.setdefault(form.cleaned_data["weekday"], [])
            if any(overlap(span, other) for other in others):
                form.add_error("opens", "Ce créneau en chevauche un autre du même jour.")
            others.append(span)


class ClosureForm(forms.Form):
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=10)
    starts = DayField(label="Du", required=False)
    ends = DayField(label="Au (inclus)", required=False, help_text="Vide : jusqu'à nouvel ordre.")
    reason = LineField(
        label="Message pour le public", required=False, max_length=150, help_text="Par exemple : congés, travaux."
    )
    replacement = forms.ChoiceField(label="Où aller pendant ce temps", required=False)

    @property
    def says_nothing(self):
        return not any(self.cleaned_data.get(name) for name in ("starts", "ends", "reason", "replacement"))

    def clean(self):
        data = super().clean() or self.cleaned_data
        starts, ends = data.get("starts"), data.get("ends")
        if not self.says_nothing and not starts and "starts" not in self.errors:
            self.add_error("starts", "Donnez le premier jour de la fermeture.")
        if starts and ends and starts > ends:
            self.add_error("ends", "Le dernier jour doit venir après le premier.")
        return data


class ClosureFormSet(RowsFormSet):
    def clean(self):
        if any(self.errors):
            return
        seen = set()
        for form in self.rows():
            starts = form.cleaned_data["starts"]
            if starts in seen:
                form.add_error("starts", "Une autre fermeture commence ce jour-là.")
            seen.add(starts)


class StopForm(SpanForm):
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    weekday = forms.TypedChoiceField(label="Jour", choices=RecurringSlot.Weekday.choices, coerce=int)
    place = LineField(label="Lieu", required=False, max_length=150, help_text="Par exemple : place de l'Église.")
    commune = CommuneField(
        label="Commune", required=False, widget=forms.TextInput(attrs={"list": "communes", "autocomplete": "off"})
    )
    latitude = DegreesField(label="Latitude", required=False)
    longitude = DegreesField(label="Longitude", required=False)

    def clean(self):
        data = super().clean() or self.cleaned_data
        if self.says_nothing or self.errors:
            return data
        if not data["place"]:
            self.add_error("place", "Dites où il s'arrête.")
        if not data["commune"]:
            self.add_error("commune", "Dites dans quelle commune.")
        if (data["latitude"] is None) != (data["longitude"] is None):
            self.add_error("longitude", "Donnez les deux coordonnées, ou aucune.")
        elif data["latitude"] is not None and not in_france(data["latitude"], data["longitude"]):
            self.add_error("latitude", "Ce point n'est pas en France.")
        return data

    @property
    def stop(self):
        """(key, value), as in a record. Without coordinates, the stop is at its commune's own point."""
        opens, closes, weeks, mode, valid_from, valid_until = self.span
        data = self.cleaned_data
        commune = data["commune"]
        if data["latitude"] is None and commune.location:
            longitude, latitude = round(commune.location.x, 6), round(commune.location.y, 6)
        else:
            longitude, latitude = data["longitude"], data["latitude"]
        value = [closes, mode, valid_until, commune.pk, data["place"], longitude, latitude]
        return stop_key(data["weekday"], opens, weeks, valid_from), value


class StopFormSet(RowsFormSet):
    def clean(self):
        if any(self.errors):
            return
        seen = set()
        for form in self.rows():
            key, _value = form.stop
            if key in seen:
                form.add_error("opens", "Un autre passage commence à cette heure, ce jour-là.")
            seen.add(key)


class PartnerForm(forms.Form):
    mode = forms.ChoiceField(label="présence", required=False, choices=[("", "Non précisé"), *SitePartner.Mode.choices])
    note = LineField(label="précisions", required=False, max_length=200)

    def clean(self):
        data = super().clean() or self.cleaned_data
        if data.get("note") and not data.get("mode"):
            self.add_error("mode", "Dites comment ce partenaire est présent.")
        return data


def formset(form, base, most, **options):
    return formset_factory(form, formset=base, extra=0, max_num=most, absolute_max=most, validate_max=True, **options)


Slots = formset(SlotForm, SlotFormSet, MOST_SLOTS)
Closures = formset(ClosureForm, ClosureFormSet, MOST_CLOSURES, can_delete=True)
Stops = formset(StopForm, StopFormSet, MOST_STOPS, can_delete=True)


def overlap(slot, other):
    """Whether two slots of a day cannot stand together: [opens, closes, weeks, mode, from, until]."""
    same_start = (slot[0], slot[2], slot[4]) == (other[0], other[2], other[4])
    same_weeks = slot[2] == other[2] or "all" in (slot[2], other[2])
    meet = slot[0] < other[1] and other[0] < slot[1]
    same_season = (slot[4] or "") <= (other[5] or "9") and (other[4] or "") <= (slot[5] or "9")
    return same_start or (same_weeks and meet and same_season and slot[3] == other[3])
