"""Communes as dots, larger where more people live, on the map of France, of a région or of a département."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from stats.charts.outlines import codes_in, frames, outlines, place, view_box_of
from stats.charts.scale import NBSP, in_french

LIMITS = (500, 2_000, 10_000)  # inhabitants; a dot of each class is told from the others without a colour


@dataclass(frozen=True, slots=True)
class Place:
    """`departement` is a code; degrees; `inhabitants` gives the size of the dot."""

    departement: str
    longitude: float
    latitude: float
    inhabitants: int = 0


@dataclass(frozen=True, slots=True)
class DotClass:
    """Dots of one size: `path` draws them as strokes without length, whose round ends are the dots."""

    size: int  # 1 (smallest) to 4
    path: str
    text: str


@dataclass(frozen=True)
class DotMap:
    """`places`: the communes; `sites`: squares, drawn under them. Those of a département without an outline are told
    in `without_outline`. `region` or `departement`: what the map shows; neither for France."""

    id: str
    title: str
    description: str
    places: list[Place]
    sites: tuple[Place, ...] = ()
    region: str = ""
    departement: str = ""

    @cached_property
    def codes(self):
        return [self.departement] if self.departement else codes_in(self.region)

    @cached_property
    def outlines(self):
        return [outlines()["departements"][code]["path"] for code in self.codes]

    @cached_property
    def view_box(self):
        return view_box_of(self.codes if self.departement or self.region else ())

    @cached_property
    def frames(self):
        return [] if self.departement or self.region else frames()

    @cached_property
    def classes(self):
        """The dots by size, the largest first so that it hides none, and only the sizes in use."""
        sorted_out: dict[int, list[Place]] = {}
        for one in self._drawn:
            sorted_out.setdefault(bisect_right(LIMITS, one.inhabitants), []).append(one)
        return [DotClass(rank + 1, self._strokes(sorted_out[rank]), TEXTS[rank]) for rank in sorted(sorted_out)[::-1]]

    @cached_property
    def sites_path(self):
        return self._strokes([one for one in self.sites if one.departement in self.codes])

    @cached_property
    def without_outline(self):
        """How many communes are not on the map."""
        return len(self.places) - len(self._drawn)

    @cached_property
    def _drawn(self):
        drawn = set(self.codes)
        return [one for one in self.places if one.departement in drawn]

    @property
    def _decimals(self):
        """A tenth of a pixel, whatever the scale."""
        return 1 if not (self.departement or self.region) else 2

    def _strokes(self, places):
        points = [place(one.departement, one.longitude, one.latitude) for one in places]
        return "".join(f"M{x:.{self._decimals}f} {y:.{self._decimals}f}h0" for x, y in points)


def can_draw(departement):
    """Whether a département has an outline."""
    return departement in outlines()["departements"]


def _texts():
    limits = [in_french(limit) for limit in LIMITS]
    between = [f"de {low} à moins de {high}" for low, high in pairwise(limits)]
    people = [f"{text}{NBSP}habitants" for text in (f"moins de {limits[0]}", *between)]
    return [*people, f"{limits[-1]}{NBSP}habitants et plus"]


TEXTS = _texts()
