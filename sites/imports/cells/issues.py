"""What is wrong, or worth a look, in a list: where it is, what it is, and what to do about it. Pure."""

from dataclasses import dataclass

ERROR, WARNING = "error", "warning"

ERRORS = {
    "cells": "Nombre de cellules différent de celui de l'en-tête",
    "required": "Valeur obligatoire absente",
    "too_long": "Texte trop long",
    "id": "Identifiant illisible",
    "duplicate_id": "Identifiant présent plusieurs fois",
    "choice": "Valeur inconnue",
    "commune": "Commune inconnue",
    "postal_code": "Code postal illisible",
    "coordinates": "Coordonnées illisibles",
    "swapped": "Latitude et longitude inversées",
    "outside": "Position hors du territoire français",
    "hours": "Horaires illisibles",
    "labelled_on": "Date de labellisation illisible",
}
WARNINGS = {
    "unknown_columns": "Colonnes ignorées",
    "absent_columns": "Colonnes absentes du fichier",
    "id_repaired": "Identifiant corrigé",
    "zeros_restored": "Zéros de tête rétablis",
    "decimal_comma": "Virgule décimale lue comme un point",
    "text_decoded": "Codes informatiques remplacés par leur caractère",
    "hours_simplified": "Horaires simplifiés",
    "address_missing": "Adresse absente",
    "postal_code_missing": "Code postal absent",
    "appointment_missing": "Prise de rendez-vous non précisée",
    "departement": "Département différent de celui de la commune",
    "commune_name": "Nom de commune différent de celui du code INSEE",
    "commune_replaced": "Ancienne commune",
    "postal_code_departement": "Code postal d'un autre département",
    "postal_code_commune": "Code postal qui n'est pas de la commune",
    "far": "Position éloignée de la commune",
    "several_emails": "Plusieurs adresses électroniques",
    "email": "Adresse électronique illisible",
    "phone": "Numéro de téléphone illisible",
    "renamed": "Nom changé",
    "moved": "Point déplacé de plus de 300 m",
    "was_closed": "Site fermé qui rouvrirait",
    "neighbour": "Doublon possible",
    "date_serial": "Date écrite comme un nombre",
    "held_locally": "Valeur tenue par la préfecture",
}
TITLES = {ERROR: ERRORS, WARNING: WARNINGS}


@dataclass(frozen=True, slots=True)
class Issue:
    """`line` is the physical line where the record starts; `value` the cell as it is in the file."""

    severity: str
    code: str
    line: int
    column: str
    value: str
    message: str

    @property
    def title(self):
        return TITLES[self.severity][self.code]


class CellError(ValueError):
    """A cell that cannot be used. The message, in French, says what is expected."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Findings:
    """What is found in one row; `asides` are texts that have no column of their own and go to the note."""

    def __init__(self, line):
        self.line = line
        self.issues = []
        self.asides = []

    def warn(self, column, value, code, message):
        self.issues.append(Issue(WARNING, code, self.line, column, value, message))

    def refuse(self, column, value, code, message):
        self.issues.append(Issue(ERROR, code, self.line, column, value, message))

    @property
    def has_errors(self):
        return any(issue.severity == ERROR for issue in self.issues)
