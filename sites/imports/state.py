"""What a list is compared with: the sites of the directory, and whether one has changed since it was looked at."""

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, F, Func, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, JSONArray, Substr

from sites.imports.cells import columns
from sites.imports.cells.gazetteer import latitude_of, longitude_of
from sites.models import ListProposal, Site, WeeklySlot

COMPARED_COLUMNS = (
    *("name", "kind", "format", "network", "commune_id", "address", "address_extra", "postal_code"),
    *("phone", "email", "appointment", "note", "labelled_on"),
)
EVERY_WEEK = Q(weeks="all", mode="open", valid_from=None, valid_until=None)


def sites_known(external_ids, is_demo):
    """{external id: {attribute: value}} of these sites; `position` is (longitude, latitude) to 6 decimals.

    `week` is a text (see `week_as_text`), `proposed` [[field, value], …] what earlier lists proposed, `state` a digest.
    """
    proposed = ListProposal.objects.filter(site=OuterRef("pk")).order_by().values_list(JSONArray("field", "value"))
    rows = (
        Site.objects.filter(is_demo=is_demo, external_id__in=external_ids)
        .annotate(x=longitude_of("location"), y=latitude_of("location"), week=week_as_text(), state=state())
        .annotate(proposed=ArraySubquery(proposed), departement=F("commune__departement"))
        .values(
            *("pk", "external_id", "slug", "status", "closed_on", "x", "y", "locally_owned_fields", "proposed"),
            *("week", "state", "departement", *COMPARED_COLUMNS),
        )
        .order_by()
    )
    return {row["external_id"]: row | {"position": (round(row.pop("x"), 6), round(row.pop("y"), 6))} for row in rows}


def state():
    """SQL for a digest of all that a list may read or write of a site: another value, and it has changed since."""
    columns_read = ("status", "closed_on", "slug", "parent_id", "locally_owned_fields", *COMPARED_COLUMNS)
    return Func(
        *(F(name) for name in columns_read),
        Cast("location", TextField()),
        week_as_text(),
        template="MD5(ROW(%(expressions)s)::text)",
        output_field=CharField(),
    )


def week_as_text():
    """SQL for a site's hours from Monday to Saturday: "1 09:00-12:00,2 09:00-12:00 odd open - -".

    The list knows no Sunday, and no slot but those of every week: the others are told in full.
    """
    day, opens, closes = (Cast(name, CharField()) for name in ("weekday", "opens", "closes"))
    plain = Concat(day, Value(" "), Substr(opens, 1, 5), Value("-"), Substr(closes, 1, 5))
    since, until = (Coalesce(Cast(name, CharField()), Value("-")) for name in ("valid_from", "valid_until"))
    in_full = Concat(plain, *(part for text in ("weeks", "mode", since, until) for part in (Value(" "), text)))
    slot = Case(When(EVERY_WEEK, then=plain), default=in_full, output_field=TextField())
    slots = WeeklySlot.objects.filter(site=OuterRef("pk"), weekday__lte=len(columns.DAYS)).order_by().values("site")
    order = ("weekday", "opens", "weeks", "valid_from")
    text = slots.annotate(text=StringAgg(slot, ",", order_by=order, output_field=TextField())).values("text")
    return Coalesce(Subquery(text), Value(""), output_field=TextField())


def text_of_week(week):
    """The hours that a list says, {weekday: ((opens, closes), …)}, written as `week_as_text` does."""
    return ",".join(
        f"{weekday} {opens:%H:%M}-{closes:%H:%M}" for weekday, slots in sorted(week.items()) for opens, closes in slots
    )


def days_of(text):
    """{"1": [[opens, closes, weeks, mode, from, until], …], …} of such a text; each day from Monday to Saturday."""
    days: dict[str, list] = {str(weekday): [] for weekday in range(1, len(columns.DAYS) + 1)}
    for slot in text.split(",") if text else ():
        weekday, hours, *rest = slot.split(" ")
        weeks, mode, since, until = rest or ("all", "open", "-", "-")
        dates = [None if date == "-" else date for date in (since, until)]
        days[weekday].append([*hours.split("-"), weeks, mode, *dates])
    return days
