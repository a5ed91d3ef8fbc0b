"""From the bytes of a file to figures, and back."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from stats.imports import checks, remarks, undo, work
from stats.models import ActivityImport, MonthlyActivity, MonthlySatisfaction, ReplacedActivity
from tests.factories import METZ, RODEZ, TOULOUSE, make_site, report_activity, report_satisfaction
from tests.sites.imports.list_files import xlsx_of
from tests.stats.sums import check_totals

pytestmark = pytest.mark.django_db
TODAY = date(2024, 6, 15)


@pytest.fixture(autouse=True)
def demarches():
    call_command("load_demarches", verbosity=0)


@pytest.fixture(autouse=True)
def sites():
    for number, commune in enumerate((RODEZ, TOULOUSE, METZ), start=1):
        make_site(commune, external_id=f"90{number}", labelled_on=date(2022, 1, 15))


def received(text, **fields):
    data = text.encode()
    batch = ActivityImport.objects.create(file_name="activite.csv", sha256="0" * 64, **fields)
    work.analyse(batch, data, TODAY)
    return batch, data


def written(text):
    batch, data = received(text)
    work.write(batch, data, None, TODAY)
    return batch


def activity():
    rows = MonthlyActivity.objects.values_list(
        "site__external_id", "month", "partner", "demarche", "requests", "completed"
    )
    return sorted(((row[0], f"{row[1]:%Y-%m}", *row[2:]) for row in rows), key=str)


QUERIES_OF_AN_ANALYSIS = 26

LONG = """id_fs;mois;partenaire;demarche;demandes;finalisees
901;2024-01;CAF;;40;30
901;janvier 2024;Pôle emploi;;12;
902;01/2024;ANTS;Carte grise;1 200;1 000
"""


def test_a_long_file_is_written():
    batch = written(LONG)

    assert activity() == [
        ("901", "2024-01", "caf", None, 40, 30),
        ("901", "2024-01", "france-travail", None, 12, None),
        ("902", "2024-01", "ants", "carte-grise", 1200, 1000),
    ]
    assert batch.counts == {"rows": 3, "written": 3, "unchanged": 0, "errors": 0, "warnings": 0}
    assert sorted(batch.totals) == [
        ["2024-01", "ants", 0, 1200],
        ["2024-01", "caf", 0, 40],
        ["2024-01", "france-travail", 0, 12],
    ]
    check_totals()


def test_a_column_a_partner_is_written():
    written("id_fs;mois;CAF;Pôle emploi;ANTS\n901;2024-01;40;;0\n902;2024-01;;7;\n")

    assert activity() == [
        ("901", "2024-01", "ants", None, 0, None),
        ("901", "2024-01", "caf", None, 40, None),
        ("902", "2024-01", "france-travail", None, 7, None),
    ]
    check_totals()


def test_a_column_a_month_is_written():
    batch = written("id_fs;partenaire;demarche;2024-01;févr. 2024\n901;CAF;;40;\n902;ANTS;Passeport;1;2\n")

    assert activity() == [
        ("901", "2024-01", "caf", None, 40, None),
        ("902", "2024-01", "ants", "passeport", 1, None),
        ("902", "2024-02", "ants", "passeport", 2, None),
    ]
    assert (batch.counts["rows"], batch.counts["written"]) == (2, 3)


def test_satisfaction_is_written():
    batch = written("id_fs;mois;repondants;tres_satisfaits\n901;2024-01;12;10\n902;2024-01;;\n903;2024-02;3;0\n")

    assert batch.subject == "satisfaction"
    assert sorted(MonthlySatisfaction.objects.values_list("site__external_id", "respondents", "very_satisfied")) == [
        ("901", 12, 10),
        ("903", 3, 0),
    ]
    assert batch.totals == [["2024-01", None, 0, 12], ["2024-02", None, 0, 3]]
    check_totals()


def test_an_analysis_writes_no_figure():
    batch, _ = received(LONG)

    assert (batch.status, batch.subject, batch.counts["written"]) == ("ready", "activity", 3)
    assert not MonthlyActivity.objects.exists()


def test_the_same_file_again_writes_nothing():
    written(LONG)
    before = everything()

    batch = written(LONG)

    assert batch.counts == {"rows": 3, "written": 0, "unchanged": 3, "errors": 0, "warnings": 0}
    assert everything() == before


def test_a_blank_cell_writes_nothing_and_erases_nothing():
    written(LONG)

    batch = written("id_fs;mois;partenaire;demandes;finalisees\n901;2024-01;CAF;;\n901;2024-01;Pôle emploi;13;\n")
    written("id_fs;mois;CAF\n901;2024-01;41\n902;2024-01;\n")

    assert activity()[:2] == [
        ("901", "2024-01", "caf", None, 41, 30),
        ("901", "2024-01", "france-travail", None, 13, None),
    ]
    assert batch.counts == {"rows": 2, "written": 1, "unchanged": 0, "errors": 0, "warnings": 0}


def test_a_correction_keeps_what_it_replaces():
    first = written(LONG)

    batch = written("id_fs;mois;partenaire;demandes;finalisees\n901;2024-01;CAF;50;45\n901;2024-01;MSA;1;1\n")

    old = ReplacedActivity.objects.get(batch=batch)
    assert (old.requests, old.completed, old.previous_batch) == (40, 30, first)
    assert batch.totals == [["2024-01", "caf", 40, 50], ["2024-01", "msa", 0, 1]]
    check_totals()


# --- Errors, where they are -------------------------------------------------------------------------


def found(text):
    batch, _ = received(text)
    return [(issue.line, issue.column, issue.code) for issue in batch.issues.order_by("pk")]


HEADER = "id_fs;mois;partenaire;demarche;demandes;finalisees\n"


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("999;2024-01;CAF;;40;30", "id_fs", "unknown_site"),
        (";2024-01;CAF;;40;30", "id_fs", "required"),
        ("901;un jour;CAF;;40;30", "mois", "month"),
        (("901;;CAF;;40;30"), "mois", "required"),
        ("901;2024-07;CAF;;40;30", "mois", "future_month"),
        ("901;2019-12;CAF;;40;30", "mois", "before_launch"),
        ("901;2021-12;CAF;;40;30", "mois", "before_label"),
        ("904;2023-04;CAF;;40;30", "mois", "after_closing"),
        ("901;2024-01;Banque;;40;30", "partenaire", "partner"),
        ("901;2024-01;;;40;30", "partenaire", "required"),
        ("901;2024-01;CAF;Chasse;40;30", "demarche", "demarche"),
        ("901;2024-01;CAF;Passeport;40;30", "demarche", "other_partner"),
        ("901;2024-01;CAF;;-4;", "demandes", "negative"),
        ("901;2024-01;CAF;;4,5;", "demandes", "fraction"),
        ("901;2024-01;CAF;;quatre;", "demandes", "number"),
        ("901;2024-01;CAF;;;3", "demandes", "required"),
        ("901;2024-01;CAF;;40;-3", "finalisees", "negative"),
        ("901;2024-01;CAF;;40;trois", "finalisees", "number"),
        ("901;2024-01;CAF;;40;41", "finalisees", "too_many_completed"),
        ("902;2024-01;CAF;;7;", "demandes", "duplicate"),
        ("901;2024-01;CAF;40;30", "id_fs", "cells"),
    ],
)
def test_each_error_is_told_by_line_and_column(row, column, code):
    make_site(RODEZ, external_id="904", status="closed", closed_on=date(2023, 3, 10), labelled_on=None)
    text = f"{HEADER}902;2024-01;CAF;;40;30\n\n{row}\n"
    batch, data = received(text)

    assert found(text) == [(4, column, code)]
    assert (batch.counts["errors"], batch.counts["written"], batch.totals) == (1, 0, [])
    with pytest.raises(work.HasErrors):
        work.write(batch, data, None, TODAY)
    assert not MonthlyActivity.objects.exists()


@pytest.mark.parametrize(
    ("text", "issues"),
    [
        (
            "id_fs;mois;CAF;MSA\n901;2024-01;x;-1\n999;2024-08;1;2\n",
            [(2, "CAF", "number"), (2, "MSA", "negative"), (3, "id_fs", "unknown_site")],
        ),
        ("id_fs;mois;CAF;MSA\n901;2024-08;1;\n", [(2, "mois", "future_month")]),
        ("id_fs;partenaire;2024-01;2024-08\n901;CAF;1;\n902;CAF;;2\n", [(3, "2024-08", "future_month")]),
        ("id_fs;mois;CAF\n901;2024-01;1\n901;01/2024;1\n", [(3, "CAF", "duplicate")]),
        (
            "id_fs;mois;repondants;tres_satisfaits\n901;2024-01;5;6\n902;2024-01;5;\n",
            [(2, "tres_satisfaits", "too_many_satisfied"), (3, "tres_satisfaits", "required")],
        ),
        ("id_fs;nom;mois;CAF\n901;Rodez;2024-01;1\n", [(1, "nom", "unknown_columns")]),
    ],
)
def test_each_kind_of_file_tells_where(text, issues):
    assert found(text) == issues


def test_the_months_of_the_label_and_of_the_closing_are_a_sites_own():
    make_site(RODEZ, external_id="904", status="closed", closed_on=date(2023, 3, 10), labelled_on=date(2022, 5, 20))

    assert found("id_fs;mois;CAF\n904;2022-05;1\n904;2023-03;1\n901;2024-06;1\n") == []


def test_a_site_that_was_withdrawn_is_unknown():
    make_site(RODEZ, external_id="904", status="withdrawn")

    assert found("id_fs;mois;CAF\n904;2024-01;1\n") == [(2, "id_fs", "unknown_site")]


def test_a_workbooks_errors_are_told_by_cell():
    data = xlsx_of(["id_fs", "mois", "CAF"], [901, date(2024, 1, 1), 4], [902, date(2024, 1, 31), -4])
    batch = ActivityImport.objects.create(file_name="activite.xlsx", sha256="0" * 64)

    work.analyse(batch, data, TODAY)

    assert [(issue.line, issue.cell, issue.column) for issue in batch.issues.all()] == [(3, "C3", "CAF")]


def test_a_correction_below_the_completed_that_are_kept_is_refused():
    written(LONG)

    assert found("id_fs;mois;CAF\n901;2024-01;20\n") == [(2, "CAF", "too_many_completed")]


def test_all_remarks_are_counted_and_the_first_of_each_kind_kept(monkeypatch):
    monkeypatch.setattr(remarks, "KEPT_OF_A_KIND", 2)
    monkeypatch.setattr(checks, "KEPT_OF_A_KIND", 2)
    rows = "".join(f"999;2024-01;{number}\n901;2024-08;{number}\n" for number in range(5))

    batch, _ = received(f"id_fs;mois;CAF\n{rows}")

    # Five unknown sites, five months to come, and four times the first of them again
    assert batch.counts["errors"] == 14
    assert [issue.line for issue in batch.issues.filter(code="future_month")] == [3, 5]
    assert batch.issues.count() == 6


def test_a_file_that_cannot_be_read_is_refused_in_french():
    batch, _ = received("nom;ville\nRodez;Rodez\n")

    assert batch.status == "refused"
    assert "Première ligne attendue" in batch.message
    assert received("id_fs;mois;CAF\n")[0].message.endswith("aucun chiffre à importer.")


# --- Jumps ------------------------------------------------------------------------------------------


def test_ten_times_a_sites_usual_month_is_worth_a_look():
    written("id_fs;mois;CAF\n901;2023-10;40\n901;2023-11;44\n901;2023-12;38\n")

    assert found("id_fs;mois;CAF;MSA\n901;2024-01;3;500\n902;2024-01;900;\n") == [(2, "MSA", "jump")]
    assert found("id_fs;mois;CAF\n901;2024-01;390\n") == []
    batch = written("id_fs;mois;CAF;MSA\n901;2024-01;3;500\n")
    assert (batch.counts["warnings"], batch.counts["errors"], batch.counts["written"]) == (1, 0, 2)


def test_a_small_site_may_grow():
    written("id_fs;mois;CAF\n901;2023-10;2\n901;2023-11;3\n")

    assert found("id_fs;mois;CAF\n901;2024-01;190\n") == []


# --- The same, told twice ---------------------------------------------------------------------------


def test_a_total_beside_its_detail_is_worth_a_look():
    detail = "id_fs;mois;partenaire;demarche;demandes\n901;2024-01;CAF;RSA;40\n901;2024-01;CAF;;5\n"
    assert found(detail) == []  # those that name no démarche are not a total
    written(detail.rsplit("901", 1)[0])

    assert found("id_fs;mois;CAF\n901;2024-01;40\n902;2024-01;40\n901;2024-02;40\n") == [(2, "CAF", "added_up")]
    assert found(detail) == []  # the detail is told again, as it is kept
    assert found(detail.replace("RSA", "APL")) == [(3, "demandes", "added_up")]


# --- What came between ------------------------------------------------------------------------------


def test_what_another_import_changed_since_is_not_written_over():
    batch, data = received("id_fs;mois;CAF\n901;2024-01;40\n")
    written("id_fs;mois;CAF\n901;2024-01;41\n")

    with pytest.raises(work.ChangedSince):
        work.write(batch, data, None, TODAY)

    batch.refresh_from_db()
    assert (batch.status, activity()[0][4]) == ("ready", 41)


def test_a_batch_is_written_once():
    batch = written(LONG)

    with pytest.raises(work.NotAwaited):
        work.write(batch, LONG.encode(), None, TODAY)


def test_one_import_is_written_at_a_time():
    batch, data = received(LONG)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [work.LOCK])
    connection.cursor().execute("SET LOCAL lock_timeout = '20ms'")

    with pytest.raises(work.FiguresBusy, match="recommencez dans un instant"):
        work.write(batch, data, None, TODAY)

    other.close()
    work.write(batch, data, None, TODAY)
    assert MonthlyActivity.objects.count() == 3


def test_the_work_tells_how_far_it_is():
    class Told(list):
        def stage(self, words, total=0):
            self.append((words, total))

        def done(self, count):
            self.append(count)

    told_of = Told()
    batch = ActivityImport.objects.create(file_name="activite.csv", sha256="0" * 64)

    work.analyse(batch, LONG.encode(), TODAY, told_of)

    assert told_of[:3] == [("Lecture du fichier", 0), ("Lecture des chiffres", 3), 0]
    assert told_of[3:] == [("Vérification des chiffres", 0), ("Comparaison avec les chiffres enregistrés", 0)]


@pytest.mark.parametrize("how_many", [1, 300])
def test_a_file_costs_the_same_queries_however_long(how_many, django_assert_num_queries):
    rows = "".join(
        f"90{number % 3 + 1};{2022 + number // 12 % 2}-{number % 12 + 1:02};{number}\n" for number in range(how_many)
    )
    data = f"id_fs;mois;CAF\n{rows}".encode()
    batch = ActivityImport.objects.create(file_name="activite.csv", sha256="0" * 64)

    with django_assert_num_queries(QUERIES_OF_AN_ANALYSIS, exact=False):
        work.analyse(batch, data, TODAY)


# --- Taking back ------------------------------------------------------------------------------------


def everything():
    """All that an import may write, but for what tells of imports themselves."""
    tables = (
        "stats_monthlyactivity",
        "stats_monthlysatisfaction",
        "stats_replacedactivity",
        "stats_replacedsatisfaction",
    )
    totals = ("monthlytotal", "monthlybypartner", "monthlybydemarche")
    with connection.cursor() as cursor:
        sums = []
        for table in tables:
            cursor.execute(f"SELECT md5(string_agg(row::text, ',' ORDER BY row::text)) FROM {table} AS row")
            sums += cursor.fetchone()
        for table in totals:
            cursor.execute(
                f"SELECT md5(string_agg(row::text, ',' ORDER BY row::text))"
                f" FROM (SELECT to_jsonb(total) - 'id' FROM stats_{table} AS total) AS row"
            )
            sums += cursor.fetchone()
    return sums


def test_taking_an_import_back_leaves_everything_as_it_was():
    site = make_site(RODEZ, external_id="904", labelled_on=date(2020, 1, 1))
    report_activity(site, date(2023, 5, 1), 8, 3)
    report_satisfaction(site, date(2023, 5, 1), 8, 3)
    written(LONG)
    before = everything()

    correction = written(
        f"{HEADER}901;2024-01;CAF;;50;45\n904;2023-05;CAF;;9;\n902;2024-01;MSA;;1;\n903;2024-02;ANTS;Passeport;6;6\n"
    )
    opinions = written("id_fs;mois;repondants;tres_satisfaits\n904;2023-05;9;9\n901;2024-01;2;2\n")
    assert everything() != before
    check_totals()
    undo.take_back(correction, None)
    check_totals()
    undo.take_back(opinions, None)

    assert everything() == before
    assert (correction.status, correction.taken_back_by) == ("taken_back", None)
    check_totals()


def test_an_import_that_was_written_over_is_taken_back_after_the_later_one():
    first = written(LONG)
    second = written(f"{HEADER}901;2024-01;CAF;;50;45\n")
    before = everything()

    with pytest.raises(undo.CannotTakeBack, match=f"n° {second.pk} \\(activite.csv"):
        undo.take_back(first, None)

    assert everything() == before
    assert list(undo.later_imports(first)) == [second]
    undo.take_back(second, None)
    undo.take_back(first, None)
    assert not MonthlyActivity.objects.exists()
    check_totals()


def test_an_import_is_taken_back_once():
    batch = written(LONG)
    undo.take_back(batch, None)

    with pytest.raises(undo.CannotTakeBack, match="rien à annuler"):
        undo.take_back(batch, None)


# --- The commands -----------------------------------------------------------------------------------


def told(text, tmp_path, *options):
    path = tmp_path / "activite.csv"
    path.write_text(text, encoding="utf-8")
    out = io.StringIO()
    call_command("import_activity", str(path), *options, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def no_small_label(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: TODAY)


def test_the_command_only_tells_without_apply(tmp_path):
    said = told(LONG, tmp_path)

    assert "janvier 2024 : 0 → 1\N{NARROW NO-BREAK SPACE}252" in said
    assert "France Travail : 0 → 12" in said
    assert "ajoutez --apply" in said
    assert not ActivityImport.objects.exists()
    assert not MonthlyActivity.objects.exists()


def test_the_command_writes_once(tmp_path):
    first, again = (json.loads(told(LONG, tmp_path, "--apply", "--json")) for _ in range(2))

    assert first == {"rows": 3, "written": 3, "unchanged": 0, "errors": 0, "warnings": 0}
    assert again == {"rows": 3, "written": 0, "unchanged": 3, "errors": 0, "warnings": 0}
    batch = ActivityImport.objects.get()
    assert (batch.status, batch.file_name, bytes(batch.file.content)) == ("applied", "activite.csv", LONG.encode())


def test_the_command_fails_when_there_are_errors_and_says_where(tmp_path):
    out = io.StringIO()
    path = tmp_path / "activite.csv"
    path.write_text(f"{HEADER}901;2024-01;CAF;;40;41\n", encoding="utf-8")

    with pytest.raises(CommandError, match="Rien n'a été écrit"):
        call_command("import_activity", str(path), "--apply", stdout=out)

    assert "ligne 2, finalisees « 41 » : Il y a plus de démarches finalisées que de demandes." in out.getvalue()
    assert not ActivityImport.objects.exists()


def test_the_command_counts_a_file_that_cannot_be_read_as_an_error(tmp_path):
    out = io.StringIO()
    path = tmp_path / "activite.csv"
    path.write_text("a;b\n1;2\n", encoding="utf-8")

    with pytest.raises(CommandError, match="Première ligne attendue"):
        call_command("import_activity", str(path), "--json", stdout=out)

    assert json.loads(out.getvalue())["errors"] == 1


def test_the_command_takes_back(tmp_path):
    told(LONG, tmp_path, "--apply")
    number = ActivityImport.objects.get().pk

    call_command("take_back_activity", number, stdout=io.StringIO())
    assert MonthlyActivity.objects.count() == 3
    call_command("take_back_activity", number, "--apply", stdout=io.StringIO())

    assert not MonthlyActivity.objects.exists()
    assert ActivityImport.objects.get().status == "taken_back"
