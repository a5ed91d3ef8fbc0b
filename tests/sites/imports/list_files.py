"""Lists of sites as files: fictitious sites at real communes. No Django."""

import csv
import io

import openpyxl

from sites.imports.cells.columns import COLUMNS

RODEZ = {
    "id_fs": "7001",
    "insee_dep": "12",
    "lib_fs": "France services de Rodez",
    "adresse": "1 Place de la Mairie",
    "complement_adresse": "",
    "insee_com": "12202",
    "code_postal": "12000",
    "lib_com": "Rodez",
    "latitude": "44.3526",
    "longitude": "2.5734",
    "mail": "rodez@exemple.fr",
    "telephone": "05 36 49 00 01",
    "h_lundi": "09:00 - 12:00 / 14:00 - 17:00",
    "h_mardi": "09:00 - 12:00",
    "h_mercredi": "",
    "h_jeudi": "09:00 - 12:00 / 14:00 - 17:00",
    "h_vendredi": "09:00 - 12:00",
    "h_samedi": "",
    "prise_rdv": "Non",
    "commentaire": "Fermé les jours fériés",
    "type_fs": "Principal",
    "format_fs": "Fixe",
    "groupe_fs": "",
    "labellisation_fs": "Espace labellisé 01/01/2022",
}
ALBI = RODEZ | {
    "id_fs": "7002",
    "insee_dep": "81",
    "lib_fs": "France services d'Albi",
    "insee_com": "81004",
    "code_postal": "81000",
    "lib_com": "Albi",
    "latitude": "43.9298",
    "longitude": "2.1480",
    "mail": "albi@exemple.fr",
}


def csv_of(*rows, columns=COLUMNS, delimiter=",", encoding="utf-8", newline="\n"):
    """The bytes of a CSV file of {column: text} rows."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline)
    writer.writerow(columns)
    writer.writerows([row[column] for column in columns] for row in rows)
    return text.getvalue().encode(encoding)


def xlsx_of(*records):
    """The bytes of a workbook whose only sheet holds `records`, lists of values."""
    book = openpyxl.Workbook()
    for record in records:
        book.active.append(record)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
