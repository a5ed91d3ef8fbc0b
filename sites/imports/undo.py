"""Taking back a list that was applied: each site is exactly what it was, unless someone edited what the list wrote.

All is read from the history, and written in SQL (`undo_statements`). A site is refused as a whole; the others are given
back what the list changed, and keep what was edited since beside it. Nothing is ever deleted: a new site is withdrawn.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pghistory
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from pghistory.models import Context

from sites.imports import undo_statements as sql
from sites.imports.apply import tell_the_planner
from sites.models import Closure, ImportBatch, Site, SitePartner, Stop, WeeklySlot
from sites.records.record import record_from
from sites.written_numbers import number_in_french

# Sites whose records are compared at once.
AT_A_TIME = 1_000
NEW = "Ajouté par la liste, et modifié depuis."
NEW_AND_CHECKED = "Ajouté par la liste, et vérifié depuis."
EDITED = "Modifié depuis sur un point que la liste avait changé."
STILL_DEPENDS = "Il dépend depuis d'un site principal : il ne peut pas redevenir lui-même un site principal."
NO_CLOSING_DATE = "Son état et sa date de fermeture d'avant ne vont plus avec ceux d'aujourd'hui."
GONE = "Il n'est plus dans l'annuaire."


class Touched(NamedTuple):
    """A site that the list wrote; `before` and `after` are numbers of its history, `was` and `became` statuses."""

    pk: int
    before: int | None
    after: int
    removed: bool
    was: str | None
    became: str
    edited: bool
    gone: bool

    @property
    def created(self):
        return self.before is None


@dataclass(frozen=True)
class Refusal:
    """A site that stays as it is. `before`, `wrote` and `now` are {key of the record: value}, with the same keys.

    `since` are the keys that are no longer what the list wrote.
    """

    site: int
    external_id: str
    name: str
    departement: str
    why: str
    before: dict[str, Any] = field(default_factory=dict)
    wrote: dict[str, Any] = field(default_factory=dict)
    now: dict[str, Any] = field(default_factory=dict)

    @property
    def since(self):
        return {key for key in self.now if self.now[key] != self.wrote[key]}


@dataclass
class Plan:
    """What taking a list back would do, in numbers of sites, and the `Refusal`s.

    `demonstration` fictitious sites come back, unless real ones stay in service (`demonstration_stays_out`).
    `decided` are the proposals that stay, since someone decided them.
    """

    put_back: int = 0
    closed_again: int = 0
    reopened: int = 0
    withdrawn: int = 0
    demonstration: int = 0
    demonstration_stays_out: int = 0
    proposals: int = 0
    decided: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def sites(self):
        """The real sites that are taken back."""
        return self.put_back + self.closed_again + self.reopened + self.withdrawn

    @property
    def does_something(self):
        return bool(self.sites or self.demonstration or self.proposals)


def plan(batch):
    """The `Plan` of taking back a list that is applied. Six queries, and nine for each 1,000 sites edited since."""
    done = _Done.by(batch)
    touched, since = done.sites(), done.hours_since()
    refused = list(_refusals(done, [one for one in touched if _may_differ(one, since)]))
    kept = {one.site for one in refused}
    counts = Counter(_kind(one) for one in touched if one.pk not in kept)
    removed = counts.pop("demonstration", 0)
    stays_out = bool(removed) and done.one(sql.REAL_SITES_STAY, refused=list(kept))[0]
    proposals, decided = done.one(sql.PROPOSALS_TOUCHED, refused=list(kept))
    return Plan(
        **counts,
        demonstration=0 if stays_out else removed,
        demonstration_stays_out=removed if stays_out else 0,
        proposals=proposals,
        decided=decided,
        refused=_in_order(refused),
    )


def write(batch, undone, user, said=lambda done, total: None):
    """Do what a `Plan` says, and mark the batch as taken back by a `User`. Call it `apply.alone`, with the plan made
    there too. `said` is told how many statements are done, of how many.
    """
    refused = [one.site for one in undone.refused]
    demonstration = (sql.DEMONSTRATION,) if undone.demonstration else ()
    hung_on_it = sql.OF_DEMONSTRATION if undone.demonstration else ()
    statements = (*sql.SITES, *demonstration, *sql.HOURS, *hung_on_it, *sql.PROPOSALS)
    done = _Done.by(batch)
    context = {"import_batch": batch.pk, "source": "undo"} | ({"user": user.pk} if user else {})
    with pghistory.context(**context):
        for number, statement in enumerate(statements, start=1):
            done.execute(statement, refused=refused, now=timezone.now())
            said(number, len(statements))
        batch.status = ImportBatch.Status.TAKEN_BACK
        batch.taken_back_at, batch.taken_back_by, batch.message = timezone.now(), user, in_short(undone)
        batch.save()
    tell_the_planner()


def left(batch):
    """The `Refusal`s of a list that was taken back, with what their sites are today."""
    undone = Context.objects.filter(metadata__import_batch=batch.pk, metadata__source="undo").values("pk")
    taken_back = set(_events(Site).filter(pgh_context__in=undone).values_list("pgh_obj", flat=True))
    done = _Done.by(batch)
    refused = [one for one in done.sites() if one.pk not in taken_back and not one.removed]
    return _in_order(_refusals(done, refused, anyway=True))


def in_short(undone):
    """What was done, in French, to be read on the list's page."""
    parts = [
        _counted(undone.put_back + undone.closed_again + undone.reopened, "site remis", "sites remis", " comme avant"),
        _counted(undone.withdrawn, "site ajouté par la liste, retiré", "sites ajoutés par la liste, retirés"),
        _counted(undone.demonstration, "site de démonstration revenu", "sites de démonstration revenus"),
        _counted(undone.proposals, "proposition reprise", "propositions reprises"),
        _counted(len(undone.refused), "site laissé tel quel", "sites laissés tels quels", ", modifiés depuis la liste")
        if len(undone.refused) > 1
        else _counted(len(undone.refused), "site laissé tel quel, modifié depuis la liste", ""),
    ]
    told = " ; ".join(part for part in parts if part)
    return f"Liste annulée : {told}." if told else "Liste annulée : il n'y avait rien à remettre."


def _counted(number, one, several, rest=""):
    if not number:
        return ""
    return f"{number_in_french(number)} {one if number == 1 else several}{rest}"


def _kind(one):
    """What happens to a site that is taken back, as `Plan` counts it."""
    if one.removed:
        return "demonstration"
    if one.created:
        return "withdrawn"
    if one.was == one.became:
        return "put_back"
    return "reopened" if one.was == Site.Status.ACTIVE else "closed_again"


def _may_differ(one, hours_since):
    return not one.removed and (one.edited or one.gone or one.pk in hours_since)


def _in_order(refused):
    return sorted(refused, key=lambda one: (one.departement, one.name, one.site))


# --- What was edited since -------------------------------------------------------------------------


def _refusals(done, touched, *, anyway=False) -> Iterator[Refusal]:
    """The `Refusal` of each of these `Touched` that is to be refused; `anyway`: of all of them."""
    touched = list(touched)
    for some in (touched[at : at + AT_A_TIME] for at in range(0, len(touched), AT_A_TIME)):
        records = _Records(done, some)
        for one in some:
            before, after, now = records.of(one)
            keys = _differences(after, now) if one.created else _differences(before, after)
            why = _why_not(one, before or {}, after, now, keys)
            if why or anyway:
                was, wrote, is_now = ({key: (record or {}).get(key) for key in keys} for record in (before, after, now))
                external_id, name, departement = records.named(one)
                yield Refusal(one.pk, external_id, name, departement, why or EDITED, was, wrote, is_now)


def _why_not(one, before, after, now, keys):
    """Why a site is refused, in French, or ''."""
    if now is None:
        return GONE
    if one.created:
        return NEW if keys else NEW_AND_CHECKED if one.edited else ""
    if any(now.get(key) != after.get(key) for key in keys):
        return EDITED
    then = now | {key: before.get(key) for key in keys}
    if then["parent"] and then["kind"] != Site.Kind.ANTENNE:
        return STILL_DEPENDS
    closed = then["closed_on"] is not None
    fits = {Site.Status.ACTIVE: not closed, Site.Status.CLOSED: closed}.get(then["status"], True)
    return "" if fits else NO_CLOSING_DATE


def _differences(before, after):
    before, after = before or {}, after or {}
    return [key for key in dict.fromkeys([*after, *before]) if before.get(key) != after.get(key)]


class _Records:
    """The records of some sites before the list, after it, and today. Eight queries."""

    def __init__(self, done, touched):
        pks = [one.pk for one in touched]
        numbers = [number for one in touched for number in (one.before, one.after) if number]
        self.events = {row["pgh_id"]: row for row in _events(Site).filter(pgh_id__in=numbers).values()}
        self.slots_before, self.slots_after = self._slots_then(done, pks)
        self.sites = {row["id"]: row for row in Site.objects.filter(pk__in=pks).values()}
        self.departements = dict(Site.objects.filter(pk__in=pks).values_list("pk", "commune__departement"))
        self.rows = {
            name: _by_site(model.objects.filter(site__in=pks).order_by("pk").values())
            for name, model in (
                *(("slots", WeeklySlot), ("closures", Closure)),
                *(("partners", SitePartner), ("stops", Stop)),
            )
        }

    def of(self, one):
        before = self.events.get(one.before) and record_from(self.events[one.before], self.slots_before.get(one.pk, ()))
        after = record_from(self.events[one.after], self.slots_after.get(one.pk, ()))
        today = self.sites.get(one.pk)
        now = today and record_from(today, **{name: rows.get(one.pk, ()) for name, rows in self.rows.items()})
        return before, after, now

    def named(self, one):
        """(external id, name, département) of today, or of after the list."""
        row = self.sites.get(one.pk, self.events[one.after])
        return row["external_id"], row["name"], self.departements.get(one.pk, "")

    def _slots_then(self, done, pks):
        """({site: its slots} before the list, the same after it); both empty when the list wrote no hours."""
        first, last = done.hours_span
        if last is None:
            return {}, {}
        before: dict[int, dict] = {}
        after: dict[int, dict] = {}
        for row in _events(WeeklySlot).filter(site__in=pks, pgh_id__lte=last).order_by("pgh_id").values():
            for rows in (before, after) if row["pgh_id"] < first else (after,):
                rows.pop(row["pgh_obj_id"], None)
                if row["pgh_label"] != "delete":
                    rows[row["pgh_obj_id"]] = row
        return _by_site(before.values()), _by_site(after.values())


def _events(model: type[Model]):
    return model.pgh_event_model.objects  # type: ignore[attr-defined]


def _by_site(rows):
    found: dict[int, list] = {}
    for row in rows:
        found.setdefault(row["site_id"], []).append(row)
    return found


class _Done:
    """What the list did, in the history: all under the contexts of its number."""

    def __init__(self, contexts):
        self.contexts = contexts
        self.hours_span = self.one(sql.HOURS_SPAN)

    @classmethod
    def by(cls, batch):
        of_the_list = Context.objects.filter(metadata__import_batch=batch.pk, metadata__source="import")
        return cls(list(of_the_list.values_list("pk", flat=True)))

    def sites(self):
        """The sites that the list wrote, as `Touched`. One query."""
        return [Touched(*row) for row in self._all(sql.SITES_TOUCHED)]

    def hours_since(self):
        """The pks of sites whose hours, or what hangs on them when they are new, were written since. Two queries."""
        last = self.hours_span[1]
        since = self._all(sql.HOURS_SINCE, last=last) if last else []
        return {pk for (pk,) in (*since, *self._all(sql.CREATED_SINCE))}

    def one(self, statement, **parameters):
        return self._all(statement, **parameters)[0]

    def execute(self, statement, **parameters):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"contexts": self.contexts} | parameters)

    def _all(self, statement, **parameters):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"contexts": self.contexts} | parameters)
            return cursor.fetchall()
