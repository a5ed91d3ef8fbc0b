"""Each bad file has the outcome that it announces: a French sentence, nothing written, in little time and memory."""

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils.html import escape

from sites.imports import lifecycle
from sites.imports.cells.columns import KNOWN_HEADINGS, match
from sites.imports.files import workbook, workbook_process
from sites.imports.files.errors import FileError
from sites.imports.files.reader import MAX_BYTES, read_table
from sites.models import ImportBatch, ImportFile, Site
from sites.staff.imports.forms import UploadForm
from tests.people import make_national, signed_in
from tests.sites.imports.bad_files import DIRECTORY, FILES, Accepted, Alarming, Refused, Wrong
from tests.sites.imports.checksums import checksum
from tests.sites.imports.list_files import RODEZ, csv_of
from tests.sites.imports.lists import import_rows

ROOT = Path(__file__).resolve().parents[3]
MAX_SECONDS, MAX_MB = 2, 300  # of processor: it does not depend on what else the machine does
SENTENCE = re.compile(r"[A-ZÉÀ][^\n\x00-\x1f]*\.")
REFUSED = [name for name, file in FILES.items() if isinstance(file.expected, Refused)]
WRONG = [name for name, file in FILES.items() if isinstance(file.expected, Wrong)]
HEAVY = [name for name, file in FILES.items() if file.is_heavy]
LIGHT = [name for name in FILES if name not in HEAVY]


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def path(folder, request):
    """The bad file whose name is the parameter."""
    file = FILES[request.param]
    path = folder / f"{file.name}{file.suffix}"
    if not path.exists():
        path.write_bytes(file.make())
    return path


def each(names):
    return pytest.mark.parametrize("path", names, indirect=True)


def expected_of(path):
    return FILES[path.stem].expected


def test_there_are_many_and_each_says_what_it_is():
    assert len(FILES) > 100
    assert {type(file.expected) for file in FILES.values()} == {Refused, Wrong, Accepted, Alarming}


# --- Reading, without a database -------------------------------------------------------------------


@each(LIGHT)
def test_a_bad_file_is_refused_with_its_sentence_or_read(path):
    data, expected = path.read_bytes(), expected_of(path)
    began, held_mb = time.process_time(), most_memory_mb()

    if isinstance(expected, Refused):
        with pytest.raises(expected.error) as refusal:
            match(read_table(data, KNOWN_HEADINGS).header)
        assert type(refusal.value) is expected.error
        assert expected.words in str(refusal.value)
        assert SENTENCE.fullmatch(str(refusal.value))
    else:
        table = read_table(data, KNOWN_HEADINGS)
        assert match(table.header)
        assert len(list(table.rows)) == len(table.rows)

    assert time.process_time() - began < MAX_SECONDS
    assert most_memory_mb() - held_mb < MAX_MB / 2


def most_memory_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cost_of(path):
    """What reading a file costs to a process of its own, the child that opens workbooks included."""
    command = [sys.executable, "-m", "tests.sites.imports.reading_cost", str(path)]
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, timeout=60)
    return json.loads(done.stdout)


@each(HEAVY)
def test_a_heavy_file_costs_little_time_and_memory(path):
    expected = expected_of(path)

    cost = cost_of(path)

    if isinstance(expected, Refused):
        assert cost["refusal"].startswith(f"{expected.error.__name__}: ")
        assert expected.words in cost["refusal"]
        assert SENTENCE.fullmatch(cost["refusal"].partition(": ")[2])
    else:
        assert not cost["refusal"]
    assert cost["seconds"] < MAX_SECONDS
    assert cost["mb"] + cost["child_mb"] < MAX_MB


def test_a_hundred_thousand_sites_are_read_under_the_same_memory(folder):
    path = folder / "100000.csv"
    header, line = csv_of(RODEZ).splitlines()
    after_id = line[len(RODEZ["id_fs"]) :] + b"x" * 50
    path.write_bytes(b"\n".join([header, *(b"%d%b" % (number, after_id) for number in range(100_000))]))

    cost = cost_of(path)

    assert (cost["rows"], cost["refusal"]) == (100_000, "")
    assert path.stat().st_size > 33_000_000
    assert cost["mb"] < MAX_MB / 2


# --- What an administrator and an operator see -----------------------------------------------------


@pytest.fixture
def directory(db):
    """A dozen sites in service: what must not change."""
    import_rows(*DIRECTORY)
    return checksum()


def read_here(data, known, answer):
    """What the child that reads workbooks answers, without starting one."""
    for value in workbook_process.answer(data, known):
        answer.write(json.dumps(value).encode() + b"\n")


@each(FILES)
def test_a_bad_file_writes_nothing_by_its_page_or_by_the_command(path, directory, capsys, monkeypatch):
    file = FILES[path.stem]
    if not file.is_heavy:
        monkeypatch.setattr(workbook, "_read_in_child", read_here)

    if not file.is_heavy:
        check_page(path, file.expected)
    check_command(path, file.expected, capsys)

    assert checksum() == directory


def check_page(path, expected):
    user = make_national()
    batch = ImportBatch.objects.create(file_name=path.name, is_complete=True, received_by=user)
    ImportFile.objects.create(batch=batch, content=path.read_bytes())

    lifecycle.analyse(batch)
    page = signed_in(user).get(f"/gestion/imports/{batch.pk}/")

    assert page.status_code == 200
    if isinstance(expected, Refused):
        assert batch.status == ImportBatch.Status.REFUSED
        assert expected.words in batch.message
        assert SENTENCE.fullmatch(batch.message)
        assert escape(batch.message) in page.text
        assert not batch.rows.exists()
    else:
        assert batch.status == ImportBatch.Status.READY
        check_analysis(batch, expected)


def check_analysis(batch, expected):
    errors = list(batch.issues.filter(severity="error").values_list("line", "column", "code"))
    if isinstance(expected, Wrong):
        assert errors == list(expected.places)
        assert not lifecycle.can_be_confirmed(batch)
        return
    assert not errors
    if isinstance(expected, Accepted):
        warnings = batch.issues.filter(severity="warning").values_list("code", flat=True)
        assert batch.counts["created"] == expected.created
        assert Counter(warnings) == expected.warnings
    else:
        assert [alarm.code for alarm in lifecycle.alarms_of(batch)] == list(expected.codes)


def check_command(path, expected, capsys):
    with pytest.raises(CommandError) as error:
        call_command("import_sites", str(path), "--complete", "--apply")

    out, said = capsys.readouterr().out, str(error.value)
    assert error.value.returncode == 1
    assert SENTENCE.match(said)
    assert said.isprintable()
    if isinstance(expected, Refused):
        assert expected.words in said
        assert not out
    elif isinstance(expected, Wrong):
        assert said == "Rien n'a été écrit : corrigez les erreurs, puis recommencez."
        for line, column, _ in expected.places:
            assert re.search(rf"ligne {line}\b.*{column}", out)
    else:
        assert said.startswith("Rien n'a été écrit. ")  # of a dozen sites, it names one at most: guard rails
        assert " --confirm " in said


@each(["cell_of_200_megabytes"])
def test_a_file_that_is_too_big_is_not_even_received(path):
    with path.open("rb") as file:
        upload = SimpleUploadedFile(path.name, file.read())
        form = UploadForm({"mode": "complete"}, {"file": upload})

    assert form.errors["file"] == ["Le fichier dépasse 64 Mo : une liste est plus légère."]


# --- Texts made to harm stay texts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("script_in_a_name", "<script>alert(1)</script> France services"),
        ("sql_in_a_name", "Rodez'); DROP TABLE sites_site; --"),
        ("template_in_a_name", "{{ settings.SECRET_KEY }}{% load x %} %(name)s {0} ${x}"),
        ("terminal_escapes_in_a_name", "France services [2J[31mrouge"),
        ("name_written_from_right_to_left", "France services gro.elpmexe"),
        ("formula_in_a_name", "=cmd|' /C calc'!A0"),
    ],
)
def test_a_name_made_to_harm_is_kept_as_text_and_shown_as_text(name, kept, client, directory, tmp_path):
    path = tmp_path / "liste.csv"
    path.write_bytes(FILES[name].make())

    call_command("import_sites", str(path), "--apply", verbosity=0)

    site = Site.objects.get(external_id="7001")
    assert site.name == kept
    page = client.get(f"/sites/7001-{site.slug}/")
    assert escape(kept) in page.text
    assert "<script>alert" not in page.text


def test_every_kind_of_refusal_has_a_bad_file():
    def kinds(kind):
        return {kind, *(one for below in kind.__subclasses__() for one in kinds(below))}

    assert {FILES[name].expected.error for name in REFUSED} == kinds(FileError) - {FileError}
    assert WRONG
    assert MAX_BYTES < 200_000_000
