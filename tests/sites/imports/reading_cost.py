"""What reading a file costs, in a process of its own: `python -m tests.sites.imports.reading_cost FILE`.

Prints as JSON the refusal, if any, the seconds of processor, and the most memory ever held, here and by the child.
"""

import json
import re
import resource
import sys
from pathlib import Path

from sites.imports.cells.columns import KNOWN_HEADINGS
from sites.imports.files.errors import FileError
from sites.imports.files.reader import MAX_BYTES, read_table


def main(path):
    with Path(path).open("rb") as file:
        data = file.read(MAX_BYTES + 1)  # as the command does
    refusal, rows = "", 0
    try:
        rows = sum(1 for _ in read_table(data, KNOWN_HEADINGS).rows)
    except FileError as error:
        refusal = f"{type(error).__name__}: {error}"
    # Not RUSAGE_SELF: a process inherits the peak of the one that started it.
    mb = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
    child_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    seconds = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    json.dump({"refusal": refusal, "rows": rows, "seconds": seconds, "mb": mb, "child_mb": child_mb}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
