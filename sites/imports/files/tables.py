"""A table read from a file: what the readers of CSV and XLSX both give back."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL_CHARACTERS = 20_000  # the official list's longest cell has 499
MAX_LINES = 1_048_576  # blank ones and those inside a cell included; as many as a worksheet can have


@dataclass(frozen=True, slots=True)
class Row:
    """A record's cells as text, and the physical line of the file (1 = first) on which it starts."""

    line: int
    cells: tuple[str, ...]


class Rows(Protocol):
    """As many `Row`s as its length tells, each time it is gone through."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Row]: ...


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` hold no blank record. `delimiter` and `encoding` are empty for a workbook, `sheet` for a CSV file."""

    header: tuple[str, ...]
    rows: Rows
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


def plain(text):
    """`text` reduced to its letters and digits: ' Libellé FS ' is 'libelle_fs', 'Nœux-les-Mines' 'noeux_les_mines'."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def familiarity(header, known):
    """How much `header` looks like the wanted one: (columns that are `known`, columns). `known` is plain names."""
    names = {plain(name) for name in header}
    return len(names & set(known)), len(header)
