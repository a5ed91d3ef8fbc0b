"""Fictitious sites at real communes, written as the official list is, so that they take the import's own path.

Calibrated on the press release of the prefecture of Occitanie of 25 May 2023: 2 600 sites in France, 313 of them in
Occitanie, at 1 March 2023. Always the same sites for the same communes. Pure: communes in, rows out.
"""

import csv
import io
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time

from django.utils.text import slugify

from sites.imports.cells.columns import COLUMNS, DAYS

SEED = "France services"
PRINCIPALS = 2_600
PRINCIPALS_OF_OCCITANIE = 313
ANTENNES = 108  # 4 % of all sites
BUSES, ITINERANTS = 108, 27  # 5 % of all sites, together
OCCITANIE = "76"
AT_LEAST = 4  # principal sites of a département
NETWORKS = 36

# The waves of labels of 2020 to 2022, and the last of the release. None falls after 1 March 2023.
LABELLED_ON = (
    (date(2020, 1, 1), 20),
    (date(2020, 9, 1), 14),
    (date(2021, 1, 15), 12),
    (date(2021, 4, 1), 10),
    (date(2021, 7, 1), 10),
    (date(2021, 10, 1), 10),
    (date(2022, 1, 1), 10),
    (date(2022, 6, 1), 6),
    (date(2022, 10, 1), 5),
    (date(2023, 3, 1), 3),
)
MORNINGS = ("09:00 - 12:00", "08:30 - 12:00", "09:00 - 12:30", "08:45 - 12:15")
AFTERNOONS = ("14:00 - 17:00", "13:30 - 17:00", "13:30 - 16:30", "14:00 - 17:30", "13:30 - 18:00")
STREETS = (
    "Place de la Mairie",
    "Rue de la République",
    "Place de l'Église",
    "Grande Rue",
    "Rue des Écoles",
    "Avenue de la Gare",
    "Rue Victor Hugo",
    "Place du Marché",
    "Rue Jean Jaurès",
    "Avenue du Général de Gaulle",
    "Route de la Vallée",
    "Rue du Stade",
)
EXTRAS = ("", "", "", "", "", "Mairie", "Maison des services", "Médiathèque", "1er étage", "Bureau de Poste")
NOTES = (
    "Fermé les jours fériés.",
    "Accueil sans rendez-vous le matin, sur rendez-vous l'après-midi.",
    "Permanence de la CAF le deuxième mardi du mois.",
    "Fermeture à 16 h pendant les vacances scolaires.",
    "Ordinateurs en libre accès.",
    "Entrée accessible aux fauteuils roulants par la cour.",
)
STOP_PLACES = (
    "Place de l'Église",
    "Mairie",
    "Salle des fêtes",
    "Place du Marché",
    "Parking de l'école",
    "Médiathèque",
    "Place de la Mairie",
)
HALF_DAYS = ((time(9), time(12)), (time(14), time(17)))
UNUSUAL_WEEKS = ("odd", "even", "first", "second", "third", "fourth", "last")
AROUND = 25  # communes among which a round chooses its stops
# Numbers that the regulator of telephony (Arcep) keeps for works of fiction, by area of the numbering plan.
FICTION_PHONES = {"01": "01 99 00", "02": "02 61 91", "03": "03 53 01", "04": "04 65 71", "05": "05 36 49"}
FICTION_MOBILE = "06 39 98"
PHONE_AREAS = {"11": "01", "24": "02", "28": "02", "52": "02", "53": "02", "27": "03", "32": "03", "44": "03"} | {
    "84": "04",
    "93": "04",
    "94": "04",
    "75": "05",
    "76": "05",
}


@dataclass(frozen=True)
class Town:
    """A commune, or an arrondissement, where a site may stand. `region` and `departement` are codes."""

    insee: str
    name: str
    departement: str
    region: str
    postal_code: str
    population: int
    longitude: float
    latitude: float


def as_csv(towns):
    """The demonstration sites as the bytes of a file that is like the official list."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sites_at(towns))
    return text.getvalue().encode()


def sites_at(towns):
    """The rows of the demonstration sites, as {column: text}, by identifier."""
    chance = random.Random(SEED)  # noqa: S311 (the same sites each time is the aim)
    by_departement = defaultdict(list)
    for town in sorted(towns, key=lambda town: town.insee):
        by_departement[town.departement].append(town)
    chosen = _chosen_towns(by_departement, chance)
    formats = _formats(chance)
    rows = [_row(f"D{number:04}", town, formats[number - 1], chance) for number, town in enumerate(chosen, start=1)]
    return rows + _antennes(rows, chosen, by_departement, chance)


def _chosen_towns(by_departement, chance):
    """A town for each principal site: towns with people first, no town twice."""
    chosen = []
    for code, how_many in sorted(quotas(by_departement).items()):
        chosen += sorted(_draw(by_departement[code], how_many, chance), key=lambda town: town.insee)
    return chosen


def _draw(towns, how_many, chance):
    """`how_many` towns, the likelier the more people live there (Efraimidis and Spirakis, 2006)."""
    keys = [(chance.random() ** (1 / (town.population + 1) ** 1.2), town.insee, town) for town in towns]
    return [town for *_, town in sorted(keys, reverse=True)[:how_many]]


def quotas(by_departement):
    """{département: number of principal sites}: 313 in Occitanie, 2 600 in all, at least 4 each."""
    ours = {code: towns for code, towns in by_departement.items() if towns[0].region == OCCITANIE}
    others = {code: towns for code, towns in by_departement.items() if code not in ours}
    return _shared(PRINCIPALS_OF_OCCITANIE, ours) | _shared(PRINCIPALS - PRINCIPALS_OF_OCCITANIE, others)


def _shared(total, by_departement):
    """`total` shared out, half by communes and half by people. What finds no room goes to the other départements."""
    full: dict[str, int] = {}
    while True:
        open_ones = {code: towns for code, towns in by_departement.items() if code not in full}
        shares = _apportioned(total - sum(full.values()), open_ones)
        overflowing = {code: len(open_ones[code]) for code in shares if shares[code] > len(open_ones[code])}
        if not overflowing:
            return full | shares
        full |= overflowing


def _apportioned(total, by_departement):
    """`total` shared out by largest remainders, at least 4 each."""
    communes = sum(len(towns) for towns in by_departement.values())
    people = sum(town.population for towns in by_departement.values() for town in towns)
    spare = total - AT_LEAST * len(by_departement)
    exact = {
        code: spare * (len(towns) / communes + sum(town.population for town in towns) / people) / 2
        for code, towns in by_departement.items()
    }
    shares = {code: AT_LEAST + int(share) for code, share in exact.items()}
    by_remainder = sorted(exact, key=lambda code: (int(exact[code]) - exact[code], code))
    for code in by_remainder[: total - sum(shares.values())]:
        shares[code] += 1
    return shares


def _formats(chance):
    fixed = PRINCIPALS - BUSES - ITINERANTS
    formats = ["Bus_équivalent"] * BUSES + ["Itinérante"] * ITINERANTS + ["Fixe"] * fixed
    chance.shuffle(formats)
    return formats


def _row(external_id, town, format_fs, chance):
    """A principal site in `town`."""
    travels = format_fs != "Fixe"
    at_post_office = not travels and chance.random() < 0.15
    name = f"{_kind_of_name(format_fs, at_post_office)} {of(town.name)}"
    return {
        "id_fs": external_id,
        "insee_dep": town.departement,
        "lib_fs": name,
        "adresse": _address(chance),
        "complement_adresse": "Bureau de Poste" if at_post_office else chance.choice(EXTRAS),
        "insee_com": town.insee,
        "code_postal": town.postal_code,
        "lib_com": town.name,
        "latitude": town.latitude,
        "longitude": town.longitude,
        "mail": f"{_slug(name)}-{external_id.lower()}@demo.example",
        "telephone": _phone(town, external_id, travels),
        **dict(zip(DAYS, _hours(travels, chance), strict=True)),
        "prise_rdv": "Oui" if chance.random() < 0.35 else "Non",
        "commentaire": _note(travels, chance),
        "type_fs": "Principal",
        "format_fs": format_fs,
        "groupe_fs": "",
        "labellisation_fs": f"Espace labellisé {_labelled_on(chance):%d/%m/%Y}",
    }


def _antennes(principals, chosen, by_departement, chance):
    """Antennes near some principal sites, tied to them by the name of a network."""
    taken = {town.insee for town in chosen}
    fixed = [row for row in principals if row["format_fs"] == "Fixe"]
    rows: list[dict] = []
    for principal in chance.sample(fixed, NETWORKS):
        principal["groupe_fs"] = f"Réseau {of(principal['lib_com'])}"
        principal["format_fs"] = "Multisites"
        here = (float(principal["longitude"]), float(principal["latitude"]))
        free = [town for town in by_departement[principal["insee_dep"]] if town.insee not in taken and town.population]
        free.sort(key=lambda town: ((town.longitude - here[0]) ** 2 + (town.latitude - here[1]) ** 2, town.insee))
        for town in free[: ANTENNES // NETWORKS]:
            taken.add(town.insee)
            number = PRINCIPALS + len(rows) + 1
            row = _row(f"D{number:04}", town, "Fixe", chance)
            rows.append(
                row | {"type_fs": "Antenne", "format_fs": "Fixe_antenne(s)", "groupe_fs": principal["groupe_fs"]}
            )
    return rows


def of(name):
    """'de Rodez', 'd'Albi', 'du Vigan', 'des Sables-d'Olonne', 'de La Rochelle'."""
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    return f"d'{name}" if _slug(name)[0] in "aeiou" else f"de {name}"


def _slug(name):
    return slugify(name.replace("œ", "oe").replace("Œ", "Oe").replace("'", " "))[:50]


def _kind_of_name(format_fs, at_post_office):
    if format_fs == "Bus_équivalent":
        return "Bus France services"
    if format_fs == "Itinérante":
        return "France services itinérante"
    return "France services La Poste" if at_post_office else "France services"


def _address(chance):
    street = chance.choice(STREETS)
    return street if street.startswith("Place") else f"{chance.randint(1, 60)} {street}"


def _phone(town, external_id, travels):
    start = FICTION_PHONES.get(PHONE_AREAS.get(town.region, ""), FICTION_MOBILE)
    number = int(external_id[1:])
    return f"{FICTION_MOBILE if travels else start} {number // 100:02} {number % 100:02}"


def _hours(travels, chance):
    """The six cells of a week. One site in fifty has not said its hours."""
    if chance.random() < 0.02:
        return ("",) * 6
    morning, afternoon = chance.choice(MORNINGS), chance.choice(AFTERNOONS)
    whole, closed = f"{morning} / {afternoon}", chance.randrange(5) if chance.random() < 0.35 else None
    short = {chance.randrange(5)} | ({chance.randrange(5)} if chance.random() < 0.5 else set())
    days = [morning if day in short else whole for day in range(5)]
    if travels:
        days = [chance.choice((morning, afternoon, "")) for _ in days]
    if closed is not None:
        days[closed] = ""
    saturday = morning if not travels and chance.random() < 0.22 else ""
    return (*days, saturday)


def _note(travels, chance):
    if travels:
        return "Une commune différente chaque jour : la tournée est affichée en mairie."
    return chance.choice(NOTES) if chance.random() < 0.25 else ""


def _labelled_on(chance):
    days, weights = zip(*LABELLED_ON, strict=True)
    return chance.choices(days, weights)[0]


@dataclass(frozen=True)
class DemoStop:
    """A passage of the site `external_id` at the commune `insee`, as `models.Stop` keeps it."""

    external_id: str
    insee: str
    place: str
    weekday: int
    opens: time
    closes: time
    weeks: str
    mode: str
    longitude: float
    latitude: float


def stops_at(towns):
    """Four to eight passages a week or a month for each site that goes round, in communes near its base."""
    by_departement = defaultdict(list)
    for town in sorted(towns, key=lambda town: town.insee):
        by_departement[town.departement].append(town)
    travelling = [row for row in sites_at(towns) if row["format_fs"] in ("Bus_équivalent", "Itinérante")]
    return [stop for row in travelling for stop in _round(row, by_departement[row["insee_dep"]])]


def _round(row, towns):
    chance = random.Random(f"{SEED} {row['id_fs']}")  # noqa: S311 (its own, so that the sites stay what they are)
    here = (row["longitude"], row["latitude"])
    near = [town for town in towns if town.population and town.insee != row["insee_com"]]
    near.sort(key=lambda town: ((town.longitude - here[0]) ** 2 + (town.latitude - here[1]) ** 2, town.insee))
    half_days = [(weekday, span) for weekday in range(1, 6) for span in HALF_DAYS]
    how_many = min(chance.randint(4, 8), len(near[:AROUND]))
    chosen = zip(chance.sample(near[:AROUND], how_many), chance.sample(half_days, how_many), strict=True)
    for town, (weekday, (opens, closes)) in chosen:
        place = chance.choice(STOP_PLACES)
        weeks = chance.choice(UNUSUAL_WEEKS) if chance.random() < 0.35 else "all"
        mode = "appointment" if chance.random() < 0.1 else "open"
        where = (town.longitude, town.latitude)
        yield DemoStop(row["id_fs"], town.insee, place, weekday, opens, closes, weeks, mode, *where)
