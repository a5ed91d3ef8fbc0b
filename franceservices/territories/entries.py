"""What the gazetteer holds: one entry for each way of naming a place. Plain rows in, plain rows out."""

from dataclasses import dataclass, field, replace

from .names import normalise

ABBREVIATED_REGIONS = {
    "11": ["idf"],
    "24": ["centre", "cvl"],
    "27": ["bfc"],
    "32": ["hdf"],
    "52": ["pdl"],
    "75": ["na"],
    "84": ["aura", "ara"],
    "93": ["paca", "region sud", "sud paca"],
}
ROMAN = (
    "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Entry:
    """One way of naming a place. `qualifiers` are what may stand beside the name to tell it from homonyms.

    `centre` names the commune that lends its point to a département or a région.
    """

    search_name: str
    spelling: str  # name, alias or postal_code
    kind: str  # commune, departement or region
    code: str
    label: str
    detail: str
    qualifiers: tuple
    population: int
    point: tuple | None  # (longitude, latitude)
    centre: str = ""
    is_former: bool = False


@dataclass
class Territories:
    """The rows of the fixtures: dicts, as their readers give them, by code."""

    regions: dict
    departements: dict
    communes: dict
    largest: dict = field(default_factory=dict)  # département or ('région', code) -> its most populous commune
    population: dict = field(default_factory=dict)  # likewise -> inhabitants
    around: dict = field(default_factory=dict)  # département -> its number, name and région, normalised

    def __post_init__(self):
        for code, row in self.departements.items():
            region = self.regions.get(row["region"])
            of_region = (normalise(region["name"]), *ABBREVIATED_REGIONS.get(region["code"], ())) if region else ()
            self.around[code] = (code.lower(), normalise(row["name"]), *of_region)
        for row in self.communes.values():
            if row["replaced_by"] or not row["point"]:
                continue
            region = self.departements[row["departement"]]["region"]
            for key in (row["departement"], ("région", region)):
                self.population[key] = self.population.get(key, 0) + (row["population"] or 0)
                best = self.largest.get(key)
                if best is None or (row["population"] or 0) > (best["population"] or 0):
                    self.largest[key] = row


def entries(territories):
    """Every entry of the gazetteer. A place without a point is left out: nothing is near nowhere."""
    found = []
    for code in territories.regions:
        found += region_entries(territories, code)
    for code in territories.departements:
        found += departement_entries(territories, code)
    in_district = {code for row in territories.communes.values() if is_district(row) for code in row["postal_codes"]}
    for row in territories.communes.values():
        found += commune_entries(territories, row, in_district)
    return [entry for entry in found if entry.point]


def is_district(row):
    """Whether the row is a municipal arrondissement: the only replaced ones with inhabitants."""
    return bool(row["replaced_by"]) and row["population"] is not None


def spelt(entry, names, spelling="alias"):
    """The entry again under other names."""
    return [replace(entry, search_name=name, spelling=spelling) for name in dict.fromkeys(names) if name]


def region_entries(territories, code):
    name, key = territories.regions[code]["name"], ("région", code)
    largest = territories.largest.get(key)
    entry = Entry(
        search_name=normalise(name),
        spelling="name",
        kind="region",
        code=code,
        label=f"{name} (région)",
        detail="région",
        qualifiers=("region",),
        population=territories.population.get(key, 0),
        point=largest and largest["point"],
        centre=largest["name"] if largest else "",
    )
    return [entry, *spelt(entry, ABBREVIATED_REGIONS.get(code, ()))]


def departement_entries(territories, code):
    row = territories.departements[code]
    region = territories.regions.get(row["region"])
    sort = "département" if region else "collectivité"
    largest = territories.largest.get(code)
    entry = Entry(
        search_name=normalise(row["name"]),
        spelling="name",
        kind="departement",
        code=code,
        label=f"{row['name']} ({sort})",
        detail=f"{sort} {code}" + (f", {region['name']}" if region else ""),
        qualifiers=tuple([normalise(sort), code.lower()] + ([normalise(region["name"])] if region else [])),
        population=territories.population.get(code, 0),
        point=largest and largest["point"],
        centre=largest["name"] if largest else "",
    )
    numbers = [code.lower(), code.lstrip("0").lower()] + (["20"] if code in ("2A", "2B") else [])
    return [entry, *spelt(entry, numbers)]


def commune_entries(territories, row, in_district):
    """The entries of a commune, an arrondissement or a former commune; codes without a name of their own have none."""
    today = territories.communes.get(row["replaced_by"], row)
    departement = territories.departements[today["departement"]]
    name = normalise(row["name"])
    if row["replaced_by"] and not is_district(row) and name == normalise(today["name"]):
        return []  # an old code, without a name of its own
    around = territories.around[departement["code"]]
    entry = Entry(
        search_name=name,
        spelling="name",
        kind="commune",
        code=row["insee"],
        label=f"{row['name']} ({departement['code']})",
        detail=f"{departement['name']}{postal_codes_in_words(row['postal_codes'])}",
        qualifiers=(*around, *(code for code in today["postal_codes"] if code not in in_district)),
        population=row["population"] or 0,
        point=row["point"] or today["point"],
    )
    if is_district(row):
        return district_entries(entry, row, today)
    if row["replaced_by"]:
        return [former(entry, row["name"], today)]
    codes = [code for code in row["postal_codes"] if code not in in_district]
    if len(codes) < len(row["postal_codes"]):
        codes.append(f"{departement['code']}000")  # no letter box has it, many people write it
    return [
        entry,
        *spelt(entry, other_spellings(row["name"])),
        *spelt(entry, codes, "postal_code"),
        *(former(entry, name, today) for name in row["former_names"]),
    ]


def former(entry, name, today):
    """The entry of a former commune called `name`, now in `today`."""
    departement = entry.qualifiers[0].upper()
    return replace(
        entry,
        search_name=normalise(name),
        label=f"{name} ({today['name']}, {departement})",
        detail="ancienne commune",
        qualifiers=(normalise(today["name"]), *entry.qualifiers),
        population=0,
        is_former=True,
    )


def district_entries(entry, row, today):
    """The entries of 'Paris 12e arrondissement': 'Paris 12e', 'Paris 12', 'Lyon 03', '12e Paris', 'Paris XII'…"""
    city, number = normalise(today["name"]), int("".join(c for c in row["name"] if c.isdigit()))
    ordinal = "1er" if number == 1 else f"{number}e"
    entry = replace(
        entry,
        search_name=f"{city} {number}e",
        label=f"{today['name']} {ordinal} ({entry.qualifiers[0].upper()})",
        detail=f"arrondissement{postal_codes_in_words(row['postal_codes'])}",
        qualifiers=(*entry.qualifiers, city, *row["postal_codes"]),
    )
    roman = ROMAN[number - 1]
    names = [f"{city} {number}", f"{city} {number:02}", f"{number}e {city}", f"{number}e de {city}"]
    names += [f"{city} {roman}", f"{city} {roman}e", f"{city} {roman}eme"]
    return [entry, *spelt(entry, names), *spelt(entry, row["postal_codes"], "postal_code")]


def other_spellings(name):
    """'Château-Chinon (Ville)' -> its name without what the brackets add."""
    return [normalise(name.split("(")[0])] if "(" in name else []


def postal_codes_in_words(codes):
    """', 12000' or ', 31000 à 31500', '' when there are none."""
    if not codes:
        return ""
    return f", {codes[0]}" if len(codes) == 1 else f", {min(codes)} à {max(codes)}"
