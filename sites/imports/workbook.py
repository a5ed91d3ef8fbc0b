"""XLSX workbooks: checked before they are opened, then read by a child process under memory and time limits.

An XLSX file is a zip of XML files, which a few kilobytes can inflate to gigabytes.
"""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from sites.imports.errors import BrokenWorkbook, EmptyFile, FileTooBig, NotATable, UnsafeWorkbook
from sites.imports.tables import Row, Table

SIGNATURE = b"PK\x03\x04"
MAX_ENTRIES = 1_000
MAX_INFLATED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100  # lists of sites compress 5 to 15 times
SMALL_ENTRY_BYTES = 1024 * 1024  # below this, a high ratio is harmless
DEADLINE_S = 60
PROJECT = Path(__file__).resolve().parents[2]
TOO_HEAVY = "Le classeur est trop lourd à ouvrir : enregistrez la feuille utile au format CSV, puis recommencez."
BROKEN = "Le classeur ne s'ouvre pas : il est incomplet ou abîmé. Demandez-en une nouvelle copie."


def read(data, known=()):
    """The `Table` of the sheet that looks most like a list of sites."""
    check_before_opening(data)
    found = _read_in_child(data, known)
    if "error" in found:
        raise _refusal(found["error"], found.get("where", ""))
    if not found["rows"]:
        raise EmptyFile
    (_, header), *rows = found["rows"]
    return Table(tuple(header), [Row(line, tuple(cells)) for line, cells in rows], sheet=found["sheet"])


def check_before_opening(data):
    """Refuse, from the zip's own directory and without inflating anything, what cannot be a plain workbook."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BrokenWorkbook(BROKEN) from error
    names = {entry.filename.lower() for entry in entries}
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_INFLATED_BYTES:
        raise FileTooBig(TOO_HEAVY)
    if any(_is_suspiciously_dense(entry) for entry in entries):
        raise UnsafeWorkbook("Le classeur est refusé : son contenu est anormalement compressé.")
    if "xl/workbook.xml" not in names:
        raise NotATable("Le fichier est une archive qui n'est pas un classeur XLSX.")
    if any("vbaproject" in name or "macrosheets" in name for name in names):
        raise UnsafeWorkbook("Le classeur contient des macros : enregistrez-le au format XLSX, sans macro.")


def _is_suspiciously_dense(entry):
    return entry.file_size > SMALL_ENTRY_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)


def _read_in_child(data, known):
    command = [sys.executable, "-m", "sites.imports.workbook_process", *sorted(known)]
    try:
        child = subprocess.run(  # noqa: S603 (our own interpreter, our own module, the file on its standard input)
            command, input=data, capture_output=True, timeout=DEADLINE_S, cwd=PROJECT, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FileTooBig(TOO_HEAVY) from error
    if child.returncode:
        raise FileTooBig(TOO_HEAVY)
    return json.loads(child.stdout)


def _refusal(error, where):
    refusals = {
        "formula": UnsafeWorkbook(
            f"Cellule {where} : le classeur contient des formules ; copiez la feuille, collez-la en « valeurs "
            "seulement », puis recommencez."
        ),
        "rows": FileTooBig("Le classeur compte trop de lignes ou de colonnes."),
        "memory": FileTooBig(TOO_HEAVY),
        "cell": FileTooBig(f"Cellule {where} : son contenu est trop long."),
    }
    return refusals.get(error, BrokenWorkbook(BROKEN))
