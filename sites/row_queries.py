"""What a site or a stop brings along in the same query: rows of slots, closures and stops, as JSON.

The ORM takes 3 ms to write these sub-queries, the same text for every page: each process has it written once.
"""

from functools import cache

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Case, OuterRef, Q, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONArray

from sites.opening_hours import CLOSURE_FIELDS, SLOT_FIELDS
from sites.passages import STOP_FIELDS


@cache
def rows_of_sites():
    """{name: expression} for a query on sites: `slot_rows`, `closure_rows`, `stop_rows`."""
    return _written(
        "Site",
        slot_rows=_rows("WeeklySlot", "pk", _short_slot(), order=("weekday", "opens")),
        closure_rows=_closures("pk"),
        stop_rows=_rows("Stop", "pk", JSONArray(*STOP_FIELDS), order=("weekday", "opens")),
    )


@cache
def rows_of_stops():
    """{name: expression} for a query on stops: the `closure_rows` of their site."""
    return _written("Stop", closure_rows=_closures("site"))


def _closures(site):
    return _rows("Closure", site, JSONArray(*CLOSURE_FIELDS), order=("starts",))


def _rows(model, site, columns, order):
    """The `columns` of the rows that have the `site` of the query around them."""
    rows = apps.get_model("sites", model).objects.filter(site=OuterRef(site))
    return ArraySubquery(rows.order_by(*order).values_list(columns))


def _short_slot():
    """A slot as JSON for `opening_hours.slots_from_rows`: nearly all are plain, and three fields are enough."""
    plain = Q(weeks="all", mode="open", valid_from=None, valid_until=None)
    return Case(When(plain, then=JSONArray(*SLOT_FIELDS[:3])), default=JSONArray(*SLOT_FIELDS))


def _written(model, **expressions):
    """These expressions on a model's own table, in SQL."""
    query = apps.get_model("sites", model).objects.annotate(**expressions).query
    compiler = query.get_compiler(connection=connection)
    found = {}
    for name, expression in query.annotations.items():
        sql, params = compiler.compile(expression)
        found[name] = RawSQL(sql, params, expression.output_field)  # noqa: S611 - the ORM's own
    return found
