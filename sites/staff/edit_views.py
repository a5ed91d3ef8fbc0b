"""The form of a site's record, on which nothing that anyone typed is lost."""

from django.contrib import messages
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.core import signing
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from franceservices.accounts.access import Needs
from franceservices.territories.models import Commune
from sites import site_views
from sites.imports.cells.checks import distance_km
from sites.locks import SitesBusy
from sites.models import Site
from sites.records.record import record_of
from sites.records.wording import Names, in_french, label
from sites.staff import proposals, record_actions, reports_queue
from sites.staff.access import SitePage
from sites.staff.edit_choices import Choices
from sites.staff.hours_typed import read_whole
from sites.staff.record_actions import NoAddress
from sites.staff.record_forms import RecordForm
from sites.staff.saving import Collided, save

FAR_KM = 0.3  # a pin that moves further is asked about
COMMUNES_WITHIN_KM = 30
DAYS = tuple("1234567")
TAKEN = "La valeur de la liste est écrite dans la fiche : relisez, puis enregistrez."
BUSY = "La fiche est en cours de modification par un import : attendez un instant, puis enregistrez à nouveau."


class Edit(SitePage):
    """Its address: GET shows the form; POST saves it, shows it in advance, or changes what is typed."""

    needs = Needs.EDIT

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.today = timezone.localdate()

    def get(self, request, external_id):
        record = record_of(self.site)
        taken = self._proposals().filter(pk=read_whole(request.GET.get("proposition"))).first()
        if not taken:
            return self._page(self._form(record), Opened(record))
        form = self._form(record, shown=proposals.with_value(record, taken))
        return self._page(form, Opened(record), note=TAKEN)

    def post(self, request, external_id):
        opened = Opened.read(request.POST.get("opened", ""), self.site)
        action, *details = request.POST.get("action", "save").split(".")
        if action in ("save", "preview"):
            return self._save(opened, is_preview=action == "preview")
        typed = request.POST.copy()
        note = self._act(typed, action, details)
        return self._page(self._form(opened.record, typed=typed), opened, note=note, at=_anchor(action, details))

    def _proposals(self):
        """What the list proposes for this site, and nobody has decided."""
        return proposals.waiting(self.site)

    def _report(self):
        """What a citizen told, that this form answers; None when it answers nothing."""
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        return reports_queue.report_for(Site.objects.filter(pk=self.site.pk), asked.get("signalement"))

    def _form(self, record, **typed):
        return RecordForm(record, Choices.of(self.site, record), self.today, **typed)

    def _act(self, typed, action, details):
        """What a button that writes nothing does to what is typed; the sentence to show, or ''."""
        match action, details:
            case "add", ["hours", day] if day in DAYS:
                record_actions.add_line(typed, "hours", int(day))
            case "add", ["closures" | "stops" as prefix]:
                record_actions.add_line(typed, prefix)
            case "copy", [source, *targets] if all(day in DAYS for day in (source, *targets)):
                record_actions.copy_day(typed, int(source), [int(day) for day in targets])
            case "locate", []:
                return self._locate(typed)
            case _:
                raise Http404
        return ""

    def _locate(self, typed):
        try:
            found = record_actions.place_on_address(typed)
        except NoAddress as error:
            return str(error)
        return f"Le point est placé sur : {found}. Vérifiez-le, puis enregistrez."

    # --- Saving ------------------------------------------------------------------------------------

    def _save(self, opened, is_preview):
        form = self._form(opened.record, data=self.request.POST)
        valid = form.is_valid()
        undecided = opened.undecided(self.request.POST)
        move = self._unconfirmed_move(form, opened) if valid and not is_preview else None
        if not valid or undecided or move:
            return self._page(form, opened, move=move, undecided=undecided, status=400)
        mine = opened.decided(form.as_record(), self.request.POST)
        try:
            return self._previewed(opened, mine) if is_preview else self._saved(opened, mine)
        except Collided as error:
            return self._page(form, Opened(error.current, error.collisions), status=409)
        except SitesBusy:
            return self._page(form, opened, note=BUSY, status=503)

    def _saved(self, opened, mine):
        report = self._report()
        with transaction.atomic():
            changes = save(self.sites, self.site.pk, opened.before, mine, self.request.user)
            if report:
                self._thank(report)
        names = Names.of([(key, value) for key, (_before, value) in changes.items()])
        if changes:
            labels = [label(key, names) for key in changes]
            told = ", ".join(one[0].lower() + one[1:] for one in labels)
            messages.success(self.request, f"Enregistré, et déjà en ligne : {told}.")
        else:
            messages.success(self.request, "Rien n'a changé : la fiche est notée comme vérifiée aujourd'hui.")
        return redirect("staff:edit", self.site.external_id)

    def _thank(self, report):
        try:
            reports_queue.accept(report, self.request.user)
        except reports_queue.AlreadyHandled as error:
            messages.info(self.request, str(error))
        else:
            thanked = ", et la personne est remerciée par courriel" if report.email else ""
            messages.success(self.request, f"Le signalement est classé comme corrigé{thanked}.")

    def _previewed(self, opened, mine):
        """The public page as it would be: written, rendered, and taken back."""
        with transaction.atomic():
            save(self.sites, self.site.pk, opened.before, mine, self.request.user)
            found = Site.objects.with_territories().with_hours().get(pk=self.site.pk)
            response = site_views.page_of(self.request, found, "staff/preview.html")
            transaction.set_rollback(True)
        return response

    def _unconfirmed_move(self, form, opened):
        """The `Move` of the pin that is to be confirmed first; None when it is small, or has been."""
        if opened.is_lost:
            return None  # where it was is asked about already, with all the rest
        data = form.site.cleaned_data
        move = Move.between(opened.record["location"], [data["longitude"], data["latitude"]], data["commune"])
        return move if move and self.request.POST.get("confirm_move") != move.token else None

    # --- The page ----------------------------------------------------------------------------------

    def _page(self, form, opened, *, note="", move=None, undecided=(), at="", status=200):
        report, now = self._report(), timezone.now()
        context = {
            "site": self.site,
            "report": report,
            "said_today": reports_queue.said_today(report, now) if report else [],
            "proposals": proposals.told(list(self._proposals().select_related("site__commune__departement")), now),
            "form": form,
            "opened": opened.signed(self.site),
            "collisions": opened.collisions_in_french(self.request.POST),
            "undecided": undecided,
            "move": move,
            "note": note,
            "at": at,
            "errors": _errors(form) if form.site.is_bound else [],
        }
        return render(self.request, "staff/edit.html", context, status=status)


class Opened:
    """The record that a form was opened on, which it carries, signed; and what collided since, to be decided.

    `is_lost` when what it carries is not ours: the form then shows today's record, and all that differs collides.
    """

    SALT = "a site's record"

    def __init__(self, record, collisions=None, is_lost=False):
        self.record = record
        self.collisions = collisions or {}
        self.is_lost = is_lost

    @classmethod
    def read(cls, text, site):
        """What a form of this `Site` carries."""
        try:
            return cls(*signing.loads(text, salt=f"{cls.SALT} {site.pk}"))
        except signing.BadSignature:
            return cls(record_of(site), is_lost=True)

    def signed(self, site):
        data = [self.record, self.collisions, self.is_lost]
        return signing.dumps(data, salt=f"{self.SALT} {site.pk}", compress=True)

    @property
    def before(self):
        """What my changes are told from."""
        return {} if self.is_lost else self.record

    def undecided(self, sent):
        """The keys that collided and for which nobody chose."""
        return [key for key in self.collisions if sent.get(f"choice-{key}") not in ("theirs", "mine")]

    def decided(self, mine, sent):
        """My record, with theirs where I chose so."""
        theirs = {key: self.record.get(key) for key in self.collisions if sent.get(f"choice-{key}") == "theirs"}
        return mine | theirs

    def collisions_in_french(self, sent):
        """[{key, label, before, theirs, mine, choice}]"""
        values = [(key, value) for key, three in self.collisions.items() for value in three]
        names = Names.of(values)
        return [
            {
                "key": key,
                "label": label(key, names),
                "choice": sent.get(f"choice-{key}", ""),
                **{
                    name: in_french(key, value, names)
                    for name, value in zip(("before", "theirs", "mine"), three, strict=True)
                },
            }
            for key, three in self.collisions.items()
        ]


class Move:
    """A pin that goes far, or nearer to another commune than to its own."""

    def __init__(self, distance, token, nearer_to):
        self.distance, self.token, self.nearer_to = distance, token, nearer_to

    @classmethod
    def between(cls, before, after, commune):
        """The `Move` from one [longitude, latitude] to another; None when nobody need be asked."""
        km = distance_km(before, after)
        if not km:
            return None
        was_in, is_in = (_nearest_commune(position) for position in (before, after))
        leaves = is_in and is_in != commune.today and was_in == commune.today
        if km <= FAR_KM and not leaves:
            return None
        return cls(D(km=km), f"{after[0]},{after[1]}", is_in if leaves else None)


def _nearest_commune(position):
    """The commune of today whose point is nearest: its limits are not known here. None when there is none around."""
    longitude, latitude = position
    return Commune.objects.current().nearest_to(Point(longitude, latitude, srid=4326), COMMUNES_WITHIN_KM)


def _errors(form):
    """[(id of a field, name, sentence)] for the summary at the top, in the order of the page."""
    found = []
    for about, line in form.lines:
        for name, sentences in line.errors.items():
            if name in line.fields:
                label = f"{about}, {line[name].label.lower()}" if about else line[name].label
                found += [(line[name].id_for_label, label, sentence) for sentence in sentences]
            else:
                found += [("", "", sentence) for sentence in sentences]
    for formset in [part for part in form.parts if hasattr(part, "non_form_errors")]:
        found += [("", "", sentence) for sentence in formset.non_form_errors()]
    return found


def _anchor(action, details):
    """The part of the page that a button changed."""
    match action, details:
        case "add", ["hours", day]:
            return f"jour-{day}"
        case "copy", [_, *targets]:
            return f"jour-{targets[0]}" if targets else ""
        case "add", [prefix]:
            return prefix
    return "position"
