"""`python -m tests.sites.imports.bad_files FOLDER`."""

import sys
from pathlib import Path

from tests.sites.imports.bad_files import FILES


def main(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in FILES.items():
        (folder / f"{name}{file.suffix}").write_bytes(file.make())


if __name__ == "__main__":
    main(*sys.argv[1:])
