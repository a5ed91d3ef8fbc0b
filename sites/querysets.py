"""Questions that can be asked of the directory, as words that chain."""

from operator import attrgetter

from django.apps import apps
from django.contrib.gis.db.models import PointField
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.db.models.sql.conversion import DistanceField
from django.contrib.gis.geos import Polygon
from django.contrib.gis.measure import D
from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from franceservices.territories.models import Commune
from sites.row_queries import rows_of_sites
from sites.sql import Sql

ITINERANT = ("bus", "itinerante")
NO_STOP_LEFT = """NOT EXISTS (
    SELECT FROM sites_stop AS stop WHERE stop.site_id = {site} AND coalesce(stop.valid_until, 'infinity') >= {today}
)"""


class IndexedDistance(Func):
    """PostGIS's `<->`: a distance to order by, straight from the index. Not exact: see `nearest_to`."""

    arg_joiner = " <-> "
    template = "(%(expressions)s)"
    output_field = FloatField()

    def __init__(self, field, point):
        super().__init__(field, Cast(Value(point, output_field=PointField()), PointField(geography=True)))


def in_their_hours(narrowed):
    """Whether a site has a slot among `narrowed(slots)` as a `Q`: a stop for rounds, nobody is met at their garage."""
    slots, stops = (
        Exists(narrowed(apps.get_model("sites", name).objects.of_each_site())) for name in ("WeeklySlot", "Stop")
    )
    return Q(format__in=ITINERANT) & stops | ~Q(format__in=ITINERANT) & slots


def at_some_hours(mode):
    """Whether a site has hours of a mode (open, appointment), as a `Q`."""
    return in_their_hours(lambda slots: slots.filter(mode=mode))


class SiteQuerySet(models.QuerySet):
    def open_to_public(self):
        """Sites that take visitors: neither closed for good nor withdrawn."""
        return self.filter(status="active")

    def demonstration(self):
        """Fictitious sites."""
        return self.filter(is_demo=True)

    def official(self):
        """Sites of the national list."""
        return self.filter(is_demo=False)

    def within_territories(self, territories):
        """Those of some `accounts.scopes.Territories`, the withdrawn ones included."""
        return territories.restrict(self, "commune__departement")

    def in_departement(self, code):
        return self.filter(commune__departement=code)

    def in_region(self, code):
        return self.filter(commune__departement__region=code)

    def in_commune(self, insee):
        """Sites of a commune of today, those of its arrondissements and former communes included."""
        return self.filter(commune__in=Commune.objects.codes_of(insee))  # a join and an OR would read every site

    def outside_commune(self, insee):
        return self.exclude(commune__in=Commune.objects.codes_of(insee))

    def in_zone(self, zone):
        """Sites whose address is in a `zones.Zone`, its edges included. Reads all sites.

        In plane degrees, as maps are drawn: the edges of a geography's box are great circles.
        """
        box = Polygon.from_bbox((zone.west, zone.south, zone.east, zone.north))
        box.srid = 4326
        return self.alias(on_map=Cast("location", PointField())).filter(on_map__bboverlaps=box)

    def within(self, point, km):
        """Sites at most `km` kilometres from `point` (WGS 84, x = longitude), as the crow flies."""
        return self.filter(location__dwithin=(point, D(km=km)))  # only dwithin uses the index

    def met_within(self, point, km, today):
        """Sites, and rounds by their stops that remain, at most `km` kilometres from `point`. Reads all sites."""
        stops = apps.get_model("sites", "Stop").objects.filter(site=OuterRef("pk")).exclude(valid_until__lt=today)
        near = Q(location__dwithin=(point, D(km=km)))
        return self.filter(Exists(stops.within(point, km)) | near & ~Exists(stops))

    def distances_of_nearest(self, point, count):
        """How far the `count` sites closest to `point` are, in metres, closest first. Fewer when there are fewer."""
        nearest = self.order_by(IndexedDistance("location", point)).annotate(distance=Distance("location", point))
        return sorted(distance.m for distance in nearest.values_list("distance", flat=True)[: count + 2])[:count]

    def nearest_to(self, point, count):
        """The `count` sites closest to `point`, as a list, closest first, each with `.distance`.

        `<->` reads them from the index, but in the order of a sphere: two more are read, then sorted truly.
        """
        nearest = self.annotate(distance=Distance("location", point)).order_by(IndexedDistance("location", point))
        return sorted(nearest[: count + 2], key=attrgetter("distance.m", "pk"))[:count]

    def ordered_from(self, point, metres=None):
        """Closest to `point` first. Adds `.distance` (read `.distance.m`).

        `metres` ({pk: metres}) are the distances of the sites that one does not meet at their address. Ties fall back
        to pk, so that pages are stable.
        """
        distance: Distance | Case = Distance("location", point)
        if metres:
            elsewhere = [When(pk=pk, then=Value(far, output_field=FloatField())) for pk, far in metres.items()]
            distance = Case(
                *elsewhere, default=distance, output_field=DistanceField(self.model._meta.get_field("location"))
            )
        return self.annotate(distance=distance).order_by("distance", "pk")

    def fixed(self):
        """Sites with a door to push, antennes included: not those that go round."""
        return self.exclude(format__in=ITINERANT)

    def of_kind(self, kind):
        """Sites with a door to push (`fixe`), those of them that depend on another (`antenne`), or rounds (`bus`)."""
        if kind == "bus":
            return self.filter(format__in=ITINERANT)
        return self.fixed().filter(kind="antenne" if kind == "antenne" else "principal")

    def named(self, words, last_is_whole=True):
        """Sites whose name, with that of their commune, has all these words (of `names.words`).

        Slugs are compared, where articles cling to what follows: 'lhopital'. The last word may be still being typed.
        """
        said = Concat(Value("-"), "slug", Value("-"), "commune__slug", Value("-"), output_field=CharField())
        sites = self.alias(said=said)
        for number, word in enumerate(words, start=1):
            spelt = {"saint": "(saint|st)", "sainte": "(sainte|ste)"}.get(word, word)
            ends = "-" if last_is_whole or number < len(words) else ""
            sites = sites.filter(said__regex=f"-([lds]|qu)?{spelt}{ends}")
        return sites

    def with_partner(self, code):
        """Sites where this partner is said to be present."""
        present = apps.get_model("sites", "SitePartner").objects.filter(site=OuterRef("pk"), partner=code)
        return self.filter(Exists(present))

    def without_appointment(self):
        """Sites where one may come without an appointment, at least at some hours."""
        return self.exclude(appointment="required").exclude(at_some_hours("appointment") & ~at_some_hours("open"))

    def with_appointment(self):
        """Sites where one may take an appointment."""
        return self.filter(Q(appointment__in=("possible", "required")) | at_some_hours("appointment"))

    def open_at(self, now):
        """Sites where one is received at the aware datetime `now` without an appointment; rounds at their stop."""
        return self.receiving(lambda slots: slots.open_at(now))

    def with_open_door_at(self, now):
        """Those of `open_at` that are not rounds: one is sure to find them where they are."""
        return self.fixed().filter(Exists(apps.get_model("sites", "WeeklySlot").objects.of_each_site().open_at(now)))

    def receiving(self, narrowed):
        """Sites that have a slot among `narrowed(slots)`: a function from `SlotQuerySet` to the same.

        Rounds have a stop among them: nobody is received at their garage.
        """
        return self.filter(in_their_hours(narrowed))

    def without_stops(self, today):
        """Sites that are met at their address: those that have no stop, or none any more."""
        return self.filter(Sql(NO_STOP_LEFT, BooleanField(), site=F("pk"), today=Value(today)))

    def first_by_index(self, point, count):
        """The `count` sites closest to `point`, or two more, in no order: see `nearest_to`."""
        nearest = self.order_by(IndexedDistance("location", point)).values("pk")[: count + 2]
        return self.model._default_manager.filter(pk__in=nearest)

    def or_among(self, everyone, pks):
        """These sites, and those of `everyone` that have these pks. Both querysets filter alike but for places."""
        if not pks:
            return self
        others = everyone.filter(pk__in=list(pks)).order_by().values("pk")
        return everyone.filter(pk__in=self.order_by().values("pk").union(others))  # an OR would read every site

    def by_commune(self):
        """In the alphabetical order of communes."""
        return self.order_by("commune__name", "name", "pk")

    def with_commune(self):
        """Adds the commune and its département, which every page shows."""
        return self.select_related("commune__departement")

    def with_territories(self):
        """Adds the commune, the one that replaced it, its département and its région."""
        return self.select_related("commune__replaced_by", "commune__departement__region")

    def with_hours(self):
        """Adds `.slot_rows`, `.closure_rows` (see `opening_hours.SLOT_FIELDS`, `CLOSURE_FIELDS`) and `.stop_rows` (see
        `passages.STOP_FIELDS`), as JSON.

        No other query. Plain slots come as three fields, since nearly all are.
        """
        return self.annotate(**rows_of_sites())

    def for_cards(self):
        """Adds the commune and the hours, and reads only the columns that a result's card shows."""
        return (
            self.with_commune()
            .with_hours()
            .only(
                *("external_id", "name", "slug", "kind", "format", "appointment", "address", "postal_code"),
                *("location", "phone", "is_demo", "commune__name"),
                *("commune__departement__timezone", "commune__departement__holiday_calendar"),
            )
        )

    def figures(self):
        """How many there are: `sites`, of which `antennes` and `itinerant`; and in how many `departements`."""
        return self.aggregate(
            sites=Count("pk"),
            antennes=Count("pk", filter=Q(kind="antenne")),
            itinerant=Count("pk", filter=Q(format__in=ITINERANT)),
            departements=Count("commune__departement", distinct=True),
        )

    def by_departement(self):
        """{code: how many} of the départements that have some. One query."""
        return dict(self.order_by().values_list("commune__departement").annotate(Count("pk")))
