#!/usr/bin/env python3
"""Build the territories' fixtures, offline, from three packages that fixtures/README.md names.

usage: build_territories.py DECOUPAGE_DIR GEONAMES_JSONL_GZ OUTLINES_GEOJSON [PROJECT_DIR]

DECOUPAGE_DIR holds communes.json, departements.json and regions.json. Writes fixtures/regions.csv,
fixtures/departements.csv, fixtures/communes.csv.gz and static/cartes/departements.json. Standard library
only; about 15 seconds. The same inputs always give the same bytes.
"""

import collections
import csv
import gzip
import io
import json
import sys
from pathlib import Path

import territory_outlines
from territory_points import BY_HAND, GeoNames, key, locate

TIMEZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
    "989": "Etc/GMT+8",
}
HOLIDAYS = {  # as the holidays library names the subdivisions of France
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
# Communes nouvelles whose former communes the COG file no longer lists: the former name of their seat.
FORMER_SEATS = {
    "01095": "Chavannes-sur-Suran",
    "02564": "Berny-Rivière",
    "05024": "Bruis",
    "05039": "Chauffayer",
    "14713": "Trois-Monts",
    "16046": "Blanzac-Porcheresse",
    "16406": "Vilhonneur",
    "17457": "Vandré",
    "19143": "Montaignac-Saint-Hippolyte",
    "21178": "Clémencey",
    "25375": "Mérey-sous-Montrond",
    "25460": "Pointvillers",
    "27447": "Orvaux",
    "27676": "Venables",
    "28012": "Arrou",
    "28330": "Saint-Cloud-en-Dunois",
    "30339": "Valleraugue",
    "33008": "Arbis",
    "37232": "Saint-Patrice",
    "38407": "Saint-Julien-de-Raz",
    "39290": "Légna",
    "39485": "Saint-Julien",
    "47176": "Montgaillard",
    "60196": "Le Déluge",
    "66005": "Angoustrine",
    "78320": "Jeufosse",
    "79078": "Prissé-la-Charrière",
    "79140": "Hanc",
    "79251": "Saint-Génard",
    "80625": "Pierrepont-sur-Avre",
    "85152": "La Mothe-Achard",
    "86123": "Lavausseau",
}
COLUMNS = (
    "insee",
    "nom",
    "departement",
    "codes_postaux",
    "population",
    "latitude",
    "longitude",
    "remplacee_par",
    "anciens_noms",
    "point",
)


class Communes:
    """The rows of communes.csv.gz, from the COG file and GeoNames."""

    def __init__(self, cog, geonames):
        self.geonames = geonames
        self.current = {row["code"]: row for row in cog if row["type"] == "commune-actuelle"}
        self.districts = [row for row in cog if row["type"] == "arrondissement-municipal"]
        self.former = collections.defaultdict(list)  # code of today's commune -> déléguées and associées
        for row in cog:
            if row["type"] in ("commune-deleguee", "commune-associee"):
                self.former[row["chefLieu"]].append(row)

    def rows(self):
        """All rows, today's communes first: what replaces a commune stands before it."""
        rows = [self.current_row(row) for row in self.current.values()]
        rows += [self.district_row(row) for row in self.districts]
        rows += [self.former_row(row) for rows in self.former.values() for row in rows if self.is_gone(row)]
        known = {row[0] for row in rows}
        rows += [row for row in self.nameless_rows() if row[0] not in known]
        return sorted(rows, key=lambda row: (row[7] != "", row[0]))

    def is_gone(self, former):
        """Whether its code is its own: the seat of a commune nouvelle shares its code with it."""
        return former["code"] not in self.current

    def seats(self, row):
        seats = [former["nom"] for former in self.former[row["code"]] if not self.is_gone(former)]
        return seats + [name for name in [FORMER_SEATS.get(row["code"])] if name]

    def current_row(self, row):
        codes, seats = row.get("codesPostaux") or [], self.seats(row)
        others = [former["nom"] for former in self.former[row["code"]] if self.is_gone(former)]
        way, point = locate(self.geonames, row["code"], row["nom"], row["departement"], codes, seats, others)
        old_names = [seat for seat in seats if key(seat) != key(row["nom"])]
        return fixture_row(row, row["nom"], codes, point, way=way, old_names=old_names)

    def district_row(self, row):
        """A municipal arrondissement. GeoNames calls it 'Paris 12' or 'Lyon 03'."""
        city, number = self.current[row["commune"]]["nom"], int(row["code"][-2:])
        number -= 80 if city == "Lyon" else 0
        codes = row["codesPostaux"]
        point = self.geonames.named(f"{city} {number:02}", codes[:1])
        name = row["nom"].replace("Arrondissement", "arrondissement")
        return fixture_row(row, name, codes, point, way="nom" if point else "", replaced_by=row["commune"])

    def former_row(self, row):
        today = self.current[row["chefLieu"]]
        codes = today.get("codesPostaux") or []
        point = (
            BY_HAND.get(row["code"])
            or self.geonames.named(row["nom"], codes)
            or self.geonames.in_departement(row["nom"], row["departement"], codes)
        )
        return fixture_row(row, row["nom"], [], point, way="nom" if point else "", replaced_by=today["code"])

    def nameless_rows(self):
        """Older codes, which the COG file knows without a name: they carry that of today's commune."""
        for today in self.current.values():
            for code in today.get("anciensCodes", ()):
                yield fixture_row(today | {"code": code}, today["nom"], [], None, replaced_by=today["code"], way="code")


def fixture_row(row, name, codes, point, way, replaced_by="", old_names=()):
    """One row of communes.csv.gz. Population is that of today's communes and of arrondissements only."""
    latitude, longitude = (f"{point[0]:.5f}", f"{point[1]:.5f}") if point else ("", "")
    population = "" if way == "code" else row.get("population", "")
    return [
        row["code"],
        name,
        row["departement"],
        "|".join(codes),
        population,
        latitude,
        longitude,
        replaced_by,
        "|".join(old_names),
        way,
    ]


def regions_and_departements(regions, departements):
    """The rows of regions.csv and departements.csv: collectivities are départements without a région."""
    kept = {row["code"]: row["nom"] for row in regions if row["zone"] != "com"}
    return (
        sorted(kept.items()),
        sorted(
            [
                row["code"],
                row["nom"],
                row["region"] if row["region"] in kept else "",
                TIMEZONES.get(row["code"], "Europe/Paris"),
                HOLIDAYS.get(row["code"], ""),
            ]
            for row in departements
        ),
    )


def csv_bytes(columns, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def main(decoupage, geonames, outlines, project="."):
    decoupage, project = Path(decoupage), Path(project)
    read = {
        name: json.loads((decoupage / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("regions", "departements", "communes")
    }
    fixtures = project / "fixtures"
    regions, departements = regions_and_departements(read["regions"], read["departements"])
    (fixtures / "regions.csv").write_bytes(csv_bytes(["code", "nom"], regions))
    (fixtures / "departements.csv").write_bytes(
        csv_bytes(["code", "nom", "region", "fuseau", "jours_feries"], departements)
    )
    communes = Communes(read["communes"], GeoNames(geonames)).rows()
    with gzip.GzipFile(fixtures / "communes.csv.gz", "wb", mtime=0) as file:
        file.write(csv_bytes(COLUMNS, communes))
    drawn = territory_outlines.build(outlines, project / "static" / "cartes" / "departements.json")
    ways = collections.Counter((bool(row[7]), row[9]) for row in communes)
    print(f"{len(regions)} régions, {len(departements)} départements, {len(communes)} communes, {drawn} contours")
    for (replaced, way), count in ways.most_common():
        print(f"  {'anciennes' if replaced else 'actuelles'} {way or 'sans point'}: {count}")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
