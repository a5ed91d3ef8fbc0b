"""A table against the directory: what each line would change, what is wrong, what is missing. Writes nothing."""

from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from django.utils import timezone

from sites.imports.cells import columns, gazetteer
from sites.imports.cells.checks import check, compare
from sites.imports.cells.gazetteer import latitude_of, longitude_of
from sites.imports.cells.issues import WARNING, Findings, Issue
from sites.imports.cells.neighbours import Neighbours
from sites.imports.cells.resource import SiteResource, week_of
from sites.imports.cells.widgets import full_code
from sites.imports.files.text import tidy
from sites.imports.held import HELD, short, take_out
from sites.imports.plan import Plan, PlannedRow
from sites.imports.state import COMPARED_COLUMNS, days_of, sites_known, text_of_week
from sites.models import ImportRow, Site
from sites.querysets import ITINERANT

Action = ImportRow.Action
# Lines are compared by so many at a time: memory stays the same however long the list.
AT_A_TIME = 2_000
HELD_LOCALLY = "La préfecture tient cette donnée : la sienne est gardée, celle de la liste lui est proposée."


def analyse(table, *, is_complete=False, is_demo=False):
    """(`Plan`, [`PlannedRow`]) of importing a table, in memory."""
    plan = plan_against_today(is_demo, is_complete)
    return plan, list(plan.counting(planned_rows(table, is_complete=is_complete, is_demo=is_demo)))


def plan_against_today(is_demo, is_complete):
    """A `Plan` to count rows with, against the directory as it is."""
    return Plan(is_demo, is_complete, demonstration=giving_way(is_demo), in_service=_in_service(is_demo).count())


def giving_way(is_demo):
    """How many demonstration sites the first real list replaces."""
    return 0 if is_demo else Site.objects.demonstration().count()


def planned_rows(table, *, is_complete=False, is_demo=False):
    """The `PlannedRow` of each line of a table, then of each site in service that it lacks.

    Raises `WrongHeader` when a column is missing, before the first row. Fictitious sites are only ever compared with
    fictitious ones. Queries: 3, and 2 for each 2,000 lines.
    """
    header = columns.match(table.header)
    return _Analysis(table, header, is_complete, is_demo).rows()


class _Analysis:
    def __init__(self, table, header, is_complete, is_demo):
        self.table, self.header = table, header
        self.is_complete, self.is_demo = is_complete, is_demo
        self.line_of: dict[str, int] = {}
        self.neighbours = Neighbours()

    def rows(self):
        header_issues = _issues_of_header(self.header)
        for pk, kind, format, name, x, y in _in_service(self.is_demo).values_list(
            "external_id", "kind", "format", "name", longitude_of("location"), latitude_of("location")
        ):
            self.neighbours.add(pk, _kind(kind, format), (x, y), f"{name} ({pk})")
        lines = iter(self.table.rows)
        while some := list(islice(lines, AT_A_TIME)):
            for row in self._compared(some):
                row.issues[:0], header_issues = header_issues, []
                yield row
        yield from self._absent()

    def _compared(self, lines):
        """The rows of some lines."""
        communes = gazetteer.communes_named(_commune_codes(lines, self.header))
        readings = list(_read(lines, self.header, communes))
        known = sites_known([site.external_id for site, _, _ in readings], self.is_demo)
        for site, cells, findings in readings:
            self._refuse_a_second_time(site, cells, findings)
            commune = communes.get(site.commune_id)
            yield self._row(site, cells, findings, known.get(site.external_id), commune and commune.departement)

    def _refuse_a_second_time(self, site, cells, findings):
        if site.external_id in self.line_of:
            first = self.line_of[site.external_id]
            message = f"Déjà employé ligne {first} : gardez une ligne."
            findings.refuse("id_fs", cells["id_fs"], "duplicate_id", message)
        elif site.external_id:
            self.line_of[site.external_id] = findings.line

    def _row(self, site, cells, findings, was, departement):
        row = PlannedRow(findings.line, Action.ERROR, site.external_id, site.name or "", departement=departement)
        row.issues = findings.issues
        if was:
            row.site, row.state, row.name = was["pk"], was["state"], was["name"]
        if findings.has_errors:
            return row
        if was is None:
            _create(row, site)
        else:
            _update(row, site, was, cells, findings)
            if "commune" not in row.after:  # the prefecture holds it: the site stays where it is
                row.departement = was["departement"]
        if row.action == Action.CREATE or "location" in row.after:
            self._look_around(row, site, cells, findings)
        return row

    def _look_around(self, row, site, cells, findings):
        kind, position = _kind(site.kind, site.format), (site.longitude, site.latitude)
        if found := self.neighbours.near(row.external_id, kind, position):
            label, metres = found
            value = f"{cells['latitude']}, {cells['longitude']}"
            findings.warn(
                "latitude",
                value,
                "neighbour",
                f"À {metres:.0f} m de {label}, du même type : est-ce le même site, inscrit deux fois ?",
            )
        if row.action == Action.CREATE:
            label = f"{site.name} ({row.external_id}), ligne {row.line}"
            self.neighbours.add(row.external_id, kind, position, label)

    def _absent(self):
        """The sites in service that no line names, even a line in error."""
        today = timezone.localdate().isoformat()
        action = Action.CLOSE if self.is_complete else Action.ABSENT
        after = {"status": Site.Status.CLOSED.value, "closed_on": today} if self.is_complete else {}
        before = {"status": Site.Status.ACTIVE.value, "closed_on": None} if self.is_complete else {}
        in_service = _in_service(self.is_demo).order_by("external_id").values_list("external_id", flat=True)
        missing = iter([key for key in in_service if key not in self.line_of])
        while some := list(islice(missing, AT_A_TIME)):
            for key, was in sites_known(some, self.is_demo).items():
                yield PlannedRow(
                    *(None, action, key, was["name"], "", was["departement"], was["pk"], was["state"]),
                    before=dict(before),
                    after=dict(after),
                )


def _in_service(is_demo):
    return Site.objects.open_to_public().filter(is_demo=is_demo).order_by()


def _kind(kind, format):
    """Sites of one kind may be the same one twice; a site and the bus that leaves from its door are two."""
    return kind, format in ITINERANT


# --- Reading ---------------------------------------------------------------------------------------


def _issues_of_header(header):
    issues = []
    if header.unknown:
        issues.append(
            Issue(WARNING, "unknown_columns", 1, "", ", ".join(header.unknown), "Leur contenu n'est pas importé.")
        )
    if header.absent:
        issues.append(
            Issue(
                WARNING, "absent_columns", 1, "", ", ".join(header.absent), "Ces données des sites restent inchangées."
            )
        )
    return issues


def _read(lines, header, communes):
    """(site, cells, findings) of each line, checked."""
    resource = SiteResource(communes)
    for row in lines:
        cells = header.cells_of(row)
        if cells is None:
            yield _misshapen(row, header)
            continue
        site, findings = resource.read(cells, row.line)
        named = communes.get(_commune_code(cells["insee_com"]))
        check(site, cells, tuple(one for one in (communes.get(site.commune_id), named) if one), findings)
        yield site, cells, findings


def _commune_codes(lines, header):
    position = header.positions["insee_com"]
    return {_commune_code(row.cells[position]) for row in lines if len(row.cells) > position}


def _commune_code(cell):
    return full_code(tidy(cell), 5)


def _misshapen(row, header):
    """A row that is longer or shorter than the header: its cells may be shifted, so none of them is believed."""
    findings = Findings(row.line)
    findings.refuse(
        "",
        f"{len(row.cells)} cellules",
        "cells",
        f"L'en-tête en compte {header.width} : un séparateur ou un guillemet est en trop, ou la ligne est coupée.",
    )
    return Site(), {}, findings


# --- Comparing -------------------------------------------------------------------------------------


def _create(row, site):
    said = _said(site)
    row.action, row.slug = Action.CREATE, site.slug
    row.after = _record(said, [name for name, value in said.items() if value not in (None, "")], said)
    row.after.setdefault("appointment", Site.Appointment.NONE.value)


def _update(row, site, was, cells, findings):
    """What the line of `site` does to the site as it `was`. An empty cell never erases."""
    said = _said(site)
    differences = [name for name, value in said.items() if _says_otherwise(name, value, was[name])]
    held = take_out(was["locally_owned_fields"], said, differences, partial(_value, said), partial(_value, was))
    _propose(row, held, was, said, findings)
    row.before, row.after = _record(was, differences, was, said["week"]), _record(said, differences, was, was["week"])
    if "name" in differences:
        row.slug = site.slug
    row.action = Action.UPDATE if differences else Action.UNCHANGED
    if was["status"] != Site.Status.ACTIVE:
        row.action = Action.REOPEN
        closed_on = was["closed_on"] and was["closed_on"].isoformat()
        row.before |= {"status": was["status"], "closed_on": closed_on}
        row.after |= {"status": Site.Status.ACTIVE.value, "closed_on": None}
    compare(site, was, differences, cells, findings)


def _says_otherwise(name, value, was):
    """Whether a list's value is another than that of the site. Which kind of space a text holds is no difference."""
    if value in (None, "") or value == was:
        return False
    return not (isinstance(was, str) and value == tidy(was, multiline=name == "note"))


def _said(site):
    """{attribute: value} of what a line says; `position` and `week` as `sites_known` gives them."""
    said = {name: getattr(site, name) for name in COMPARED_COLUMNS}
    week = week_of(site)
    return said | {"position": (site.longitude, site.latitude), "week": text_of_week(week) if week else None}


def _record(values, names, other, other_week=""):
    """The keys of a record (`sites.records.record`) for these attributes; `other` has what the values lack.

    Of the hours, the days that are not those of `other_week`.
    """
    record: dict[str, Any] = {}
    for name in names:
        value = values[name]
        if name == "week":
            record |= _hours(values[name], other_week)
        elif name == "position":
            record["location"] = list(value)
        elif name in ("commune_id", "postal_code"):
            record["commune"] = [(values if one in names else other)[one] for one in ("commune_id", "postal_code")]
        else:
            record[name] = value.isoformat() if isinstance(value, date) else value
    return record


def _hours(week, other):
    """The days of a week, as a text, that are not those of another."""
    theirs = days_of(other)
    return {f"hours.{day}": slots for day, slots in days_of(week).items() if slots != theirs[day]}


def _value(values, held_field):
    """What a site has, or a list says, of a field that can be held: as `ListProposal.value` holds it."""
    name = HELD[held_field][0]
    if name == "week":
        return {day: [short(slot) for slot in slots] for day, slots in days_of(values[name]).items() if slots}
    return list(values[name]) if name == "position" else str(values[name])


def _propose(row, held, was, said, findings):
    """Note on the row what the prefecture holds, and warn of each value that stays out."""
    waiting = dict(was["proposed"])
    for name, (_ours, theirs) in held.items():
        if theirs is not None:
            attribute, column = HELD[name]
            findings.warn(column, str(said[attribute]), "held_locally", HELD_LOCALLY)
    given_back = waiting.keys() - set(was["locally_owned_fields"])
    row.held = {name: pair for name, pair in held.items() if pair[1] is not None or name in waiting}
    if row.held.keys() & {"commune", "postal_code"}:  # one key of the record
        row.held |= {name: held.get(name, [_value(was, name), None]) for name in ("commune", "postal_code")}
    row.held |= {name: [None, None] for name in given_back}
    row.proposes = any(waiting.get(name) != theirs for name, (_ours, theirs) in row.held.items())
