"""A table against the directory: what would change, what is wrong, what is missing. Writes nothing."""

from dataclasses import dataclass, field

from django.contrib.gis.geos import Point
from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, JSONArray

from sites.imports import columns, gazetteer
from sites.imports.checks import check
from sites.imports.gazetteer import latitude_of, longitude_of
from sites.imports.held import HELD, Proposal, take_out
from sites.imports.issues import ERROR, WARNING, Findings, Issue
from sites.imports.resource import SiteResource, week_of
from sites.imports.text import tidy
from sites.imports.widgets import full_code
from sites.models import ListProposal, Site, WeeklySlot

CREATE, UPDATE, REOPEN, CLOSE = "create", "update", "reopen", "close"
COMPARED_COLUMNS = (
    "name",
    "kind",
    "format",
    "network",
    "commune_id",
    "address",
    "address_extra",
    "postal_code",
    "phone",
    "email",
    "appointment",
    "note",
    "labelled_on",
    "week",
)
HELD_LOCALLY = "La préfecture tient cette donnée : la sienne est gardée, celle de la liste lui est proposée."


@dataclass(slots=True)
class Change:
    """`site` holds the values to write; `differences` is {attribute: (before, after)}, empty for a creation.

    `week` is {weekday: slots}, Monday to Saturday, or None when the hours stay as they are.
    """

    action: str
    line: int
    site: Site
    week: dict | None
    differences: dict = field(default_factory=dict)


@dataclass
class Plan:
    """What an import would do. `absent` and `demonstration` are the sites that the table does not hold.

    `proposals` are those to write, or to take away: they change no site.
    """

    is_demo: bool
    is_complete: bool
    rows: int = 0
    unchanged: int = 0
    changes: list[Change] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    demonstration: int = 0

    def of(self, *actions):
        return [change for change in self.changes if change.action in actions]

    def issues_of(self, severity):
        return [issue for issue in self.issues if issue.severity == severity]

    @property
    def counts(self):
        return {
            "created": len(self.of(CREATE)),
            "updated": len(self.of(UPDATE)),
            "closed": len(self.absent) if self.is_complete else 0,
            "reopened": len(self.of(REOPEN)),
            "unchanged": self.unchanged,
            "absent": len(self.absent),
            "errors": len(self.issues_of(ERROR)),
            "warnings": len(self.issues_of(WARNING)),
        }

    @property
    def changes_something(self):
        return bool(self.changes or self.proposals or self.demonstration or (self.is_complete and self.absent))


def analyse(table, *, is_complete=False, is_demo=False):
    """The `Plan` of importing `table`, in three queries whatever its size.

    Raises `WrongHeader` when a column is missing. Fictitious sites are only ever compared with fictitious ones.
    """
    header = columns.match(table.header)
    plan = Plan(is_demo, is_complete, rows=len(table.rows), issues=_issues_of_header(header))
    known = _sites_known(is_demo)
    seen: dict[str, int] = {}
    for site, cells, findings in _read(table, header):
        if site.external_id in seen:
            findings.refuse(
                "id_fs",
                cells["id_fs"],
                "duplicate_id",
                f"Déjà employé ligne {seen[site.external_id]} : gardez une ligne.",
            )
        elif site.external_id:
            seen[site.external_id] = findings.line
        plan.issues += findings.issues
        if not findings.has_errors:
            _compare(site, known.get(site.external_id), findings.line, plan)
    plan.absent = [key for key, was in known.items() if key not in seen and was["status"] == Site.Status.ACTIVE]
    if not is_demo:
        plan.demonstration = Site.objects.demonstration().count()
    return plan


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


def _read(table, header):
    """(site, cells, findings) of each row, checked."""
    communes = gazetteer.communes_named(_commune_codes(table, header))
    resource = SiteResource(communes)
    for row in table.rows:
        cells = header.cells_of(row)
        if cells is None:
            yield _misshapen(row, header)
            continue
        site, findings = resource.read(cells, row.line)
        named = communes.get(_commune_code(cells["insee_com"]))
        check(site, cells, tuple(one for one in (communes.get(site.commune_id), named) if one), findings)
        yield site, cells, findings


def _commune_codes(table, header):
    position = header.positions["insee_com"]
    return {_commune_code(row.cells[position]) for row in table.rows if len(row.cells) > position}


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


def _sites_known(is_demo):
    """{external id: {attribute: value}} of the sites to compare with; `position` is (longitude, latitude).

    `proposed` is [[field, value], …], what earlier lists proposed.
    """
    proposed = ListProposal.objects.filter(site=OuterRef("pk")).order_by().values_list(JSONArray("field", "value"))
    rows = (
        Site.objects.filter(is_demo=is_demo)
        .annotate(x=longitude_of("location"), y=latitude_of("location"), week=_week_as_text())
        .annotate(proposed=ArraySubquery(proposed))
        .values(
            *("pk", "external_id", "slug", "status", "closed_on", "x", "y", "locally_owned_fields", "proposed"),
            *COMPARED_COLUMNS,
        )
        .order_by()
    )
    return {row["external_id"]: row | {"position": (row.pop("x"), row.pop("y"))} for row in rows}


def _week_as_text():
    """SQL for a site's hours from Monday to Saturday, written as `text_of_week` does. The list knows no Sunday."""
    as_text = [Cast(name, CharField()) for name in ("weekday", "opens", "closes")]
    slot = Concat(as_text[0], Value(" "), as_text[1], Value("-"), as_text[2])
    slots = WeeklySlot.objects.filter(site=OuterRef("pk"), weekday__lte=len(columns.DAYS)).order_by().values("site")
    text = slots.annotate(text=StringAgg(slot, ",", order_by=("weekday", "opens"), output_field=TextField())).values(
        "text"
    )
    return Coalesce(Subquery(text), Value(""), output_field=TextField())


def text_of_week(week):
    return ",".join(
        f"{weekday} {opens:%H:%M:%S}-{closes:%H:%M:%S}"
        for weekday, slots in sorted(week.items())
        for opens, closes in slots
    )


def _compare(site, was, line, plan):
    """Add to `plan` what the row of `site` does to the site as it `was` (None: not known yet)."""
    week = week_of(site)
    if was is None:
        plan.changes.append(Change(CREATE, line, _completed(site, plan), week))
        return
    said = {name: getattr(site, name) for name in COMPARED_COLUMNS if name != "week"}
    said |= {"position": (site.longitude, site.latitude), "week": text_of_week(week) if week else None}
    # An empty cell never erases: where the list says nothing, the site keeps what it has.
    differences = {
        name: (was[name], value) for name, value in said.items() if value not in (None, "") and value != was[name]
    }
    proposals = take_out(was["locally_owned_fields"], said, differences, week)
    _propose(proposals, was, said, line, plan)
    if was["status"] == Site.Status.ACTIVE and not differences:
        plan.unchanged += 1
        return
    action = UPDATE if was["status"] == Site.Status.ACTIVE else REOPEN
    for name in said:
        if name not in differences and name not in ("position", "week"):
            setattr(site, name, was[name])
    if "position" not in differences:
        site.longitude, site.latitude = was["position"]
    site.pk = was["pk"]
    if "name" not in differences:
        site.slug = was["slug"]
    plan.changes.append(
        Change(action, line, _completed(site, plan), week if "week" in differences else None, differences)
    )


def _propose(proposals, was, said, line, plan):
    """Add to `plan` the proposals that are not waiting already, and a warning for each that stands."""
    proposed = dict(was["proposed"])
    for name, value in proposals.items():
        if value is not None:
            attribute, column = HELD[name]
            plan.issues.append(Issue(WARNING, "held_locally", line, column, str(said[attribute]), HELD_LOCALLY))
        if proposed.pop(name, None) != value:
            plan.proposals.append(Proposal(was["pk"], name, value))
    given_back = proposed.keys() - set(was["locally_owned_fields"])
    plan.proposals += [Proposal(was["pk"], name, None) for name in sorted(given_back)]


def _completed(site, plan):
    """`site` ready to be written: its point, and empty texts where the list says nothing."""
    site.location = Point(site.longitude, site.latitude, srid=4326)
    site.is_demo = plan.is_demo
    for name in ("network", "address", "address_extra", "phone", "email", "note"):
        setattr(site, name, getattr(site, name) or "")
    site.appointment = site.appointment or Site.Appointment.NONE
    return site
