"""Questions that can be asked of the directory, as words that chain."""

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.measure import D
from django.db import models


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

    def nearest_to(self, point, within_km):
        """Sites at most `within_km` from `point` (WGS 84, x = longitude), closest first.

        Adds `.distance` (read `.distance.m`). Ties fall back to pk, so that pages are stable.
        """
        return self.filter(location__dwithin=(point, D(km=within_km))).ordered_from(point)

    def ordered_from(self, point):
        """All sites, closest to `point` first. Adds `.distance`, as `nearest_to` does."""
        return self.annotate(distance=Distance("location", point)).order_by("distance", "pk")

    def with_commune(self):
        """Adds the commune and its département, which every page shows."""
        return self.select_related("commune__departement")

    def with_hours(self):
        """Adds the weekly slots, in one query whatever the number of sites."""
        return self.prefetch_related("weekly_slots")
