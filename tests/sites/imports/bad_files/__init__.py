"""Lists that are not what they should be, each made by a function named after its fault, which says what must happen.

`python -m tests.sites.imports.bad_files FOLDER` writes them all, to try on a page or with the command.
"""

from tests.sites.imports.bad_files import lines, other_kinds, texts, workbooks
from tests.sites.imports.bad_files.expected import DIRECTORY, FILES, Accepted, Alarming, Refused, Wrong

KINDS = (lines, other_kinds, texts, workbooks)  # each registers its own

__all__ = ["DIRECTORY", "FILES", "KINDS", "Accepted", "Alarming", "Refused", "Wrong"]
