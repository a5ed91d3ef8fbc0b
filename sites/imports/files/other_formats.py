"""What people send instead of a list, told from the first bytes, whatever the file is called. Pure."""

import re

from sites.imports.files.characters import BYTE_ORDER_MARKS, WAYS_TO_SAVE
from sites.imports.files.errors import BrokenWorkbook, NotATable

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a small file system, which old Office and locked files are
LOCKED = "EncryptedPackage".encode("utf-16-le")
SIGNATURES = (
    (COMPOUND, "un document d'un ancien Office, comme un classeur Excel 97 (.xls)"),
    (b"%PDF", "un document PDF"),
    (b"{\\rtf", "un texte mis en forme (RTF)"),
    (b"\x1f\x8b", "une archive compressée (gzip)"),
    (b"PK\x05\x06", "une archive vide"),
    (b"PK\x07\x08", "une archive en plusieurs morceaux"),
    (b"Rar!", "une archive compressée (RAR)"),
    (b"7z\xbc\xaf\x27\x1c", "une archive compressée (7-Zip)"),
    (b"SQLite format 3\0", "une base de données"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
)
OPENINGS = (
    (re.compile(rb"<!doctype html|<(?:html|head|body|table|script)\b", re.IGNORECASE), "une page web (HTML)"),
    (re.compile(rb"<\?xml|<[a-z]+:?[a-z]*\s+xmlns", re.IGNORECASE), "un document XML"),
    (re.compile(rb'\{\s*["}]|\[\s*[\[{]'), "un document JSON"),
)
# Entries of a zip that tell what it is.
ENTRIES = (
    ("xl/workbook.bin", "un classeur binaire (.xlsb)"),
    ("word/document.xml", "un document Word (.docx)"),
    ("ppt/presentation.xml", "une présentation PowerPoint (.pptx)"),
    ("content.xml", "un document LibreOffice, comme un classeur .ods"),
    ("index/document.iwa", "un document d'Apple, comme un classeur Numbers"),
)


def refuse(data):
    """Raise a `FileError` that says what the file is, if its first bytes tell that it is neither text nor a zip."""
    if data.startswith(COMPOUND) and LOCKED in data:
        raise BrokenWorkbook(
            "Le classeur est protégé par un mot de passe : ôtez-le (dans Excel : Fichier, Informations, Protéger le "
            "classeur, Chiffrer avec mot de passe), enregistrez, puis recommencez."
        )
    if what := _what(data):
        raise NotATable(f"Le fichier est {what} : {WAYS_TO_SAVE}.")


def is_one(data):
    """Whether `refuse` would."""
    return bool(_what(data))


def refuse_archive(names):
    """Raise `NotATable`, which says what a zip of these entries (in small letters) is, if it is not a workbook."""
    if "xl/workbook.xml" in names:
        return
    what = next((what for entry, what in ENTRIES if entry in names), None)
    if what:
        raise NotATable(f"Le fichier est {what} : {WAYS_TO_SAVE}.")
    raise NotATable(
        "Le fichier est une archive qui n'est pas un classeur XLSX : sortez-en la liste, puis envoyez-la seule."
    )


def _what(data):
    for signature, what in SIGNATURES:
        if data.startswith(signature):
            return what
    start = data[:1000]
    for mark, _ in BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    start = start.replace(b"\0", b"").lstrip()  # of UTF-16 text, the letters
    return next((what for opening, what in OPENINGS if opening.match(start)), None)
