"""What changed on a site, who did it and from where; and its record at any moment, from the rows that triggers wrote.

Objects are put back in `staff.putting_back`; how it is all told in French is `staff.telling`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pghistory.models import Context

from sites.models import Closure, Site, SitePartner, Stop, WeeklySlot
from sites.records.record import record_from

# Those of a site, as `record_from` names them.
ROWS = {"slots": WeeklySlot, "closures": Closure, "partners": SitePartner, "stops": Stop}
# "Just before a moment" is a moment too: PostgreSQL's clock counts microseconds.
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Change:
    """What one transaction did under one context: the record before (None: the site was not there) and after.

    `context` is what was known of who did it (see `tracked`); `checked` says that the site was stamped as checked.
    """

    at: datetime
    context: Mapping[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    checked: bool

    @property
    def keys(self):
        """The keys of the record that changed, in its order."""
        return differences(self.before, self.after)


def differences(before, after):
    """The keys that two records tell otherwise, in the order of a record; a record may be None."""
    before, after = before or {}, after or {}
    keys = dict.fromkeys([*after, *before])
    return [key for key in keys if before.get(key) != after.get(key)]


def moments(site):
    """The changes of a site, newest first, as (aware datetime, id of the context or None): to be counted and sliced."""
    tables = [events.order_by().values_list("pgh_created_at", "pgh_context_id") for events in _events_of(site).values()]
    return tables[0].union(*tables[1:]).order_by("-pgh_created_at", "pgh_context_id")


def last_change_until(site, moment):
    """When the record became what it was at an aware datetime; None when there was none."""
    times = [
        events.filter(pgh_created_at__lte=moment).order_by("-pgh_created_at").values_list("pgh_created_at", flat=True)
        for events in _events_of(site).values()
    ]
    return max((found for table in times for found in table[:1]), default=None)


def record_at(site, moment):
    """The record of a site as it was at an aware datetime, None when it was not in the directory. Five queries."""
    return _Rows(site, moment).record()


def changes(site, page):
    """The `Change`s that a slice of `moments` names, newest first. Eleven queries, whatever was changed."""
    page = list(page)
    if not page:
        return []
    oldest, newest = page[-1][0], page[0][0]
    rows = _Rows(site, oldest - TICK)
    contexts = Context.objects.in_bulk({context for _, context in page if context})
    done = []
    for (at, context), events in _in_order(_events_between(site, oldest, newest)):
        before, stamp = rows.record(), rows.verified_at
        rows.apply(events)
        if (at, context) in page:  # others of the same time are on the next page, or on the one before
            metadata = contexts[context].metadata if context in contexts else {}
            done.append(Change(at, metadata, before, rows.record(), rows.verified_at != stamp))
    return done[::-1]


class _Rows:
    """The rows that tell of a site at a moment, by table and object; events take them forward."""

    def __init__(self, site, moment):
        self.site_pk = site.pk
        self.tables = {
            table: {event["pgh_obj_id"]: event for event in _latest(events, moment)}
            for table, events in _events_of(site).items()
        }

    def apply(self, events):
        for table, event in events:
            known = self.tables[table].get(event["pgh_obj_id"])
            if not known or known["pgh_id"] < event["pgh_id"]:
                self.tables[table][event["pgh_obj_id"]] = event

    @property
    def verified_at(self):
        site = self.tables["site"].get(self.site_pk)
        return site and site["verified_at"]

    def record(self):
        site = self.tables["site"].get(self.site_pk)
        if not site or site["pgh_label"] == "delete":
            return None
        return record_from(site, **{table: list(self._of_the_site(table)) for table in ROWS})

    def _of_the_site(self, table):
        """What is there, and is still the site's."""
        for event in self.tables[table].values():
            if event["pgh_label"] != "delete" and event["site_id"] == self.site_pk:
                yield event


def _events_of(site):
    """{table: its events}, of the site and of all rows that were ever its own."""
    events = {"site": _every_event_of(Site).filter(pgh_obj=site.pk)}
    for table, model in ROWS.items():
        every = _every_event_of(model)
        events[table] = every.filter(pgh_obj__in=every.filter(site=site.pk).values("pgh_obj"))
    return events


def _every_event_of(model: Any):
    return model.pgh_event_model.objects


def _latest(events, moment):
    """The last event of each object at a moment, but for what was gone: a site leaves thousands of slots behind it.

    Numbers order the events of an object, times do not: a transaction has the time it began, even if it then waited for
    another to end.
    """
    last = events.filter(pgh_created_at__lte=moment).order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return events.model.objects.filter(pgh_id__in=last.values("pgh_id")).exclude(pgh_label="delete").values()


def _events_between(site, oldest, newest):
    """{(time, context): [(table, event)]}, both ends included."""
    found: dict[tuple[datetime, UUID | None], list[tuple[str, Any]]] = defaultdict(list)
    for table, events in _events_of(site).items():
        for event in events.filter(pgh_created_at__range=(oldest, newest)).order_by("pgh_id").values():
            found[event["pgh_created_at"], event["pgh_context_id"]].append((table, event))
    return found


def _in_order(changes):
    """[(what, events)] of changes, oldest first: by time, but those that wrote the site itself in the order they did.

    Whoever saves a record locks its site: the one who began first, and then waited, may be the second to write.
    """
    ordered = sorted(changes.items(), key=lambda change: (change[0][0], str(change[0][1])))
    number = {
        what: min(event["pgh_id"] for table, event in events if table == "site")
        for what, events in ordered
        if any(table == "site" for table, _ in events)
    }
    places = [place for place, (what, _) in enumerate(ordered) if what in number]
    as_written = sorted((ordered[place] for place in places), key=lambda change: number[change[0]])
    for place, change in zip(places, as_written, strict=True):
        ordered[place] = change
    return ordered
