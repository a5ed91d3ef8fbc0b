"""The icons that bin/vendor puts in the style sheets are those that pages name: one more is carried for nothing."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SHEETS = PROJECT / "static" / "vendor" / "dsfr"


def named_in(*folders):
    """The icons named in our own templates, scripts and modules."""
    files = [
        path for folder in folders for path in (PROJECT / folder).rglob("*") if path.suffix in (".html", ".js", ".py")
    ]
    return {name for path in files for name in re.findall(r"\bfr-icon-([a-z0-9-]+)", path.read_text(encoding="utf-8"))}


def shipped_in(*sheets):
    return {
        name for sheet in sheets for name in re.findall(r"\.fr-icon-([a-z0-9-]+)::before", (SHEETS / sheet).read_text())
    }


def test_each_icon_that_a_page_names_is_shipped_and_no_other():
    assert shipped_in("dsfr.css", "dsfr-staff.css") == named_in("templates", "static/js", "sites", "franceservices")
