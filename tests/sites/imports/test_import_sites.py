"""`manage.py import_sites`, as an operator sees it."""

import json

import pytest
from django.core.management import CommandError, call_command

from sites.imports.files import download
from sites.models import Site
from tests.factories import make_site
from tests.sites.imports.lists import ALBI, RODEZ, csv_of, xlsx_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path, capsys):
    def run(data, *options):
        path = tmp_path / "liste de mars.csv"
        path.write_bytes(data)
        call_command("import_sites", str(path), *options)
        return capsys.readouterr().out

    return run


def test_without_apply_it_only_reports(run):
    out = run(csv_of(RODEZ, ALBI | {"insee_dep": "12"}))

    assert "2 à créer" in out
    assert "Avertissement : Département différent de celui de la commune (1)" in out
    assert "ligne 3, insee_dep : « 12 ». Albi (81004) est dans le département 81, qui est retenu" in out
    assert "Rien n'a été écrit : ajoutez --apply" in out
    assert not Site.objects.exists()


def test_with_apply_it_writes(run):
    assert "L'annuaire est à jour." in run(csv_of(RODEZ), "--apply")
    assert "déjà à jour : rien n'a été écrit" in run(csv_of(RODEZ), "--apply")
    assert Site.objects.count() == 1


def test_an_error_is_told_with_its_line_and_nothing_is_written(run, capsys):
    with pytest.raises(CommandError, match="Rien n'a été écrit") as error:
        run(csv_of(RODEZ, ALBI | {"id_fs": "7001"}), "--apply")

    assert error.value.returncode == 1
    out = capsys.readouterr().out
    assert "ERREUR : Identifiant présent plusieurs fois (1)" in out
    assert "ligne 3, id_fs : « 7001 ». Déjà employé ligne 2" in out
    assert not Site.objects.exists()


HOSTILE = "\x1b[2J\x1b]0;titre\x07\x9b31m\N{RIGHT-TO-LEFT OVERRIDE}"


def is_harmless(text):
    return text.replace("\n", "").isprintable()


@pytest.mark.parametrize("verbosity", ["1", "2"])
def test_a_list_cannot_command_the_terminal_from_its_cells_or_unknown_headings(run, capsys, verbosity):
    cells = dict.fromkeys(("id_fs", "mail", "telephone", "h_lundi", "type_fs", "latitude"), f"x{HOSTILE}")
    rows = csv_of(RODEZ | cells | {f"colonne{HOSTILE}": "1"}, columns=[*RODEZ, f"colonne{HOSTILE}"])

    with pytest.raises(CommandError):
        run(rows, "--verbosity", verbosity)

    out = capsys.readouterr().out
    assert "colonne�[2J" in out
    assert is_harmless(out)


def test_a_list_cannot_command_the_terminal_from_the_header_that_an_error_tells(run):
    with pytest.raises(CommandError, match="Colonnes trouvées : nom�") as error:
        run(f"nom{HOSTILE},{'x' * 5_000}\n1,2\n".encode())

    assert is_harmless(str(error.value))
    assert len(str(error.value)) < 700


def test_a_file_cannot_command_the_terminal_from_its_name():
    with pytest.raises(CommandError, match="ne peut pas être lu") as error:
        call_command("import_sites", f"absent{HOSTILE}.csv")

    assert is_harmless(str(error.value))


def test_json_is_one_object_of_counts(run):
    out = run(csv_of(RODEZ, ALBI | {"insee_dep": "12"}), "--json")

    assert json.loads(out) == {
        "created": 2,
        "updated": 0,
        "closed": 0,
        "reopened": 0,
        "unchanged": 0,
        "absent": 0,
        "errors": 0,
        "warnings": 1,
    }


def test_json_of_a_list_with_errors_still_is_one_object(run, capsys):
    with pytest.raises(CommandError):
        run(csv_of(RODEZ | {"latitude": "x"}), "--json", "--apply")

    assert json.loads(capsys.readouterr().out)["errors"] == 1


def test_json_of_an_unreadable_file_counts_one_error(run, capsys):
    with pytest.raises(CommandError, match="Le fichier est vide"):
        run(b"", "--json")

    assert json.loads(capsys.readouterr().out)["errors"] == 1


def test_complete_closes_the_absent(run):
    run(csv_of(RODEZ, ALBI), "--apply")

    out = run(csv_of(RODEZ), "--complete", "--apply")

    assert "1 à fermer" in out
    assert Site.objects.get(external_id="7002").status == "closed"


def test_demonstration_sites_that_leave_are_told(run):
    make_site(is_demo=True)

    assert "1 de démonstration, à retirer" in run(csv_of(RODEZ))


def test_the_name_of_the_file_does_not_count(run):
    run(xlsx_of(list(RODEZ), list(RODEZ.values())), "--apply")

    assert Site.objects.get().name == "France services de Rodez"


def test_warnings_of_a_kind_are_cut_short_unless_asked_and_errors_never(run, capsys):
    rows = [RODEZ | {"id_fs": str(number), "insee_dep": "81"} for number in range(8)]
    assert "… et 3 de plus (--verbosity 2 pour tout voir)" in run(csv_of(*rows))
    assert run(csv_of(*rows), "--verbosity", "2").count("insee_dep") == 8

    with pytest.raises(CommandError):
        run(csv_of(*[row | {"type_fs": "?"} for row in rows]))
    assert capsys.readouterr().out.count(", type_fs :") == 8


@pytest.mark.parametrize("arguments", [[], ["liste.csv", "--official"]])
def test_a_file_or_the_official_list_must_be_chosen(arguments):
    with pytest.raises(CommandError, match="--official"):
        call_command("import_sites", *arguments)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="ne peut pas être lu"):
        call_command("import_sites", str(tmp_path / "absent.csv"))


def test_official_downloads_the_list(monkeypatch, capsys):
    monkeypatch.setattr(download, "official_list", lambda: ("liste.csv", csv_of(RODEZ)))

    call_command("import_sites", "--official", "--apply")

    assert Site.objects.count() == 1


def test_official_says_when_the_list_cannot_be_had(monkeypatch):
    def fail():
        raise download.ListUnavailable("réponse 503")

    monkeypatch.setattr(download, "official_list", fail)

    with pytest.raises(CommandError, match=r"n'a pas pu être téléchargée \(réponse 503\)"):
        call_command("import_sites", "--official")
