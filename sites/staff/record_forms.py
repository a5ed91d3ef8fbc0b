"""The form of a site's record: what people type, to and from a record (see `staff.record`)."""

from django import forms
from django.forms import BaseFormSet, formset_factory

from franceservices.territories.extents import in_france
from franceservices.territories.models import Commune
from franceservices.territories.names import normalise
from sites.imports.text import tidy
from sites.models import RecurringSlot, Site, SitePartner
from sites.staff.hours_typed import UnreadableHour, UnreadableNumber, read_degrees, read_hour
from sites.staff.record import WEEKDAYS, in_order, stop_key, stop_of
from sites.written_hours import WEEKDAYS as DAY_NAMES

MOST_SLOTS, MOST_CLOSURES, MOST_STOPS = 70, 40, 80
USUAL_ROWS = {weekday: 2 if weekday <= 5 else 1 for weekday in WEEKDAYS}  # morning and afternoon


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


# --- One site, one form ----------------------------------------------------------------------------


class SiteForm(forms.Form):
    """How to reach the site, and where it is."""

    phone = LineField(label="Téléphone", required=False, max_length=20)
    email = forms.EmailField(label="Adresse électronique", required=False, max_length=254)
    website = forms.URLField(label="Site internet", required=False, max_length=200, assume_scheme="https")
    appointment = forms.ChoiceField(label="Rendez-vous", choices=Site.Appointment.choices)
    note = forms.CharField(
        label="Précisions",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce que le public doit savoir, en phrases courtes. Par exemple : entrée par la cour.",
    )
    address = LineField(label="Numéro et rue", required=False, max_length=200)
    address_extra = LineField(label="Complément", required=False, max_length=200, help_text="Bâtiment, étage, mairie…")
    postal_code = forms.RegexField(
        r"^[0-9]{5}$", label="Code postal", error_messages={"invalid": "Écrivez 5 chiffres, comme 12000."}
    )
    commune = CommuneField(label="Commune", widget=forms.TextInput(attrs={"list": "communes", "autocomplete": "off"}))
    latitude = DegreesField(label="Latitude")
    longitude = DegreesField(label="Longitude")
    parent = forms.ChoiceField(label="Site principal", required=False)

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        digits = [character for character in phone if character.isdigit()]
        if phone and (len(digits) < 4 or any(not (c.isdigit() or c in "+ .()-/") for c in phone)):
            raise forms.ValidationError("Écrivez un numéro, comme 05 65 75 00 00.")
        return phone

    def clean_note(self):
        return tidy(self.cleaned_data["note"], multiline=True)

    def clean(self):
        data = super().clean() or self.cleaned_data
        latitude, longitude = data.get("latitude"), data.get("longitude")
        if latitude is not None and longitude is not None and not in_france(latitude, longitude):
            swapped = in_france(longitude, latitude)
            self.add_error(
                "latitude",
                "La latitude et la longitude sont inversées." if swapped else "Ce point n'est pas en France.",
            )
        return data


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


# --- From and to a record --------------------------------------------------------------------------


def initial_of_site(record, communes):
    insee, postal_code = record["commune"]
    longitude, latitude = record["location"]
    texts = ("phone", "email", "website", "appointment", "note", "address", "address_extra")
    return {
        **{name: record[name] for name in texts},
        "parent": record["parent"] or "",
        "commune": communes.label(insee),
        "postal_code": postal_code,
        "latitude": f"{latitude:.6f}",
        "longitude": f"{longitude:.6f}",
    }


def initial_slots(record):
    """The slots of the week, day by day, with the empty lines that a day usually fills."""
    rows = []
    for weekday in WEEKDAYS:
        of_day = [span_initial(slot) | {"weekday": weekday} for slot in record[f"hours.{weekday}"]]
        rows += of_day + [{"weekday": weekday}] * max(0, USUAL_ROWS[weekday] - len(of_day))
    return rows


def span_initial(span):
    opens, closes, weeks, mode, valid_from, valid_until = span
    return {
        "opens": opens,
        "closes": closes,
        "weeks": weeks,
        "by_appointment": mode == "appointment",
        "valid_from": valid_from,
        "valid_until": valid_until,
    }


def initial_closures(record, today):
    """Those that are not over, earliest first, and an empty line."""
    rows = [
        {"key": starts, "starts": starts, "ends": ends, "reason": reason, "replacement": replacement or ""}
        for starts, (ends, reason, replacement) in _rows_of(record, "closures")
        if ends is None or ends >= today.isoformat()
    ]
    return [*sorted(rows, key=lambda row: row["starts"]), {}]


def initial_stops(record, communes):
    rows = []
    for which, (closes, mode, valid_until, insee, place, longitude, latitude) in _rows_of(record, "stops"):
        weekday, opens, weeks, valid_from = stop_of(f"stops.{which}")
        span = span_initial([opens, closes, weeks, mode, valid_from, valid_until])
        where = {"commune": communes.label(insee), "latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}
        rows.append(span | where | {"key": which, "weekday": weekday, "place": place})
    return [*sorted(rows, key=lambda row: (row["weekday"], row["opens"])), {"weekday": 1}]


def _rows_of(record, kind):
    return [(key.partition(".")[2], value) for key, value in record.items() if key.startswith(f"{kind}.") and value]


class RecordForm:
    """All the forms of a site's page as one: unbound with a record's values, or bound to what was sent.

    `choices` holds what may be chosen (`edit_choices.Choices`). An unbound form shows another record when it is `shown`
    one, and what was typed so far, unread, when it is given `typed` (a QueryDict).
    """

    def __init__(self, record, choices, today, data=None, typed=None, shown=None):
        self.record, self.choices = record, choices
        shown = shown or record
        communes = choices.communes
        self.site = SiteForm(data, initial=initial_of_site(shown, communes) | typed_in(SiteForm, typed))
        self.slots = Slots(data, initial=typed_rows(Slots, typed, "hours") or initial_slots(shown), prefix="hours")
        self.closures = Closures(
            data, initial=typed_rows(Closures, typed, "closures") or initial_closures(shown, today), prefix="closures"
        )
        self.stops = Stops(
            data, initial=typed_rows(Stops, typed, "stops") or initial_stops(shown, communes), prefix="stops"
        )
        self.partners = [
            (partner, PartnerForm(data, initial=self._presence(partner, typed), prefix=f"partner-{partner.pk}"))
            for partner in choices.partners
        ]
        self._offer_choices()

    def _presence(self, partner, typed):
        mode, note = self.record.get(f"partners.{partner.pk}") or ("", "")
        return {"mode": mode, "note": note} | typed_in(PartnerForm, typed, f"partner-{partner.pk}-")

    def _offer_choices(self):
        offer(self.site, "parent", [("", "Aucun, ou pas encore connu"), *self.choices.principals])
        for closure in self.closures.forms:
            offer(closure, "replacement", [("", "Aucun site en particulier"), *self.choices.replacements])
        for form in (self.site, *self.stops.forms):
            commune = form.fields["commune"]
            assert isinstance(commune, CommuneField)
            commune.communes = self.choices.communes

    @property
    def parts(self):
        return [self.site, self.slots, self.closures, *(form for _partner, form in self.partners)] + (
            [self.stops] if self.choices.has_round else []
        )

    def is_valid(self):
        return all([part.is_valid() for part in self.parts])  # noqa: C419 - all of them: each is to show its errors

    @property
    def tells_partners(self):
        """Whether a partner is said to be present, or that answer is to be mended."""
        return any(form["mode"].value() or form["note"].value() or form.errors for _partner, form in self.partners)

    @property
    def days(self):
        """[(ISO weekday, name, name of the day before or None, its lines)]"""
        return [
            (
                weekday,
                DAY_NAMES[weekday - 1],
                DAY_NAMES[weekday - 2] if weekday > 1 else None,
                [form for form in self.slots.forms if str(form["weekday"].value()) == str(weekday)],
            )
            for weekday in WEEKDAYS
        ]

    @property
    def lines(self):
        """[(what a line is about, or '', its form)], in the order of the page."""
        stops = self.stops.forms if self.choices.has_round else []
        slots = sorted(self.slots.forms, key=lambda slot: str(slot["weekday"].value()))
        return [
            *((f"passage {number}", stop) for number, stop in enumerate(stops, 1)),
            *((name_of_day(slot["weekday"].value()), slot) for slot in slots),
            *(("fermeture", closure) for closure in self.closures.forms),
            ("", self.site),
            *((partner.name, form) for partner, form in self.partners),
        ]

    def as_record(self):
        """The record that a valid form asks for: what it does not show stays as it was."""
        data = self.site.cleaned_data
        mine = {key: value for key, value in self.record.items() if not self._shows(key)}
        mine |= {name: data[name] for name in ("phone", "email", "website", "appointment", "note")}
        mine |= {name: data[name] for name in ("address", "address_extra")}
        mine["parent"] = int(data["parent"]) if data["parent"] else None
        mine["commune"] = [data["commune"].pk, data["postal_code"]]
        mine["location"] = [data["longitude"], data["latitude"]]
        for weekday in WEEKDAYS:
            of_day = [form.span for form in self.slots.rows() if form.cleaned_data["weekday"] == weekday]
            mine[f"hours.{weekday}"] = in_order(of_day)
        for form in self.closures.rows():
            closure = form.cleaned_data
            replacement = int(closure["replacement"]) if closure["replacement"] else None
            mine[f"closures.{closure['starts']}"] = [closure["ends"], closure["reason"], replacement]
        for partner, form in self.partners:
            if form.cleaned_data["mode"]:
                mine[f"partners.{partner.pk}"] = [form.cleaned_data["mode"], form.cleaned_data["note"]]
        if self.choices.has_round:
            mine |= dict(form.stop for form in self.stops.rows())
        return mine

    def _shows(self, key):
        """Whether a line of the record is one of the form's, to be replaced by what it says now."""
        kind, _, which = key.partition(".")
        if kind == "closures":
            return which in {form["key"].value() for form in self.closures.forms}
        if kind == "stops":
            return self.choices.has_round and which in {form["key"].value() for form in self.stops.forms}
        return kind == "partners"


def name_of_day(weekday):
    """The name of an ISO weekday as a form sends it; '' when it is none."""
    return DAY_NAMES[int(weekday) - 1] if str(weekday) in map(str, WEEKDAYS) else ""


def offer(form, name, choices):
    """What may be chosen in a field of a form."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def typed_in(form, typed, prefix=""):
    """{field: what was typed}; nothing when nothing was."""
    if typed is None:
        return {}
    return {name: typed.get(f"{prefix}{name}", "") for name in form.base_fields}


def typed_rows(formset, typed, prefix):
    """What was typed in each line of a formset, as its initial data; [] when nothing was."""
    if typed is None:
        return []
    total = typed.get(f"{prefix}-TOTAL_FORMS", "")
    lines = min(int(total), formset.max_num) if total.isascii() and total.isdigit() and len(total) < 4 else 0
    return [typed_in(formset.form, typed, f"{prefix}-{number}-") for number in range(lines)]
