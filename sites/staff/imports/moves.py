"""The points that a list moves or adds: how far, from where to where."""

from dataclasses import dataclass

from django import forms
from django.db.models import Case, F, FloatField, Func, Q, When
from django.urls import reverse

from sites.models import ImportRow
from sites.records.wording import in_french
from sites.staff.imports.difference import Filters, place
from sites.written_numbers import distance_in_french

MOVED, ADDED = "deplaces", "nouveaux"
KINDS = {MOVED: "Points déplacés", ADDED: "Nouveaux sites"}
# More would be a stain; the table has them all.
MOST_DRAWN = 5_000
IS_MOVED = Q(before__has_key="location")
IS_ADDED = Q(action=ImportRow.Action.CREATE)


class _Point(Func):
    template = (
        "ST_SetSRID(ST_MakePoint("
        "(%(expressions)s->'location'->>0)::float8, (%(expressions)s->'location'->>1)::float8), 4326)::geography"
    )


class MapFilters(Filters):
    quoi = forms.ChoiceField(label="Points", required=False, choices=KINDS.items())

    field_order = ("quoi", "departement")

    def choices(self):
        return {"quoi": {"": "Déplacés et nouveaux"} | KINDS} | super().choices()

    def wanted(self, batch):
        """The lines that move a point, the farthest first, then those that add one. Adds `.metres` (None: added)."""
        kinds = {MOVED: IS_MOVED, ADDED: IS_ADDED, "": IS_MOVED | IS_ADDED}
        metres = Func(_Point("before"), _Point("after"), function="ST_Distance", output_field=FloatField())
        rows = self.in_departement(batch.rows.filter(kinds[self.value("quoi")]))
        rows = rows.annotate(metres=Case(When(IS_MOVED, then=metres), output_field=FloatField()))
        return rows.order_by(F("metres").desc(nulls_last=True), "pk")


@dataclass(frozen=True)
class Move:
    """`before` is '' for a new site; points are 'latitude, longitude'."""

    row: ImportRow
    place: str
    departement: str
    distance: str
    before: str
    after: str


def told(batch, rows, departements):
    """The `Move`s of some rows. No query."""
    return [
        Move(
            row,
            place(batch, row.line),
            departements.get(row.departement_id, ""),
            distance_in_french(row.metres) if row.before else "",
            in_french("location", row.before.get("location"), None) if row.before else "",
            in_french("location", row.after["location"], None),
        )
        for row in rows
    ]


def drawn(batch, rows):
    """What the map draws: {"moves": [[name, address, distance, from, to], …], "added": [[name, address, at], …]}.

    Points are [latitude, longitude]; addresses are those of the lines.
    """
    page = reverse("staff:import_rows", args=[batch.pk])
    moves, added = [], []
    for name, line, before, after, metres in rows.values_list("name", "line", "before", "after", "metres")[:MOST_DRAWN]:
        address, to = f"{page}?ligne={line}", after["location"][::-1]
        if metres is None:
            added.append([name, address, to])
        else:
            moves.append([name, address, distance_in_french(metres), before["location"][::-1], to])
    return {"moves": moves, "added": added}
