"""What is told by e-mail, once a list is applied or taken back, to those who edit the sites that it changed."""

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Count, Q
from django.db.models.fields.json import KT
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from franceservices.accounts.scopes import editors
from franceservices.territories.models import Commune
from sites.imports.files.text import on_one_line
from sites.models import ImportBatch, ImportNotice, ImportRow, ListProposal
from sites.records.wording import Names, label
from sites.written_hours import WEEKDAYS

Action, Status = ImportRow.Action, ImportBatch.Status
NAMED = 20
APPLIED = "France services : ce que la liste nationale change pour vos sites"
TAKEN_BACK = "France services : la liste nationale est annulée"
# What a reader must see first comes first.
SECTIONS = {
    Action.CLOSE: ("SITES FERMÉS", "Ils ne sont plus dans la liste nationale : le public ne les trouve plus."),
    Action.CREATE: ("NOUVEAUX SITES", "Relisez leurs horaires et leur téléphone."),
    Action.REOPEN: ("SITES ROUVERTS", "Ils étaient fermés, et sont de nouveau dans la liste nationale."),
    Action.UPDATE: ("SITES MODIFIÉS", ""),
}
TOLD_BY_THE_SECTION = {"status", "closed_on"}


class NotAllTold(OSError):
    """The mail server refused some messages, which are to be sent again; the others are not."""


@dataclass(frozen=True)
class Line:
    """A site of a `Section`: its name, what changes of it ('' when the section says it), its page."""

    name: str
    what: str
    link: str


@dataclass(frozen=True)
class Section:
    """`count` sites to which the same thing happened; `lines` name the first."""

    title: str
    meaning: str
    count: int
    lines: list[Line]

    @property
    def others(self):
        return self.count - len(self.lines)


@dataclass(frozen=True)
class Summary:
    """What a list did in some territories. `proposals` values wait there; `is_first`: it made the directory."""

    sections: list[Section]
    proposals: int
    is_first: bool

    def __bool__(self):
        return bool(self.sections or self.proposals)

    @property
    def sites(self):
        return sum(section.count for section in self.sections)


def tell(batch):
    """Write to those whom a list concerns, each once. Raises `NotAllTold` when some could not be written to.

    Who edits all of France reads the list's own page. No transaction waits for the mail server: that someone is told
    is noted before, and taken back when the server refuses.
    """
    messages = {Status.APPLIED: _of_an_applied_list, Status.TAKEN_BACK: _of_a_list_taken_back}.get(batch.status)
    failed = 0
    for send in messages(batch) if messages else ():
        try:
            send()
        except OSError:
            failed += 1
    if failed:
        raise NotAllTold(f"{failed} messages refused")


def _of_an_applied_list(batch):
    for user, territories in editors(timezone.localdate()):
        if not territories.everywhere and (summary := summary_for(territories, batch)):
            yield partial(_tell_once, batch, user, summary)


def _tell_once(batch, user, summary):
    notice, is_first = ImportNotice.objects.get_or_create(batch=batch, user=user)
    if is_first:
        try:
            _send(APPLIED, "applied", batch, user, summary=summary)
        except BaseException:
            notice.delete()
            raise


def _of_a_list_taken_back(batch):
    """Only those who were told of it are told that it is no more; then nothing says any longer that they were."""
    for notice in batch.notices.filter(user__is_active=True).select_related("user").order_by("user__email"):
        yield partial(_tell_taken_back, batch, notice)


def _tell_taken_back(batch, notice):
    if not ImportNotice.objects.filter(pk=notice.pk).delete()[0]:
        return
    try:
        _send(TAKEN_BACK, "taken_back", batch, notice.user)
    except BaseException:
        ImportNotice.objects.create(batch=batch, user=notice.user)
        raise


def _send(subject, template, batch, user, **context):
    send_mail(subject, text_of(template, batch, user, **context), None, [user.email])


def text_of(template, batch, user, **context):
    """The message, in plain French."""
    context |= {"batch": batch, "file_name": on_one_line(batch.file_name, 200), "user": user}
    context |= {"portal": settings.PORTAL_URL, "contact": _contact(batch)}
    return render_to_string(f"staff/reminders/list_{template}.txt", context).strip() + "\n"


def _contact(batch):
    """To whom an agent may write about a list."""
    return settings.PUBLISHER["email"] or (batch.applied_by.email if batch.applied_by else "")


def summary_for(territories, batch):
    """The `Summary` of what an applied list changed in some `Territories`. Few queries, however many sites."""
    rows = _in(territories, batch.rows.filter(action__in=ImportRow.WRITES))
    counts = dict(rows.order_by().values_list("action").annotate(Count("pk")))
    is_first = set(counts) == {Action.CREATE} and not _earlier_lists(batch).exists()
    proposals = ListProposal.objects.waiting().filter(batch=batch)
    return Summary(
        list(_sections(rows, counts, 0 if is_first else NAMED)),
        territories.restrict(proposals, "site__commune__departement").count(),
        is_first,
    )


def _in(territories, rows):
    """The rows of sites that are in some territories, or were before the list moved them.

    A list that says another commune than the prefecture moves nothing, unless its value was chosen.
    """
    if territories.everywhere:
        return rows
    communes = Commune.objects.filter(departement__in=territories.departements)
    came_from = Q(action__in=(Action.UPDATE, Action.REOPEN), came_from__in=communes.values("insee"))
    here = Q(departement__in=territories.departements) | Q(site__commune__in=communes)
    return rows.annotate(came_from=KT("before__commune__0")).filter(here | came_from)


def _earlier_lists(batch):
    lists = ImportBatch.objects.filter(is_demo=False, status__in=ImportBatch.WAS_APPLIED)
    return lists.filter(applied_at__lt=batch.applied_at)


def _sections(rows, counts, room):
    """A `Section` for each thing that happened; together they name at most `room` sites."""
    for action, (title, meaning) in SECTIONS.items():
        if count := counts.get(action, 0):
            named = rows.filter(action=action).order_by("name", "pk")[:room]
            lines = [Line(row.name, what_changed(row), _link(row)) for row in named]
            room -= len(lines)
            yield Section(title, meaning, count, lines)


def _link(row):
    return settings.PORTAL_URL + reverse("staff:edit", args=[row.external_id])


def what_changed(row):
    """'nom, téléphone, horaires (lundi, mardi)'; '' for a site that is all new, or closed."""
    if row.action not in (Action.UPDATE, Action.REOPEN):
        return ""
    keys = [key for key in row.after if key not in TOLD_BY_THE_SECTION]
    words = [_lower(label(key, Names())) for key in keys if not key.startswith("hours.")]
    days = [WEEKDAYS[number - 1] for number in sorted(int(key[6:]) for key in keys if key.startswith("hours."))]
    return ", ".join([*words, *([f"horaires ({', '.join(days)})"] if days else [])])


def _lower(text):
    return text[:1].lower() + text[1:]
