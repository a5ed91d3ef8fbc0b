"""The period that a dashboard's address asks for, turned into dates."""

from datetime import date

from django import forms
from django.utils.html import format_html_join

from stats.indicators import last_month
from stats.months import LAUNCH, from_code, in_code, in_french, months_between, months_later

FIRST_DATE = months_later(LAUNCH, 1)
MOST_COMPARED = 4


class PeriodForm(forms.Form):
    """`au` (the day of the situation) and `depuis` (the month from which shares, mixes and charts count).

    `at` and `since` are always there: what is not asked for, or cannot be, is `default_at` and the launch.
    """

    au = forms.CharField(required=False, max_length=10)
    depuis = forms.CharField(required=False, max_length=7)

    def __init__(self, data, *, default_at, today):
        super().__init__(data)
        self.default_at, self.today = default_at, today
        self.at, self.since = default_at, LAUNCH
        self.is_right = self.is_valid()

    def clean_au(self):
        text = self.cleaned_data["au"]
        if not text:
            return text
        try:
            at = date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            at = None
        if at is None:
            raise forms.ValidationError("Écrivez la date comme 2023-04-01.")
        if not FIRST_DATE <= at <= self.today:
            raise forms.ValidationError("Choisissez une date du 1er février 2020 à aujourd'hui.")
        self.at = at
        return text

    def clean_depuis(self):
        text = self.cleaned_data["depuis"]
        if not text:
            return text
        try:
            since = from_code(text)
        except ValueError:
            raise forms.ValidationError("Écrivez le mois comme 2022-01.") from None
        if not LAUNCH <= since <= last_month(self.at):
            raise forms.ValidationError("Choisissez un mois de janvier 2020 au mois qui précède la date.")
        self.since = since
        return text

    @property
    def starts(self):
        """The months from which the period may start, as the options of a list: janvier 2020, …"""
        every = months_between(LAUNCH, last_month(self.at))
        chosen = {self.since: " selected"}
        return format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((in_code(month), chosen.get(month, ""), in_french(month)) for month in every),
        )


class ComparisonForm(PeriodForm):
    """A period, and up to four `territories`: `avec` holds their keys. An unknown key is told, and left out."""

    def __init__(self, data, *, known, **period):
        self.known = known
        self.asked = [key for key in dict.fromkeys(data.getlist("avec")) if key]
        self.territories = [known[key] for key in self.asked if key in known][:MOST_COMPARED]
        super().__init__(data, **period)

    def clean(self):
        if len(self.asked) > MOST_COMPARED:
            self.add_error(None, "Choisissez quatre territoires au plus.")
        if any(key not in self.known for key in self.asked):
            self.add_error(None, "Un des territoires demandés n'existe pas : choisissez-le dans la liste.")
        return super().clean()

    @property
    def choices(self):
        """For each of the four lists, (number, key that is chosen)."""
        keys = [territory.key for territory in self.territories]
        return [(number + 1, keys[number] if number < len(keys) else "") for number in range(MOST_COMPARED)]
