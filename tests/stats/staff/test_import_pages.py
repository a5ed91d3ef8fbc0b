"""The pages of the imports of figures: sent, read, confirmed, applied, taken back, each told in French."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from stats.imports import lifecycle
from stats.models import ActivityImport, MonthlyActivity
from tests.factories import RODEZ, make_import, make_site, report_activity
from tests.people import make_agent, make_national, signed_in

pytestmark = pytest.mark.django_db
Status = ActivityImport.Status
IMPORTS = "/gestion/activite/"
GOOD = "id_fs;mois;partenaire;demandes;finalisees\n{id};2023-03;CAF;40;30\n{id};2023-03;ANTS;9;\n"
BAD = "id_fs;mois;partenaire;demandes;finalisees\n{id};2023-03;CAF;40;50\n{id};2099-03;ANTS;9;\n"


@pytest.fixture
def site():
    call_command("load_demarches", verbosity=0)
    return make_site(RODEZ)


@pytest.fixture
def national():
    return signed_in(make_national())


def sent(national, site, text=GOOD):
    """The import of a file, as its form receives it."""
    file = SimpleUploadedFile("mars.csv", text.format(id=site.external_id).encode())
    response = national.post(IMPORTS, {"file": file})
    assert response.status_code == 302, response.content.decode()
    return ActivityImport.objects.latest("pk")


def analysed(national, site, text=GOOD):
    batch = sent(national, site, text)
    lifecycle.analyse(batch)
    batch.refresh_from_db()
    return batch


def applied(national, site):
    batch = analysed(national, site)
    national.post(f"{IMPORTS}{batch.pk}/confirmer/", {"analyse": batch.analysed_at.isoformat()})
    lifecycle.write(ActivityImport.objects.get(pk=batch.pk))
    batch.refresh_from_db()
    return batch


def text_of(response):
    return " ".join(response.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ").split())


@pytest.mark.parametrize("address", ["", "{pk}/", "{pk}/annuler/", "{pk}/fichier/", "{pk}/remarques.csv"])
def test_only_national_administrators_come_in(address):
    batch = make_import()

    assert signed_in(make_agent()).get(IMPORTS + address.format(pk=batch.pk)).status_code == 404


def test_demonstration_figures_are_no_import(national):
    assert national.get(f"{IMPORTS}{make_import(is_demo=True).pk}/").status_code == 404


def test_a_file_is_kept_and_its_analysis_awaited(national, site):
    batch = sent(national, site)

    assert batch.status == Status.RECEIVED
    assert bytes(batch.file.content).startswith(b"id_fs;mois")
    assert ProcrastinateJob.objects.filter(task_name="stats.tasks.analyse", args__figures_pk=batch.pk).exists()
    page = national.get(f"{IMPORTS}{batch.pk}/")
    assert page["Refresh"] == f"3; url={IMPORTS}{batch.pk}/"
    assert "Cette page se met à jour toute seule" in text_of(page)
    assert "Refresh" not in national.get(f"{IMPORTS}{batch.pk}/?actualiser=non")


def test_no_file_is_told(national):
    response = national.post(IMPORTS, {})

    assert response.status_code == 400
    assert "Choisissez un fichier." in text_of(response)


def test_what_a_file_changes_is_shown_before_it_is_applied(national, site):
    report_activity(site, date(2023, 3, 1), 25, partner="caf")
    batch = analysed(national, site)

    page = text_of(national.get(f"{IMPORTS}{batch.pk}/"))

    assert "À confirmer" in page
    assert '<th scope="row">mars 2023</th><td class="fs-number">25</td><td class="fs-number">49</td>' in page
    assert "Appliquer ces chiffres" in page
    assert MonthlyActivity.objects.get().requests == 25


def test_errors_are_told_where_they_are_and_nothing_can_be_applied(national, site):
    batch = analysed(national, site, BAD)

    page = text_of(national.get(f"{IMPORTS}{batch.pk}/"))

    assert "Ligne 2" in page
    assert "Colonne finalisees" in page
    assert "2 erreurs" in page
    assert "Appliquer ces chiffres" not in page
    refused = national.post(f"{IMPORTS}{batch.pk}/confirmer/", {"analyse": batch.analysed_at.isoformat()}, follow=True)
    assert "il ne peut pas être appliqué" in text_of(refused)


def test_one_kind_of_remark_is_shown_alone(national, site):
    batch = analysed(national, site, BAD)

    page = text_of(national.get(f"{IMPORTS}{batch.pk}/?nature=future_month"))

    assert "Ligne 3" in page
    assert "Ligne 2" not in page


def test_remarks_are_a_file_too(national, site):
    batch = analysed(national, site, BAD)

    lines = national.get(f"{IMPORTS}{batch.pk}/remarques.csv").content.decode("utf-8-sig").splitlines()

    assert lines[0].startswith("Ligne;Cellule;Colonne;Valeur")
    assert [line.split(";")[0] for line in lines[1:]] == ["2", "3"]


def test_a_file_that_cannot_be_read_says_why(national, site):
    batch = analysed(national, site, "nom;prenom\nDupont;{id}\n")

    page = text_of(national.get(f"{IMPORTS}{batch.pk}/"))

    assert batch.status == Status.REFUSED
    assert "Fichier refusé" in page
    assert "déposez-le de nouveau" in page


def test_confirmed_then_applied_then_taken_back(national, site):
    batch = applied(national, site)

    assert batch.status == Status.APPLIED
    assert sorted(MonthlyActivity.objects.values_list("partner", "requests")) == [("ants", 9), ("caf", 40)]
    assert "Annuler cet import" in text_of(national.get(f"{IMPORTS}{batch.pk}/"))

    assert "2 chiffres" in text_of(national.get(f"{IMPORTS}{batch.pk}/annuler/"))
    national.post(f"{IMPORTS}{batch.pk}/annuler/")
    lifecycle.take_back_figures(ActivityImport.objects.select_related("taken_back_by").get(pk=batch.pk))
    assert not MonthlyActivity.objects.exists()
    assert "Annulé" in text_of(national.get(f"{IMPORTS}{batch.pk}/"))


def test_the_analysis_that_was_read_is_the_one_that_is_confirmed(national, site):
    batch = analysed(national, site)

    response = national.post(f"{IMPORTS}{batch.pk}/confirmer/", {"analyse": "2020-01-01"}, follow=True)

    assert "analysé de nouveau" in text_of(response)
    batch.refresh_from_db()
    assert batch.status == Status.READY


def test_figures_that_changed_meanwhile_are_shown_again(national, site):
    batch = analysed(national, site)
    national.post(f"{IMPORTS}{batch.pk}/confirmer/", {"analyse": batch.analysed_at.isoformat()})
    report_activity(site, date(2023, 3, 1), 25, partner="caf")

    lifecycle.write(ActivityImport.objects.get(pk=batch.pk))

    batch.refresh_from_db()
    assert batch.status == Status.READY
    assert "D'autres chiffres ont été écrits" in batch.message
    assert batch.totals[0][2:] == [25, 40]
    assert MonthlyActivity.objects.get().requests == 25


def test_an_import_that_was_written_over_says_what_to_take_back_first(national, site):
    first = applied(national, site)
    later = analysed(national, site, GOOD.replace("40;30", "41;30"))
    national.post(f"{IMPORTS}{later.pk}/confirmer/", {"analyse": later.analysed_at.isoformat()})
    lifecycle.write(ActivityImport.objects.get(pk=later.pk))

    page = national.get(f"{IMPORTS}{first.pk}/annuler/")

    assert "Annulez-les d'abord" in text_of(page).replace("&#x27;", "'")
    assert f"/gestion/activite/{later.pk}/" in text_of(page)
    assert '<button class="fr-btn" type="submit">Annuler' not in text_of(page)


def test_the_same_file_is_recognised(national, site):
    first = applied(national, site)
    again = analysed(national, site)

    page = text_of(national.get(f"{IMPORTS}{again.pk}/"))

    assert f'href="{IMPORTS}{first.pk}/"' in page
    assert "il n&#x27;y a rien à appliquer" in page


def test_an_abandoned_file_writes_nothing(national, site):
    batch = analysed(national, site)

    response = national.post(f"{IMPORTS}{batch.pk}/abandonner/", follow=True)

    assert "rien n'a été écrit" in text_of(response).replace("&#x27;", "'")
    late = national.post(f"{IMPORTS}{batch.pk}/confirmer/", {"analyse": batch.analysed_at.isoformat()}, follow=True)
    assert "il est « abandonné »" in text_of(late)


def test_the_received_file_is_given_back_unchanged(national, site):
    batch = sent(national, site)

    response = national.get(f"{IMPORTS}{batch.pk}/fichier/")

    assert response.content == GOOD.format(id=site.external_id).encode()
    assert 'filename="mars.csv"' in response["Content-Disposition"]


@pytest.mark.parametrize("lines", [1, 30])
def test_a_page_costs_the_same_however_many_remarks(national, site, lines):
    text = "id_fs;mois;partenaire;demandes;finalisees\n" + f"{site.external_id};2023-03;CAF;1;5\n" * lines
    batch = analysed(national, site, text)
    address = f"{IMPORTS}{batch.pk}/"
    national.get(address)

    with CaptureQueriesContext(connection) as queries:
        national.get(address)

    assert len(queries) == 11
