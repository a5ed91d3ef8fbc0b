"""Questions that can be asked of the directory, as words that chain."""

from django.apps import apps
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.measure import D
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, OuterRef, Q
from django.db.models.functions import JSONArray


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

    def in_departement(self, code):
        return self.filter(commune__departement=code)

    def in_region(self, code):
        return self.filter(commune__departement__region=code)

    def within(self, point, km):
        """Sites at most `km` kilometres from `point` (WGS 84, x = longitude), as the crow flies."""
        return self.filter(location__dwithin=(point, D(km=km)))  # only dwithin uses the index

    def counts_within(self, point, radii_km):
        """How many sites lie within each of `radii_km` of `point`, as {km: count}. One query."""
        counts = {f"within_{km}": Count("pk", filter=Q(location__dwithin=(point, D(km=km)))) for km in radii_km}
        found = self.within(point, max(radii_km)).aggregate(**counts)
        return {km: found[f"within_{km}"] for km in radii_km}

    def ordered_from(self, point):
        """Closest to `point` first. Adds `.distance` (read `.distance.m`).

        Ties fall back to pk, so that pages are stable.
        """
        return self.annotate(distance=Distance("location", point)).order_by("distance", "pk")

    def with_commune(self):
        """Adds the commune and its département, which every page shows."""
        return self.select_related("commune__departement")

    def with_hours(self):
        """Adds `.slot_rows`, the weekly slots as [weekday, opens, closes], without another query."""
        slots = apps.get_model("sites", "WeeklySlot").objects.filter(site=OuterRef("pk"))
        return self.annotate(
            slot_rows=ArraySubquery(
                slots.order_by("weekday", "opens").values_list(JSONArray("weekday", "opens", "closes"))
            )
        )

    def figures(self):
        """How many there are: `sites`, of which `antennes` and `itinerant`; and in how many `departements`."""
        return self.aggregate(
            sites=Count("pk"),
            antennes=Count("pk", filter=Q(kind="antenne")),
            itinerant=Count("pk", filter=Q(format__in=("bus", "itinerante"))),
            departements=Count("commune__departement", distinct=True),
        )
