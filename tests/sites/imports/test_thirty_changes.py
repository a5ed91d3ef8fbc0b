"""The official list with thirty known changes: each is found, on its line, whatever the format of the file."""

import csv
import io

import pytest

from sites.imports import lifecycle
from sites.imports.apply import Source, import_table
from sites.imports.cells.columns import COLUMNS
from sites.imports.files.reader import read_table
from sites.models import ImportBatch, ImportFile, Site
from tests.sites.imports.checksums import checksum
from tests.sites.imports.lists import ALBI, OFFICIAL, RODEZ, xlsx_of

pytestmark = [
    pytest.mark.official,
    pytest.mark.django_db,
    pytest.mark.skipif(not OFFICIAL.exists(), reason=f"the official list is not at {OFFICIAL} (see OFFICIAL_LIST)"),
]

# Numbers of records, far from each other; what is changed in them: 28 of the 30 changes.
RENAMED, MOVED, MAILED, PHONED, TIMED = (10, 500, 2800), (20, 900, 1500), (30, 31), (40, 1041, 2042), (50, 2700)
CLOSED, BAD_HOURS, BAD_COMMUNE, BAD_POINT, AT_SEA = (60, 2000), (70, 1070, 2070), (80, 1080), (90, 1090), (100, 1100)
NEW = (
    RODEZ,
    ALBI,
    RODEZ | {"id_fs": "7003", "format_fs": "Itinérante"},
    ALBI | {"id_fs": "7004", "type_fs": "Antenne"},
)
TWICE = (110, 111)
CHANGES = [
    (RENAMED, {"lib_fs": "France services renommée"}),
    (MAILED, {"mail": "nouvelle@exemple.fr"}),
    (PHONED, {"telephone": "05 36 49 00 99"}),
    (TIMED, {"h_samedi": "07:15 - 07:45"}),
    (BAD_HOURS, {"h_lundi": "9h-midi"}),
    (BAD_COMMUNE, {"insee_com": "99999"}),
    (BAD_POINT, {"latitude": "quarante"}),
    (AT_SEA, {"latitude": "10.0", "longitude": "-30.0"}),
]
ERRORS = (
    [(number, "h_lundi") for number in BAD_HOURS]
    + [(number, "insee_com") for number in BAD_COMMUNE]
    + [(number, "latitude") for number in (*BAD_POINT, *AT_SEA)]
)


@pytest.fixture(scope="module")
def official():
    text = OFFICIAL.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def imported(official):
    data = OFFICIAL.read_bytes()
    import_table(read_table(data, known=COLUMNS), Source.of(OFFICIAL.name, data))


@pytest.fixture(scope="module")
def changed(official):
    """{number of the record: the record}, in the order of the file."""
    records = {number: dict(record) for number, record in enumerate(official)}
    for numbers, cells in CHANGES:
        for number in numbers:
            records[number] |= cells
    for number in MOVED:
        records[number]["latitude"] = str(float(records[number]["latitude"]) + 0.004)  # 445 m further north
    for number in CLOSED:
        del records[number]
    return (
        records
        | {f"new {place}": one for place, one in enumerate(NEW)}
        | {f"again {one}": records[one] for one in TWICE}
    )


def as_csv(records, delimiter, encoding, newline):
    """(bytes, {record: its physical line})."""
    text, lines, line = io.StringIO(), {}, 2
    writer = csv.DictWriter(text, COLUMNS, delimiter=delimiter, lineterminator=newline)
    writer.writeheader()
    for key, record in records.items():
        record = {name: record[name].encode(encoding, "replace").decode(encoding) for name in COLUMNS}
        before = text.tell()
        writer.writerow(record)
        lines[key] = line
        text.seek(before)
        line += len(io.StringIO(text.read(), newline=None).readlines())
    return text.getvalue().encode(encoding), lines


def as_xlsx(records):
    rows = [[record[name] for name in COLUMNS] for record in records.values()]
    return xlsx_of(list(COLUMNS), *rows), {key: line for line, key in enumerate(records, start=2)}


FORMATS = {
    "CSV, comma, UTF-8": lambda records: as_csv(records, ",", "utf-8", "\n"),
    "CSV, semicolon, Windows": lambda records: as_csv(records, ";", "cp1252", "\r\n"),
    "XLSX": as_xlsx,
}


def analysed(data):
    batch = ImportBatch.objects.create(file_name="liste", is_complete=True)
    ImportFile.objects.create(batch=batch, content=data)
    lifecycle.analyse(batch)
    return batch


@pytest.mark.parametrize("name", FORMATS)
def test_thirty_changes_are_counted_exactly_and_every_error_is_on_its_line(name, imported, official, changed):
    before = checksum()
    data, lines = FORMATS[name](changed)

    batch = analysed(data)

    assert batch.status == "ready"
    counts = {key: batch.counts[key] for key in ("rows", "created", "updated", "closed", "reopened", "errors")}
    # Characters that the encoding lacks are changes too: told apart by writing the untouched list in it.
    spoilt = spoilt_by(name, official, changed)
    assert counts == {
        "rows": 2845 - 2 + 4 + 2,
        "created": 4,
        "updated": 13 + spoilt,
        "closed": 2,
        "reopened": 0,
        "errors": 11,
    }
    assert batch.counts["unchanged"] == 2845 - 13 - 2 - 9 - spoilt
    expected = [(lines[number], column) for number, column in ERRORS] + [(lines[f"again {n}"], "id_fs") for n in TWICE]
    errors = batch.issues.filter(severity="error")
    assert sorted(errors.values_list("line", "column")) == sorted(expected)
    assert {official[number]["id_fs"] for number in CLOSED} == set(
        batch.rows.filter(action="close").values_list("external_id", flat=True)
    )
    assert set(batch.rows.filter(after__has_key="name", action="update").values_list("external_id", flat=True)) >= {
        official[number]["id_fs"] for number in RENAMED
    }
    assert batch.issues.filter(code="moved").count() == len(MOVED)
    if name == "XLSX":
        assert set(errors.values_list("cell", flat=True)) == {f"{column_letter(c)}{line}" for line, c in expected}
    assert checksum() == before


def spoilt_by(name, official, changed):
    """How many records of the list, but for those that are changed, the format cannot say: 0 but for Windows."""
    if "Windows" not in name:
        return 0
    touched = {number for numbers, _ in CHANGES for number in numbers} | {*MOVED, *CLOSED}
    return sum(
        any(cell.encode("cp1252", "replace").decode("cp1252") != cell for cell in record.values())
        for number, record in enumerate(official)
        if number not in touched
    )


def column_letter(name):
    return chr(ord("A") + COLUMNS.index(name))


def test_its_valid_rows_alone_are_applied_and_close_nothing(imported, official, changed):
    data, _ = as_csv(changed, ",", "utf-8", "\n")
    batch = analysed(data)
    ImportBatch.objects.filter(pk=batch.pk).update(status="confirmed", valid_rows_only=True)

    lifecycle.apply_list(batch)

    batch.refresh_from_db()
    assert (batch.status, batch.counts["closed"]) == ("applied", 0)
    assert Site.objects.open_to_public().count() == 2845 + 4
    assert Site.objects.filter(name="France services renommée").count() == 3
    again = analysed(as_csv({key: one for key, one in changed.items() if not is_in_error(key)}, ",", "utf-8", "\n")[0])
    assert (again.counts["created"], again.counts["updated"]) == (0, 0)


def is_in_error(key):
    return key in {number for number, _ in ERRORS} or str(key).startswith("again")
