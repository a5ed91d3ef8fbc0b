"""Sites so near to each other that they may be the same one twice. Pure."""

from collections import defaultdict

from franceservices.territories.drive import metres_between

NEAR_M = 75
# Of a grid whose squares are at least 75 m wide: 0.001° of latitude is 111 m, 0.002° of longitude 139 m at 51° north.
DEGREES_NORTH, DEGREES_EAST = 0.001, 0.002


class Neighbours:
    """Positions on a grid; a site and its bus at the same door are of different kinds."""

    def __init__(self):
        self.squares = defaultdict(list)

    def add(self, key, kind, position, label):
        """`key` names the site, `position` is (longitude, latitude) in degrees, `label` what people are told."""
        self.squares[self._square(position)].append((key, kind, position, label))

    def near(self, key, kind, position):
        """(label, metres) of the nearest other site of this kind within 75 m, or None."""
        x, y = self._square(position)
        around = [
            (metres_between(*position, *where), label)
            for east in (-1, 0, 1)
            for north in (-1, 0, 1)
            for other, its_kind, where, label in self.squares.get((x + east, y + north), ())
            if other != key and its_kind == kind
        ]
        metres, label = min(around, default=(NEAR_M + 1, ""))
        return (label, metres) if metres <= NEAR_M else None

    @staticmethod
    def _square(position):
        return int(position[0] // DEGREES_EAST), int(position[1] // DEGREES_NORTH)
