"""Realistic figures for charts, all fictitious: tests and a look at them use the same."""

from datetime import date

from stats.charts.bars import Bar, BarChart
from stats.charts.choropleth import Choropleth
from stats.charts.dots import DotMap, Place
from stats.charts.line import LineChart, Series
from stats.charts.outlines import outlines
from stats.charts.stacked import Part, StackedBar
from stats.months import months_between

MONTHS = months_between(date(2020, 1, 1), date(2023, 3, 1))
PARTNERS = {
    "Allocations familiales (CAF)": 31,
    "France Titres (ANTS)": 22,
    "Finances publiques (DGFiP)": 14,
    "Assurance maladie": 9,
    "Assurance retraite": 8,
    "France Travail": 7,
    "MSA": 5,
    "Point-justice": 3,
    "La Poste": 1,
}
DEMARCHES = {
    "Déclarer ses revenus et payer ses impôts": 412380,
    "Demander sa retraite": 301220,
    "Demander une carte grise (certificat d'immatriculation)": 251100,
    "Demander une carte d'identité ou un passeport": 198420,
    "Demander le RSA, la prime d'activité ou une aide au logement": 151010,
    "S'inscrire à France Travail": 99001,
    "Contester une amende": 9000,
    "Demander une aide juridictionnelle": None,
}


def growth(first, last):
    """39 months from one number to another, with a fall every August."""
    return [
        round((first + (last - first) * index / 38) * (0.75 if month.month == 8 else 1 + 0.07 * (index % 3 - 1)))
        for index, month in enumerate(MONTHS)
    ]


def line(**changed):
    values = growth(20000, 120000)
    values[4] = values[5] = values[7] = None
    mean = [None] * 11 + [sum(value or 0 for value in values[i - 11 : i + 1]) / 12 for i in range(11, 39)]
    series = [
        Series("Chaque mois", values, provisional=frozenset({37, 38})),
        Series("Moyenne sur 12 mois", mean, "mean"),
    ]
    return LineChart(**{**_about("mois"), "months": MONTHS, "series": series, "unit": "démarches"} | changed)


def comparison():
    names = {"Occitanie": (20, 90), "Lozère": (5, 30), "Provence-Alpes-Côte d'Azur": (10, 60), "La Réunion": (40, 85)}
    series = [Series(name, growth(*ends), "other") for name, ends in names.items()]
    return line(id="comparaison", series=series, unit="démarches pour 1 000 habitants")


def bars(**changed):
    rows = [
        Bar(name, value, "non communiqué" if value is None else f"{value:,}".replace(",", " "), url="/demarches/")
        for name, value in DEMARCHES.items()
    ]
    return BarChart(**{**_about("barres"), "rows": rows, "unit": "démarches depuis le lancement"} | changed)


def stacked(**changed):
    parts = [Part(name, share, f"{share} %") for name, share in PARTNERS.items()]
    parts.append(Part("Région", None, "non communiqué"))
    return StackedBar(**{**_about("parts"), "parts": parts} | changed)


def choropleth(**changed):
    codes = list(outlines()["departements"])
    values = {code: 10 + (place * 37 % 101) ** 1.5 / 10 for place, code in enumerate(codes)} | {"48": None, "976": None}
    given = {
        "values": values,
        "texts": {code: f"Département {code}" for code in codes},
        "urls": {code: f"/statistiques/departements/{code}-nom/" for code in codes},
        "unit": "Démarches pour 1 000 habitants",
    }
    return Choropleth(**{**_about("carte"), **given} | changed)


def _about(name):
    return {"id": name, "title": f"Titre de {name}", "description": f"Description de {name}."}


def dots(**changes):
    """Communes of every size, in Aveyron, in Guyane and in Nouvelle-Calédonie, which has no outline."""
    places = [
        Place("12", 3.08, 44.10, 22_000),
        Place("12", 2.57, 44.35, 2_000),
        Place("12", 2.90, 43.90, 500),
        Place("973", -53.2, 4.0, 12),
        Place("988", 166.45, -22.27, 85_976),
    ]
    told = {"id": "points", "title": "Les communes lointaines", "description": "5 communes.", "places": places}
    return DotMap(**(told | changes))
