"""What must happen to a bad file, and the register of them all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from sites.imports.files import errors
from tests.sites.imports.list_files import RODEZ

# The directory that they are compared with: twelve sites, in service.
ELSEWHERE = RODEZ | {"latitude": "44.36", "longitude": "2.58"}
DIRECTORY = [ELSEWHERE | {"id_fs": str(number), "lib_fs": f"France services n° {number}"} for number in range(1, 13)]


@dataclass(frozen=True)
class Refused:
    """The file as a whole is refused, with a sentence that holds `words`."""

    error: type[errors.FileError]
    words: str


@dataclass(frozen=True)
class Wrong:
    """Lines are in error: (line, column, code) of each error, in order."""

    places: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class Accepted:
    """The list can be used: so many sites created, and how many warnings of each code."""

    created: int = 1
    warnings: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Alarming:
    """Each line is right, but nothing is written before the numbers of these alarms are typed."""

    codes: tuple[str, ...]


@dataclass(frozen=True)
class BadFile:
    make: Callable[[], bytes]
    expected: Refused | Wrong | Accepted | Alarming
    suffix: str
    is_heavy: bool

    @property
    def name(self):
        return self.make.__name__


FILES: dict[str, BadFile] = {}


def gives(expected, suffix=".csv", heavy=False):
    """Register a file. `heavy`: what it costs is measured in a process of its own."""

    def register(make):
        made = cache(make)
        FILES[make.__name__] = BadFile(make if heavy else made, expected, suffix, heavy)
        made.__name__ = make.__name__
        return made

    return register


def refused(error, words, suffix=".csv", heavy=False):
    return gives(Refused(error, words), suffix, heavy)


def wrong(*places, suffix=".csv"):
    return gives(Wrong(places), suffix)


def accepted(created=1, suffix=".csv", heavy=False, **warnings):
    return gives(Accepted(created, warnings), suffix, heavy)
