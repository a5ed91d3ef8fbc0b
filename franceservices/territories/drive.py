"""How long a drive takes, estimated from the distance as the crow flies. Pure: no service is asked.

    minutes = 1 + km * 1.3 * 60 / speed, piece by piece

- 1 minute to set off and to park;
- the road is 1.3 times as long as the straight line (detour);
- the first 5 km are driven at 35 km/h, from there to 30 km at 65 km/h, the rest at 90 km/h.

The result is continuous and grows with the distance. In SQL, with `km` the distance as the crow flies:

    1 + 78.0 / 35 * LEAST(km, 5) + 78.0 / 65 * GREATEST(LEAST(km, 30) - 5, 0) + 78.0 / 90 * GREATEST(km - 30, 0)

The parameters come from no study: they were chosen as round numbers, so that 3 km takes 8 minutes, 10 km 18 minutes
and 100 km an hour and 40 minutes. It is an estimate: too short across mountains, gorges and estuaries and in traffic,
too long along a motorway, and senseless from an island to another.
"""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_000
START_MIN = 1.0
DETOUR = 1.3
# From how many km as the crow flies, at how many km/h.
SPEEDS = ((0, 35), (5, 65), (30, 90))


def minutes_for(metres):
    """Minutes by car for `metres` as the crow flies. Raises ValueError when they are negative."""
    if metres < 0:
        raise ValueError("a distance is not negative")
    km = metres / 1000
    ends = [*(start for start, _ in SPEEDS[1:]), max(km, SPEEDS[-1][0])]
    pieces = zip(SPEEDS, ends, strict=True)
    return START_MIN + sum(max(min(km, end) - start, 0) * DETOUR * 60 / speed for (start, speed), end in pieces)


def metres_between(longitude, latitude, other_longitude, other_latitude):
    """Metres as the crow flies between two points in degrees, on a round Earth (0.5 % off at most)."""
    south, north = radians(latitude), radians(other_latitude)
    half_chord = (
        sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * asin(min(1, sqrt(half_chord)))


def in_french(minutes):
    """'moins de 5 min en voiture', 'environ 7 min en voiture', then by 5 minutes: 'environ 1 h 10 en voiture'."""
    if minutes < 5:
        return "moins de 5 min en voiture"
    rounded = round(minutes) if minutes <= 10 else 5 * round(minutes / 5)
    hours, rest = divmod(rounded, 60)
    if not hours:
        return f"environ {rest} min en voiture"
    return f"environ {hours} h {rest:02d} en voiture" if rest else f"environ {hours} h en voiture"
