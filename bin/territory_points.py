"""Where a commune is: its point, found by name and postal code among GeoNames' postal codes.

Standard library only. Reading the sources and writing the fixtures belong to build_territories.py.
"""

import collections
import difflib
import gzip
import json
import math
import re
import statistics
import unicodedata

COUNTRIES = {"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF"}
ARTICLES = {"le", "la", "les", "l", "aux", "au"}
SMALL_WORDS = ARTICLES | {"de", "du", "des", "sur", "sous", "en", "et", "d"}
ABBREVIATIONS = {
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
    "s": "sur",
    "ss": "sous",
    "gd": "grand",
    "gde": "grande",
}
MAX_KM = 30  # a homonym further than this from its postal code's other places is refused

# Placed by hand, to about 1 km: GeoNames' row for Buxerolles is 10 km off, and it has none for the others.
BY_HAND = {
    "97701": (17.89618, -62.84978),  # Saint-Barthélemy: Gustavia
    "97801": (18.06819, -63.08302),  # Saint-Martin: Marigot
    "86041": (46.59800, 0.35000),  # Buxerolles: beside Poitiers, to the north-east
    "93059": (48.96400, 2.36100),  # Pierrefitte-sur-Seine, now in Saint-Denis
}


def words(name):
    name = name.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae").replace("Æ", "Ae")
    name = unicodedata.normalize("NFD", name)
    name = "".join(c for c in name if not unicodedata.combining(c)).lower()
    name = re.sub(r"\bcedex\b.*$", "", name)
    return [ABBREVIATIONS.get(word, word) for word in re.findall(r"[a-z0-9]+", name)]


def key(name):
    """The letters that two spellings of a same name share: no accent, article or space."""
    found = words(name)
    while len(found) > 1 and found[0] in ARTICLES:
        found = found[1:]
    return "".join(found)


def km(a, b):
    """Kilometres between two (latitude, longitude)."""
    (lat_a, lon_a), (lat_b, lon_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 12742 * math.asin(math.sqrt(h))


def middle(points):
    return statistics.median(p[0] for p in points), statistics.median(p[1] for p in points)


def most_central(points):
    return min(points, key=lambda p: sum(km(p, other) for other in points))


def departement_of(postal_code):
    return postal_code[:3] if postal_code[:2] in ("97", "98") else postal_code[:2]


class GeoNames:
    """The postal codes of GeoNames, by postal code and name. Points are (latitude, longitude)."""

    def __init__(self, path):
        self.by_code_and_name = collections.defaultdict(list)  # -> [(rank, point)], rank: best first
        self.by_departement_and_name = collections.defaultdict(list)
        self.by_code: dict[str, dict] = collections.defaultdict(dict)  # postal code -> {name: point}, without CEDEX
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                self.add(json.loads(line))
        self.centres = {code: middle(list(names.values())) for code, names in self.by_code.items()}

    def add(self, row):
        digits = re.match(r"\d{5}", row["postal_code"] or "")
        if row["country_code"] not in COUNTRIES or row["latitude"] is None or not digits:
            return
        code, name = digits.group(), key(row["city"])
        point = (float(row["latitude"]), float(row["longitude"]))
        cedex = "cedex" in f"{row['postal_code']} {row['city']}".lower()
        ranked = ((cedex, -float(row["accuracy"] or 0)), point)
        self.by_code_and_name[code, name].append(ranked)
        self.by_departement_and_name[departement_of(code), name].append(ranked)
        if not cedex:
            self.by_code[code].setdefault(name, point)

    def named(self, name, postal_codes):
        """The point of the place called `name` in one of the postal codes, or None."""
        rows = [row for code in postal_codes for row in self.by_code_and_name.get((code, key(name)), ())]
        return self.best(rows, postal_codes)

    def in_departement(self, name, departement, postal_codes):
        """The point of the place called `name` in the département, near the postal codes, or None."""
        departement = "20" if departement in ("2A", "2B") else departement
        return self.best(self.by_departement_and_name.get((departement, key(name)), ()), postal_codes)

    def best(self, rows, postal_codes):
        points = set(self.near(postal_codes, [point for _, point in rows]))
        rows = [row for row in rows if row[1] in points]
        if not rows:
            return None
        top = min(rank for rank, _ in rows)
        return most_central([point for rank, point in rows if rank == top])

    def near(self, postal_codes, points):
        """Those of the points that lie where the postal codes do (all, when nothing is known of these)."""
        centres = [self.centres[code] for code in postal_codes if code in self.centres]
        if not centres or postal_codes[0][:2] == "98":  # Pacific archipelagos: one code, islands far apart
            return points
        return [p for p in points if min(km(p, centre) for centre in centres) <= MAX_KM]

    def spelt_nearly(self, name, postal_codes):
        """The point of the place of the postal codes whose name is nearest to `name`, or None."""
        best_score, best_point = 0.0, None
        for code in postal_codes:
            for other, point in self.by_code.get(code, {}).items():
                score = likeness(name, other)
                if score > best_score:
                    best_score, best_point = score, point
        return best_point if best_score >= 0.8 else None

    def middle_of(self, postal_codes):
        points = [self.centres[code] for code in postal_codes if code in self.centres]
        return most_central(points) if points else None


def likeness(name, other):
    """How much the name of a commune and the key of a place of GeoNames look alike, from 0 to 1."""
    whole, first = key(name), key(name.split("-")[0])
    score = difflib.SequenceMatcher(None, whole, other).ratio()
    if (len(other) > 4 or other == first) and (whole.startswith(other) or other.startswith(whole)):
        return max(score, 0.9)
    if len(whole) > 4 and (other.endswith(whole) or (whole.endswith(other) and len(other) > 4)):
        return max(score, 0.9)
    if any(len(word) > 5 and word in other for word in set(words(name)) - SMALL_WORDS):
        return max(score, 0.81)
    return score


def locate(geonames, code, name, departement, postal_codes, seats, others):
    """The point of a commune, as (how it was found, (latitude, longitude)), or ("", None).

    `seats` are former names of its seat, `others` the names of the communes that it absorbed. The ways:
    main, nom (postal code and name), chef-lieu, nom-dep (name in the département, near the postal code),
    deleguees (middle of the absorbed communes), proche (near spelling), code-postal (a few km off).
    """

    def ways():
        yield "main", BY_HAND.get(code)
        yield "nom", geonames.named(name, postal_codes)
        for seat in seats:
            yield "chef-lieu", geonames.named(seat, postal_codes)
        for seat in seats:
            yield "chef-lieu", geonames.in_departement(seat, departement, postal_codes)
        yield "nom-dep", geonames.in_departement(name, departement, postal_codes)
        for spelling in re.split(r"\s*[/(]\s*|\)", name)[1:]:
            yield "nom", geonames.named(spelling, postal_codes) if spelling else None
        if len(others) < 2:
            yield "proche", geonames.spelt_nearly(name, postal_codes)
        for seat in seats:
            yield "proche", geonames.spelt_nearly(seat, postal_codes)
        absorbed = [
            geonames.named(other, postal_codes) or geonames.in_departement(other, departement, postal_codes)
            for other in others
        ]
        absorbed = [point for point in absorbed if point]
        yield "deleguees", most_central(absorbed) if absorbed else None
        yield "proche", geonames.spelt_nearly(name, postal_codes)
        yield "code-postal", geonames.middle_of(postal_codes)

    return next(((way, point) for way, point in ways() if point), ("", None))
