"""The form of a site's record as a whole: what people type, to and from a record (see `staff.record`).

Its fields are in `record_fields`, what is typed line by line in `record_lines`.
"""

from django import forms

from franceservices.territories.extents import in_france
from sites.imports.files.text import tidy
from sites.models import Site
from sites.records.record import TEXTS, WEEKDAYS, in_order, stop_of
from sites.staff.hours_typed import read_whole
from sites.staff.record_fields import CommuneField, DegreesField, LineField
from sites.staff.record_lines import Closures, PartnerForm, Slots, Stops
from sites.written_hours import WEEKDAYS as DAY_NAMES

USUAL_ROWS = {weekday: 2 if weekday <= 5 else 1 for weekday in WEEKDAYS}  # morning and afternoon


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


# --- From and to a record --------------------------------------------------------------------------


def initial_of_site(record, communes):
    insee, postal_code = record["commune"]
    longitude, latitude = record["location"]
    return {
        **{name: record[name] for name in TEXTS},
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
        mine |= {name: data[name] for name in TEXTS}
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
    lines = min(how_many(typed, prefix), formset.max_num)
    return [typed_in(formset.form, typed, f"{prefix}-{number}-") for number in range(lines)]


def how_many(typed, prefix):
    """The number of lines of a formset, as it is typed."""
    return read_whole(typed.get(f"{prefix}-TOTAL_FORMS", ""), digits=3) or 0
