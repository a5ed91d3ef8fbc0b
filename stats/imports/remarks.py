"""What is wrong, or worth a look, in a file of figures: where it is, what it is, what to do about it. Pure."""

from collections import Counter
from dataclasses import dataclass

from sites.imports.cells.issues import ERROR, WARNING

ERRORS = {
    "cells": "Nombre de cellules différent de celui de l'en-tête",
    "required": "Valeur obligatoire absente",
    "unknown_site": "Site inconnu",
    "month": "Mois illisible",
    "future_month": "Mois à venir",
    "before_launch": "Mois d'avant janvier 2020",
    "before_label": "Mois d'avant la labellisation du site",
    "after_closing": "Mois d'après la fermeture du site",
    "partner": "Partenaire inconnu",
    "demarche": "Démarche inconnue",
    "other_partner": "Démarche d'un autre partenaire",
    "number": "Nombre illisible",
    "negative": "Nombre négatif",
    "fraction": "Nombre à virgule",
    "too_big": "Nombre trop grand",
    "duplicate": "Chiffre présent plusieurs fois",
    "too_many_completed": "Plus de démarches finalisées que de demandes",
    "too_many_satisfied": "Plus de très satisfaits que de répondants",
}
WARNINGS = {
    "unknown_columns": "Colonnes ignorées",
    "jump": "Nombre inhabituel pour ce site",
    "added_up": "Chiffre qui s'ajoute à ceux d'un autre import",
}
TITLES = {ERROR: ERRORS, WARNING: WARNINGS}
KEPT_OF_A_KIND = 1_000


@dataclass(frozen=True, slots=True)
class Remark:
    """`line` is the physical line of the file, `index` the column's (0 = first), `value` the cell as it is written."""

    code: str
    line: int
    index: int
    value: str
    message: str

    @property
    def severity(self):
        return ERROR if self.code in ERRORS else WARNING


class Remarks:
    """The first remarks of each kind, and how many there are of each."""

    def __init__(self):
        self.kept: list[Remark] = []
        self.counts: Counter[str] = Counter()

    def add(self, code, line, index, value, message):
        self.counts[code] += 1
        if self.counts[code] <= KEPT_OF_A_KIND:
            self.kept.append(Remark(code, line, index, value, message))

    def add_found(self, code, count, first):
        """Add `count` remarks of a kind, of which `first` are the `Remark`s to keep."""
        self.counts[code] += count
        self.kept += first

    @property
    def errors(self):
        return sum(count for code, count in self.counts.items() if code in ERRORS)

    @property
    def warnings(self):
        return sum(count for code, count in self.counts.items() if code in WARNINGS)
