"""The outlines of the départements are light, whole and where the départements are."""

import json

import pytest
from django.conf import settings

from franceservices.territories.models import Commune, Departement

OUTLINES = settings.BASE_DIR / "static" / "cartes" / "departements.json"


@pytest.fixture(scope="module")
def polygons():
    """{département code: its polygons}"""
    collection = json.loads(OUTLINES.read_text("utf-8"))
    return {one["properties"]["code"]: one["geometry"]["coordinates"] for one in collection["features"]}


def test_the_outlines_are_light():
    assert OUTLINES.stat().st_size < 70_000


@pytest.mark.django_db
def test_each_departement_has_an_outline(polygons):
    assert set(polygons) == set(Departement.objects.exclude(region=None).values_list("code", flat=True))


def test_each_ring_is_closed(polygons):
    rings = [ring for shapes in polygons.values() for shape in shapes for ring in shape]

    assert all(len(ring) > 3 and ring[0] == ring[-1] for ring in rings)


@pytest.mark.django_db
def test_nearly_all_communes_lie_within_5_km_of_the_box_of_their_departement(polygons):
    boxes = {}
    for code, shapes in polygons.items():
        points = [point for shape in shapes for ring in shape for point in ring]
        boxes[code] = [min(p[0] for p in points), min(p[1] for p in points)]
        boxes[code] += [max(p[0] for p in points), max(p[1] for p in points)]
    communes = Commune.objects.current().filter(departement__in=boxes).only("departement", "location", "name")

    outside = [
        commune
        for commune in communes
        if not (
            boxes[commune.departement_id][0] - 0.06 < commune.location.x < boxes[commune.departement_id][2] + 0.06
            and boxes[commune.departement_id][1] - 0.05 < commune.location.y < boxes[commune.departement_id][3] + 0.05
        )
    ]

    assert len(outside) < 10, outside
