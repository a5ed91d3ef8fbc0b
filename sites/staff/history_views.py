"""The history of a site, two of its days compared, and an earlier version put back."""

from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from franceservices.accounts.access import Needs
from sites.locks import SitesBusy
from sites.records.record import is_editable, record_of
from sites.records.wording import label
from sites.staff import history, putting_back
from sites.staff.access import SitePage
from sites.staff.telling import entries, lines, moment_in_french, names_of

PER_PAGE = 25
CHANGED_SINCE = (
    "La fiche a changé depuis que vous avez ouvert cette page. Rien n'a été écrit : relisez ce qui changerait."
)
BUSY = "La fiche est en cours de modification par un import : attendez un instant, puis recommencez."
IMPOSSIBLE = "Ces valeurs ne peuvent plus être rétablies ensemble. Rien n'a été écrit."


class PageInLocalTime(SitePage):
    """A page on a site whose dates are told in the time of its département."""

    def _let_in(self, request, *args, **kwargs):
        with timezone.override(ZoneInfo(self.site.commune.departement.timezone)):
            return super()._let_in(request, *args, **kwargs)

    @property
    def may_edit(self):
        return self.site.commune.departement_id in self.scope.edits


class History(PageInLocalTime):
    def get(self, request, external_id):
        page = Paginator(history.moments(self.site), PER_PAGE).get_page(request.GET.get("page"))
        now = record_of(self.site)
        changes = history.changes(self.site, page.object_list)
        told = [_with_links(change, entry, now) for change, entry in zip(changes, entries(changes), strict=True)]
        days = [(day, list(of_day)) for day, of_day in groupby(told, lambda one: timezone.localdate(one["entry"].at))]
        context = {
            "site": self.site,
            "page": page,
            "days": days,
            "may_edit": self.may_edit,
            "sees_lists": self.scope.is_national,
            "only_addition": told[0]["entry"] if len(told) == 1 and told[0]["entry"].is_addition else None,
        }
        return render(request, "staff/history.html", context)


class Compare(PageInLocalTime):
    def get(self, request, external_id):
        form = ComparisonForm(request.GET if {"du", "au"} & request.GET.keys() else _last_month())
        context = {"site": self.site, "form": form, "may_edit": self.may_edit, "shows_all": "tout" in request.GET}
        if form.is_valid():
            context |= self._compared(form.cleaned_data["du"], form.cleaned_data["au"], context["shows_all"])
        return render(request, "staff/compare.html", context, status=200 if form.is_valid() else 400)

    def _compared(self, first, last, shows_all):
        before, after = (history.record_at(self.site, _end_of(day)) for day in (first, last))
        now = record_of(self.site)
        keys = history.differences(before, after)
        shown = list(dict.fromkeys([*(after or {}), *(before or {})])) if shows_all else keys
        told = lines(before, after, shown, names_of((before, after, shown)))
        return {
            "first": first,
            "last": last,
            "rows": [(line, line.key in keys) for line in told],
            "was_there": (before is not None, after is not None),
            "put_back": [
                (day, _address_of_version(_end_of(day)))
                for day, record in ((first, before), (last, after))
                if record and any(is_editable(key) for key in history.differences(now, record))
            ],
        }


class PutBack(PageInLocalTime):
    """GET shows what would change and asks; POST writes what was shown."""

    needs = Needs.EDIT

    def get(self, request, external_id):
        return self._ask(request.GET)

    def post(self, request, external_id):
        try:
            held = putting_back.read(request.POST.get("jeton", ""), self.site, request.user)
        except signing.BadSignature as error:
            raise BadRequest("this form was not given by us") from error
        try:
            written = putting_back.put_back(self.sites, held, request.user)
        except putting_back.ChangedSince:
            return self._ask(held["asked"], CHANGED_SINCE)
        except putting_back.CannotBePutBack:
            return self._ask(held["asked"], IMPOSSIBLE)
        except SitesBusy:
            return self._ask(held["asked"], BUSY)
        messages.success(request, _done(len(written), held["of"]))
        return redirect("staff:history", self.site.external_id)

    def _ask(self, asked, problem=""):
        form = VersionForm(asked)
        if not form.is_valid():
            raise Http404
        moment, key = form.cleaned_data["etat"], form.cleaned_data["champ"] or None
        plan = putting_back.plan(self.site, record_of(self.site), moment, self.scope.edits, key)
        if plan is None or (key and not (is_editable(key) and key in plan.now | plan.wanted)):
            raise Http404
        told = {name: value for name, value in form.data.items() if name in form.fields}
        names = names_of((plan.now, plan.wanted, [*plan.keys, *plan.refused]))
        context = {
            "site": self.site,
            "of": plan.of,
            "lines": lines(plan.now, plan.wanted, plan.keys, names),
            "refused": [(label(name, names), why) for name, why in plan.refused.items()],
            "is_one_value": bool(key),
            "problem": problem,
            "token": plan.token(self.site, self.request.user, told),
        }
        return render(self.request, "staff/put_back.html", context, status=409 if problem else 200)


class ComparisonForm(forms.Form):
    """Two days, in order; the second may be today."""

    du = forms.DateField(label="Premier jour", error_messages={"required": "Donnez le premier jour."})
    au = forms.DateField(label="Second jour", error_messages={"required": "Donnez le second jour."})

    def clean_au(self):
        if self.cleaned_data["au"] > timezone.localdate():
            raise forms.ValidationError("Ce jour n'est pas encore passé.")
        return self.cleaned_data["au"]

    def clean(self):
        super().clean()
        days = self.cleaned_data
        if days.get("du") and days.get("au") and days["du"] >= days["au"]:
            self.add_error("du", "Le premier jour doit venir avant le second.")
        return days


class VersionForm(forms.Form):
    """Which version: as it was at a moment (ISO 8601), or one of its values."""

    etat = forms.CharField(max_length=40)
    champ = forms.CharField(required=False, max_length=60)

    def clean_etat(self):
        try:
            moment = datetime.fromisoformat(self.cleaned_data["etat"])
        except ValueError as error:
            raise forms.ValidationError("not a moment") from error
        if moment.tzinfo is None or not 2000 <= moment.year < 9999:
            raise forms.ValidationError("a moment of no time zone, or of no time")
        return moment.astimezone(UTC)  # PostgreSQL does not know all the offsets that Python reads


def _with_links(change, entry, now):
    """What the page shows of a change: its values that may come back, and the versions before and after it."""
    just_before = change.at - history.TICK
    return {
        "entry": entry,
        "lines": [
            (line, _address_of_version(just_before, line.key) if _may_come_back(change, line.key, now) else "")
            for line in entry.lines
        ],
        "before": _address_of_version(just_before) if _differs(change.before, now) else "",
        "after": _address_of_version(change.at) if _differs(change.after, now) else "",
    }


def _may_come_back(change, key, now):
    return bool(change.before) and is_editable(key) and change.before.get(key) != now.get(key)


def _differs(record, now):
    return bool(record) and any(is_editable(key) for key in history.differences(record, now))


def _address_of_version(moment, key=""):
    """The query that asks `PutBack` for a version, or for one of its values."""
    return urlencode({"etat": moment.astimezone(ZoneInfo("UTC")).isoformat()} | ({"champ": key} if key else {}))


def _end_of(day):
    return datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())


def _last_month():
    today = timezone.localdate()
    return {"du": (today - timedelta(days=30)).isoformat(), "au": today.isoformat()}


def _done(count, of):
    what = {0: "La fiche était déjà ainsi", 1: "1 valeur a été rétablie"}.get(
        count, f"{count} valeurs ont été rétablies"
    )
    return f"{what}, dans l'état du {moment_in_french(datetime.fromisoformat(of))}."
