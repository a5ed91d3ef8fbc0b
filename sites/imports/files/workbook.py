"""XLSX workbooks: checked before they are opened, then read by a child process under memory and time limits.

An XLSX file is a zip of XML files, which a few kilobytes can inflate to gigabytes.
"""

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from sites.imports.files import other_formats
from sites.imports.files.errors import BrokenWorkbook, EmptyFile, FileTooBig, UnsafeWorkbook
from sites.imports.files.tables import Row, Table

SIGNATURE = b"PK\x03\x04"
ENTRY_SIGNATURE = b"PK\x01\x02"
MAX_BYTES = 10 * 1024 * 1024  # some 50,000 sites, which take the child 15 s
MAX_ENTRIES = 1_000
MAX_INFLATED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100  # lists of sites compress 8 times, sheets of empty cells with a border 20
SMALL_ENTRY_BYTES = 1024 * 1024  # below this, a high ratio is harmless
MAX_ANSWER_BYTES = 100 * 1024 * 1024
DEADLINE_S = 25
PROJECT = Path(__file__).resolve().parents[3]
AS_CSV = "enregistrez la feuille utile au format CSV, puis recommencez"
TOO_HEAVY = f"Le classeur est trop lourd à ouvrir : {AS_CSV}."
BROKEN = "Le classeur ne s'ouvre pas : il est incomplet ou abîmé. Demandez-en une nouvelle copie."


def read(data, known=()):
    """The `Table` of the sheet that looks most like a list of sites."""
    check_before_opening(data)
    with tempfile.TemporaryFile() as answer:
        _read_in_child(data, known, answer)
        return _table(answer)


def check_before_opening(data):
    """Refuse, from the zip's own directory and without inflating anything, what cannot be a plain workbook."""
    if len(data) > MAX_BYTES:
        raise FileTooBig(f"Le classeur dépasse {MAX_BYTES // 1024**2} Mo : {AS_CSV}.")
    # Each entry of the directory starts so, whatever the archive says of their number: count before any is parsed.
    if data.count(ENTRY_SIGNATURE) > MAX_ENTRIES:
        raise FileTooBig(TOO_HEAVY)
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BrokenWorkbook(BROKEN) from error
    names = {entry.filename.lower() for entry in entries}
    if len(names) < len(entries):  # each program would read another of the two
        raise UnsafeWorkbook("Le classeur est refusé : il contient deux fois la même partie.")
    if sum(entry.file_size for entry in entries) > MAX_INFLATED_BYTES:
        raise FileTooBig(TOO_HEAVY)
    if any(_is_suspiciously_dense(entry) for entry in entries):
        raise UnsafeWorkbook("Le classeur est refusé : son contenu est anormalement compressé.")
    other_formats.refuse_archive(names)
    if any("vbaproject" in name or "macrosheets" in name for name in names):
        raise UnsafeWorkbook("Le classeur contient des macros : enregistrez-le au format XLSX, sans macro.")


def _is_suspiciously_dense(entry):
    return entry.file_size > SMALL_ENTRY_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)


def _read_in_child(data, known, answer):
    """Have the child write to the file `answer`, which cannot outgrow its limit as a pipe into our memory could."""
    limit = str(MAX_ANSWER_BYTES)
    command = [sys.executable, "-W", "ignore", "-m", "sites.imports.files.workbook_process", limit, *sorted(known)]
    try:
        child = subprocess.run(  # noqa: S603 (our own interpreter, our own module, the file on its standard input)
            command,
            input=data,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            timeout=DEADLINE_S,
            cwd=PROJECT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FileTooBig(TOO_HEAVY) from error
    if child.returncode:
        raise FileTooBig(TOO_HEAVY)


def _table(answer):
    answer.seek(0)
    # Equal cells share one text, however many times a workbook that holds it once refers to it.
    texts: dict[str, str] = {}
    sheet, rows = "", []
    for value in map(json.loads, answer):
        if isinstance(value, list):
            line, cells = value
            rows.append(Row(line, tuple(texts.setdefault(cell, cell) for cell in cells)))
        elif "error" in value:
            raise _refusal(value["error"], value.get("where", ""))
        else:
            sheet = value["sheet"]
    if not rows:
        raise EmptyFile
    return Table(rows[0].cells, rows[1:], sheet=sheet)


def _refusal(error, where):
    refusals = {
        "formula": UnsafeWorkbook(
            f"Cellule {where} : le classeur contient des formules ; copiez la feuille, collez-la en « valeurs "
            "seulement », puis recommencez."
        ),
        "sheets": BrokenWorkbook("Le classeur ne contient aucune feuille de cellules."),
        "rows": FileTooBig("Le classeur compte trop de lignes ou de colonnes."),
        "blank": FileTooBig(
            f"Ligne {where} : des milliers de lignes vides commencent ici ; supprimez-les, puis recommencez."
        ),
        "characters": FileTooBig(TOO_HEAVY),
        "memory": FileTooBig(TOO_HEAVY),
        "cell": FileTooBig(f"Cellule {where} : son contenu est trop long."),
    }
    return refusals.get(error, BrokenWorkbook(BROKEN))
