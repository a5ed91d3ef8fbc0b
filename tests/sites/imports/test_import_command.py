"""`manage.py import_sites`: what must be confirmed, what is left out, what is kept, where errors are, who is told."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sites.models import ImportBatch, ImportFile, ImportIssue, Site
from tests.factories import make_site
from tests.sites.imports.lists import ALBI, RODEZ, csv_of, import_rows, xlsx_of
from tests.sites.imports.test_import_sites import run  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
WRONG = ALBI | {"latitude": "x"}


def rows(how_many, **changed):
    return [RODEZ | {"id_fs": str(number)} | changed for number in range(1, how_many + 1)]


def in_service():
    return Site.objects.open_to_public().count()


@pytest.fixture
def sixty_sites():
    import_rows(*rows(60))


@pytest.mark.usefixtures("sixty_sites")
def test_an_unusual_number_must_be_given_or_nothing_is_written(run):  # noqa: F811
    with pytest.raises(CommandError) as error:
        run(csv_of(*rows(48)), "--complete", "--apply")

    assert error.value.returncode == 1
    assert "Rien n'a été écrit. 12 sites en service ne sont pas dans la liste (20,0 %)" in str(error.value)
    assert str(error.value).endswith("ajoutez : --confirm 12 --confirm 48")
    assert in_service() == 60


@pytest.mark.usefixtures("sixty_sites")
@pytest.mark.parametrize("given", [["12"], ["48"], ["13", "48"]])
def test_each_unusual_number_must_be_given(run, given):  # noqa: F811
    options = [option for number in given for option in ("--confirm", number)]

    with pytest.raises(CommandError, match="Rien n'a été écrit"):
        run(csv_of(*rows(48)), "--complete", "--apply", *options)

    assert in_service() == 60


@pytest.mark.usefixtures("sixty_sites")
def test_the_numbers_given_the_list_is_applied(run):  # noqa: F811
    out = run(csv_of(*rows(48)), "--complete", "--apply", "--confirm", "12", "--confirm", "48")

    assert "L'annuaire est à jour." in out
    assert in_service() == 48


@pytest.mark.usefixtures("sixty_sites")
def test_a_report_says_what_will_have_to_be_confirmed(run):  # noqa: F811
    out = run(csv_of(*rows(60, lib_fs="Renommé")))

    assert "60 sites changeraient (100,0 %)" in out
    assert "ajoutez : --confirm 60" in out


@pytest.mark.usefixtures("sixty_sites")
def test_json_stays_one_object_when_a_number_is_to_be_given(run, capsys):  # noqa: F811
    with pytest.raises(CommandError):
        run(csv_of(*rows(48)), "--complete", "--apply", "--json")

    assert json.loads(capsys.readouterr().out)["closed"] == 12


def test_valid_rows_are_written_and_the_others_left(run, capsys):  # noqa: F811
    with pytest.raises(CommandError, match="Les lignes valides sont écrites") as error:
        run(csv_of(RODEZ, WRONG), "--apply", "--valid-rows")

    assert error.value.returncode == 1
    assert [site.external_id for site in Site.objects.all()] == ["7001"]
    assert ImportBatch.objects.get().valid_rows_only


def test_without_valid_rows_one_error_stops_all(run):  # noqa: F811
    with pytest.raises(CommandError, match="Rien n'a été écrit"):
        run(csv_of(RODEZ, WRONG), "--apply")

    assert not Site.objects.exists()


@pytest.mark.usefixtures("sixty_sites")
def test_valid_rows_close_no_site_and_ask_for_no_number(run):  # noqa: F811
    with pytest.raises(CommandError, match="lignes valides sont écrites"):
        run(csv_of(ALBI, *rows(40), WRONG | {"id_fs": "9"}), "--complete", "--apply", "--valid-rows")

    assert in_service() == 61


def test_valid_rows_that_change_nothing_write_nothing(run):  # noqa: F811
    import_rows(RODEZ, ALBI)

    out = run(csv_of(RODEZ), "--complete", "--apply", "--valid-rows")

    assert "Rien n'a été écrit : les lignes valides ne changent rien" in out
    assert in_service() == 2


def test_the_bytes_are_kept_unchanged(run):  # noqa: F811
    data = csv_of(RODEZ)

    run(data, "--apply")

    assert bytes(ImportFile.objects.get().content) == data


def test_nothing_is_kept_of_a_list_that_is_not_applied(run):  # noqa: F811
    run(csv_of(RODEZ))
    with pytest.raises(CommandError):
        run(csv_of(WRONG), "--apply")

    assert not ImportBatch.objects.exists()
    assert not ImportFile.objects.exists()


def test_errors_of_a_workbook_are_told_with_their_line_and_cell(run, capsys):  # noqa: F811
    with pytest.raises(CommandError):
        run(xlsx_of(list(RODEZ), list(RODEZ.values()), list(WRONG.values())), "--apply")

    assert "ligne 3, cellule I3, latitude : « x »" in capsys.readouterr().out


def test_what_is_kept_of_a_workbook_names_its_cells(run):  # noqa: F811
    run(xlsx_of(list(RODEZ), list((RODEZ | {"insee_dep": "81"}).values())), "--apply")

    assert ImportIssue.objects.get(column="insee_dep").cell == "B2"


def test_a_file_that_is_applied_already_is_told(run):  # noqa: F811
    run(csv_of(RODEZ), "--apply")
    batch = ImportBatch.objects.get()

    out = run(csv_of(RODEZ))

    assert "Ce fichier a déjà été appliqué le " in out
    assert f"(liste n° {batch.pk})" in out


def test_a_file_that_was_taken_back_is_not_told_as_applied(run):  # noqa: F811
    run(csv_of(RODEZ), "--apply")
    ImportBatch.objects.update(status="taken_back", taken_back_at=timezone.now())

    assert "déjà été appliqué" not in run(csv_of(RODEZ))


def test_agents_are_to_be_told_of_what_the_command_applied_and_of_nothing_else(run):  # noqa: F811
    make_site(is_demo=True)
    run(csv_of(RODEZ))
    assert not ProcrastinateJob.objects.exists()

    run(csv_of(RODEZ), "--apply")
    run(csv_of(RODEZ), "--apply")

    (job,) = ProcrastinateJob.objects.all()
    assert (job.task_name, job.args) == (
        "sites.imports.tasks.tell_agents",
        {"batch_pk": ImportBatch.objects.get(is_demo=False).pk},
    )


def test_demonstration_data_tells_nobody_and_keeps_no_file():
    call_command("load_demo", verbosity=0)

    assert not ProcrastinateJob.objects.exists()
    assert not ImportFile.objects.exists()
