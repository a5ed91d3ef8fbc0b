"""A point of the map in a form: two numbers, which a map follows and moves."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.template.loader import render_to_string
from leaflet.forms.widgets import LeafletWidget

STYLES = "css/administration.css"


class PositionWidget(forms.MultiWidget):
    """Latitude and longitude; and django-leaflet's map with `has_map`. Without script, the numbers remain."""

    def __init__(self, has_map=False, attrs=None):
        self.has_map = has_map
        number = {"step": "any", "class": "vPosition"}
        super().__init__(
            {
                "lat": forms.NumberInput({**number, "aria-label": "Latitude", "placeholder": "44.35"}),
                "lon": forms.NumberInput({**number, "aria-label": "Longitude", "placeholder": "2.57"}),
            },
            attrs,
        )

    def decompress(self, point):
        return [point.y, point.x] if point else [None, None]

    def render(self, name, value, attrs=None, renderer=None):
        numbers = super().render(name, value, attrs, renderer)
        map_name = f"{(attrs or {}).get('id', name)}-map"
        return render_to_string(
            "admin/widgets/position.html", {"numbers": numbers, "has_map": self.has_map, "map_name": map_name}
        )

    @property
    def media(self):
        if not self.has_map:
            return forms.Media(css={"all": [STYLES]})
        script: Any = forms.Script("js/admin/position.js", type="module")
        return forms.Media(css={"all": ["leaflet/leaflet.css", STYLES]}, js=["leaflet/leaflet.js", script])


class PositionField(forms.MultiValueField):
    """A `Point` (WGS 84). Its numbers are read by Python: no text of anyone's reaches GDAL."""

    def __init__(self, has_map=False, **options):
        options = {name: options[name] for name in ("label", "required", "help_text") if name in options}
        super().__init__(
            [
                forms.FloatField(min_value=-90, max_value=90, label="Latitude"),
                forms.FloatField(min_value=-180, max_value=180, label="Longitude"),
            ],
            widget=PositionWidget(has_map),
            **options,
        )

    def compress(self, numbers):
        if not numbers:
            return None
        latitude, longitude = numbers
        return Point(longitude, latitude, srid=LeafletWidget.map_srid)
