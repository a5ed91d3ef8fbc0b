"""A line of code imports only from what stands before it: territories, accounts, sites, stats."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["franceservices.territories", "franceservices.accounts", "sites", "stats"]
PURE = [
    "sites/opening_hours.py",
    "sites/written_hours.py",
    "sites/osm_hours.py",
    "sites/passages.py",
    "sites/public_holidays.py",
    "sites/imports/files/reader.py",
    "stats/imports/cells.py",
    "stats/imports/shapes.py",
    "stats/months.py",
    "stats/charts/scale.py",
    "stats/charts/line.py",
    "stats/charts/bars.py",
    "stats/charts/stacked.py",
    "stats/charts/choropleth.py",
]


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(module, package):
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_from_those_before_it(layer):
    later = LAYERS[LAYERS.index(layer) + 1 :]
    modules = sorted((ROOT / layer.replace(".", "/")).rglob("*.py"))

    wrong = [f"{path}: {name}" for path in modules for name in imports_of(path) if any(is_in(name, x) for x in later)]

    assert modules
    assert not wrong


def test_nothing_imports_the_settings_module():
    modules = [path for folder in ("franceservices", "sites", "stats") for path in (ROOT / folder).rglob("*.py")]

    assert not [path for path in modules for name in imports_of(path) if is_in(name, "franceservices.settings")]


@pytest.mark.parametrize("path", PURE)
def test_pure_modules_know_nothing_of_django(path):
    assert not [name for name in imports_of(ROOT / path) if name.split(".")[0] == "django"]
