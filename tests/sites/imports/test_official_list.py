"""The whole official list, where it is at hand: it may not be part of the project."""

import time

import pytest

from sites.imports.apply import Source, import_table
from sites.imports.cells.columns import COLUMNS
from sites.imports.files.reader import read_table
from sites.models import Site, WeeklySlot
from tests.sites.imports.lists import OFFICIAL, found

pytestmark = [
    pytest.mark.official,
    pytest.mark.django_db,
    pytest.mark.skipif(not OFFICIAL.exists(), reason=f"the official list is not at {OFFICIAL} (see OFFICIAL_LIST)"),
]


def import_official(data):
    return import_table(read_table(data, known=COLUMNS), Source.of(OFFICIAL.name, data))


def test_it_is_imported_whole_then_changes_nothing():
    data = OFFICIAL.read_bytes()

    began = time.monotonic()
    plan, _ = import_official(data)
    first = time.monotonic() - began
    again, batch = import_official(data)
    second = time.monotonic() - began - first

    assert plan.counts | {"warnings": 0} == again.counts | {"created": 2845, "unchanged": 0, "warnings": 0}
    assert again.counts["unchanged"] == 2845
    assert batch is None
    assert first < 15
    assert second < 5


def test_what_is_stored_is_what_the_list_counts():
    import_official(OFFICIAL.read_bytes())

    assert Site.objects.filter(kind="principal", format="fixe").count() == 2395
    assert Site.objects.filter(kind="antenne", format="antenne").count() == 106
    assert Site.objects.filter(kind="principal", labelled_on__lte="2023-03-01").in_region("76").count() == 321
    without_hours = Site.objects.filter(weekly_slots=None).count()
    assert 48 <= without_hours <= 50
    assert WeeklySlot.objects.filter(weekday=6).values("site").distinct().count() in range(598, 604)
    assert not Site.objects.filter(note__contains="\\x").exists()


def test_its_known_faults_are_found_on_their_line():
    plan, _ = import_official(OFFICIAL.read_bytes())

    issues = found(plan)
    assert not [issue for issue in issues if issue[0] == "error"]
    assert [issue[2:] for issue in issues if issue[1] == "departement"] == [(1452, "insee_dep", "27")]
    assert len([issue for issue in issues if issue[1] == "text_decoded"]) == 7
    assert len([issue for issue in issues if issue[1] == "several_emails"]) == 2
    assert len([issue for issue in issues if issue[1] == "commune_replaced"]) == 3
