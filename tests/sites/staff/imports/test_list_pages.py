"""The pages of a list's way: sent, followed, read, decided."""

import html
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sites.imports import lifecycle
from sites.imports.files import reader, workbook
from sites.models import ImportBatch, ImportFile, ImportProgress, Site
from sites.staff.imports.list_views import analysis_shown
from tests.people import make_agent, make_national, make_reader, signed_in
from tests.sites.imports.lists import ALBI, RODEZ, csv_of, xlsx_of
from tests.sites.staff.imports.ready import in_service, national, numbered, ready

pytestmark = pytest.mark.django_db
IMPORTS = "/gestion/imports/"
Status = ImportBatch.Status
BROKEN = ALBI | {"h_lundi": "25:00 - 26:00"}


@pytest.fixture
def desk():
    return national()


def file_of(data, name="liste.csv"):
    return SimpleUploadedFile(name, data)


def send(desk, data=None, name="liste.csv", mode="partielle"):
    form = {"mode": mode} if mode else {}
    if data is not None:
        form["file"] = file_of(data, name)
    return desk.post(IMPORTS, form)


def page_of(desk, batch, **query):
    return desk.get(f"{IMPORTS}{batch.pk}/", query)


def text(response):
    return " ".join(html.unescape(response.text).split())


def put(batch, status, **fields):
    applied_at = timezone.now() if status in ImportBatch.WAS_APPLIED else None
    ImportBatch.objects.filter(pk=batch.pk).update(status=status, applied_at=applied_at, **fields)
    batch.refresh_from_db()
    return batch


def status_of(batch):
    return ImportBatch.objects.get(pk=batch.pk).status


def waiting():
    return ProcrastinateJob.objects.filter(status="todo", queue_name="imports").count()


# --- Sending ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "is_complete"), [("partielle", False), ("complete", True)])
def test_a_list_that_is_sent_is_received_and_followed(desk, mode, is_complete):
    response = send(desk, csv_of(RODEZ), mode=mode)

    batch = ImportBatch.objects.get()
    assert response.headers["Location"] == f"{IMPORTS}{batch.pk}/"
    assert (batch.status, batch.file_name, batch.is_complete) == (Status.RECEIVED, "liste.csv", is_complete)
    assert bytes(ImportFile.objects.get().content) == csv_of(RODEZ)


@pytest.mark.parametrize(
    ("data", "mode", "sentences"),
    [
        (None, "partielle", ["Choisissez un fichier."]),
        (b"", "partielle", ["Le fichier est vide."]),
        (csv_of(RODEZ), None, ["Dites si la liste est partielle ou complète."]),
        (csv_of(RODEZ), "toutes", ["Dites si la liste est partielle ou complète."]),
        (None, None, ["Choisissez un fichier.", "Dites si la liste est partielle ou complète."]),
    ],
)
def test_a_form_that_lacks_something_says_what_and_receives_nothing(desk, data, mode, sentences):
    response = send(desk, data, mode=mode)

    assert response.status_code == 400
    assert "<title>Erreur : " in response.text
    assert [sentence for errors in response.context["form"].errors.values() for sentence in errors] == sentences
    assert all(sentence in text(response) for sentence in sentences)
    assert not ImportBatch.objects.exists()


def test_a_file_that_is_sent_as_text_is_no_file(desk):
    assert desk.post(IMPORTS, {"file": "liste.csv", "mode": "partielle"}).status_code == 400


@pytest.mark.parametrize(
    ("module", "data", "words"), [(reader, csv_of(RODEZ), "une liste"), (workbook, xlsx_of(["nom"]), "au format CSV")]
)
def test_a_file_that_is_too_big_for_its_kind_is_refused_with_its_limit(desk, monkeypatch, module, data, words):
    monkeypatch.setattr(module, "MAX_BYTES", len(data) - 1)

    response = send(desk, data, name="liste.doc")  # its kind is told by its content

    assert response.status_code == 400
    assert "Le fichier dépasse" in text(response)
    assert words in response.context["form"].errors["file"][0]
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("é" * 300 + ".csv", None),
        ("../../etc/passwd", "passwd"),
        ("C:\\listes\\septembre.csv", "septembre.csv"),
        ("liste\n\x07\x1b[31m.csv", None),
        ("\u202evsc.etsil\u2066", None),
        ("<script>alert(1)</script>.csv", None),
        ('liste";x="\r\nSet-Cookie: a=b.csv', None),
    ],
)
def test_a_hostile_name_is_kept_harmless_and_shown_as_text(desk, name, kept):
    send(desk, csv_of(RODEZ), name)

    batch = ImportBatch.objects.get()
    lifecycle.analyse(batch)
    assert 0 < len(batch.file_name) <= 200
    assert kept is None or batch.file_name == kept
    assert batch.file_name.isprintable()
    for page in (desk.get(IMPORTS), page_of(desk, batch)):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    response = desk.get(f"{IMPORTS}{batch.pk}/fichier/")
    assert b"".join(response) == csv_of(RODEZ)


# --- The lists that were received ------------------------------------------------------------------


def test_without_any_list_the_page_says_so(desk):
    assert "Aucune liste pour l'instant" in text(desk.get(IMPORTS))


def test_every_list_is_there_the_latest_first_and_its_state_is_told(desk):
    batches = [put(ready(RODEZ), status, file_name=f"{status}.csv") for status in Status]

    response = desk.get(IMPORTS)

    assert list(response.context["page"]) == batches[::-1]
    for status in Status:
        assert f"{status.label}</p>" in html.unescape(response.text)


@pytest.mark.parametrize("page", ["2", "0", "-1", "99", "beaucoup"])
def test_lists_are_shown_by_pages_whatever_number_is_asked(desk, page):
    ImportBatch.objects.bulk_create(ImportBatch(file_name=f"{number}.csv") for number in range(25))

    assert desk.get(IMPORTS, {"page": page}).status_code == 200


def cost(desk, address):
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(address).status_code == 200
    return len(queries)


def test_the_page_of_lists_costs_the_same_however_many(desk):
    costs = []
    for how_many in (1, 9):
        for _ in range(how_many):
            people = {name: make_national() for name in ("received_by", "applied_by", "taken_back_by")}
            put(ready(RODEZ), Status.TAKEN_BACK, **people)
        costs.append(cost(desk, IMPORTS))

    assert costs[0] == costs[1]


@pytest.mark.parametrize("status", [Status.READY, Status.APPLIED, Status.REFUSED])
def test_the_page_of_a_list_costs_the_same_however_long_it_is(desk, status):
    costs = [cost(desk, f"{IMPORTS}{put(ready(*numbered(rows)), status).pk}/") for rows in (1, 40)]

    assert costs[0] == costs[1]


# --- A list, at whatever point of its way ----------------------------------------------------------

SAYS = {
    Status.RECEIVED: ["Étape 2 sur 4", "Cette page se met à jour toute seule"],
    Status.REFUSED: ["Étape 2 sur 4", "Que faire ?", "déposez-le de nouveau", "Relire le fichier ainsi"],
    Status.READY: ["Étape 3 sur 4", "Ce que la liste changerait", "Appliquer la liste", "Abandonner cette liste"],
    Status.CONFIRMED: ["Étape 4 sur 4", "Cette page se met à jour toute seule"],
    Status.APPLIED: ["Étape 4 sur 4", "Ce que la liste a dit", "Annuler cette liste…"],
    Status.TAKING_BACK: ["Cette page se met à jour toute seule"],
    Status.TAKEN_BACK: ["Annulée le", "ce que l'annulation a laissé tel quel"],
    Status.ABANDONED: ["Rien n'a été écrit", "Fichier reçu"],
}


@pytest.mark.parametrize("status", list(Status))
def test_a_list_says_where_it_is_and_what_can_be_done(desk, status):
    fields = {"taken_back_at": timezone.now()} if status == Status.TAKEN_BACK else {}
    batch = put(ready(RODEZ), status, message="Une phrase.", **fields)

    response = page_of(desk, batch)

    assert response.status_code == 200
    assert all(words in text(response) for words in [status.label, "Une phrase.", *SAYS[status]])
    assert ("Appliquer la liste" in text(response)) == (status == Status.READY)
    assert ("Abandonner cette liste" in text(response)) == (status in (Status.READY, Status.REFUSED))


@pytest.mark.parametrize("status", list(Status))
def test_a_page_comes_again_by_itself_only_while_something_is_at_work(desk, status):
    batch = put(ready(RODEZ), status)

    assert ("Refresh" in page_of(desk, batch).headers) == (status in ImportBatch.IN_PROGRESS)
    assert "Refresh" not in page_of(desk, batch, actualiser="non").headers


def test_progress_is_told_and_silence_too(desk):
    batch = put(ready(RODEZ), Status.CONFIRMED)
    ImportProgress.objects.create(batch=batch, stage="Écriture des sites", done=25_000, total=100_000)
    assert "Écriture des sites : 25 000 sur 100 000 lignes (25 %)" in text(page_of(desk, batch)).replace("\xa0", " ")
    assert "Rien n'a avancé" not in text(page_of(desk, batch))

    ago = timezone.now() - timedelta(minutes=3)
    ImportProgress.objects.update(updated_at=ago)
    ImportBatch.objects.update(received_at=ago)

    assert "Rien n'a avancé depuis plus de 2 minutes" in text(page_of(desk, batch))


def test_a_list_already_applied_is_recognised(desk):
    put(ready(RODEZ), Status.APPLIED)

    assert "Ce fichier a déjà été appliqué le" in text(page_of(desk, ready(RODEZ)))


def test_a_list_that_says_nothing_new_offers_nothing_to_apply(desk):
    in_service(RODEZ)

    response = page_of(desk, ready(RODEZ))

    assert lifecycle.NOTHING_TO_DO in text(response)
    assert "Appliquer" not in text(response)


# --- Deciding --------------------------------------------------------------------------------------


def confirm(desk, batch, follow=False, **form):
    batch = ImportBatch.objects.get(pk=batch.pk)
    return desk.post(f"{IMPORTS}{batch.pk}/confirmer/", {"analyse": analysis_shown(batch)} | form, follow=follow)


def test_a_list_is_confirmed_and_followed(desk):
    batch = ready(RODEZ)

    response = confirm(desk, batch)

    assert response.headers["Location"] == f"{IMPORTS}{batch.pk}/"
    assert (status_of(batch), waiting()) == (Status.CONFIRMED, 1)


NUMBER = "nombre_changed"


@pytest.fixture
def alarming():
    """A list that changes 1 300 sites, as it would be told."""
    in_service(ALBI)
    batch = ready(RODEZ)
    batch.counts["updated"] = 1300
    batch.save()
    return batch


@pytest.mark.parametrize("typed", [None, "", "   ", "1301", "-1300", "1300.0", "mille trois cents"])
def test_an_alarm_holds_until_its_number_is_typed(desk, alarming, typed):
    response = confirm(desk, alarming, **({} if typed is None else {NUMBER: typed}))

    assert response.status_code == 400
    assert "tapez 1 300" in text(response)
    assert 'aria-invalid="true"' in response.text
    assert (status_of(alarming), waiting()) == (Status.READY, 0)


@pytest.mark.parametrize("typed", ["1300", "1 300", " 1300 ", "1\u00a0300", "1\u202f300"])
def test_a_number_is_typed_with_any_space_or_none(desk, alarming, typed):
    confirm(desk, alarming, **{NUMBER: typed})

    assert (status_of(alarming), waiting()) == (Status.CONFIRMED, 1)


def test_what_was_typed_is_given_back(desk, alarming):
    response = confirm(desk, alarming, **{NUMBER: '12"><script>'})

    assert 'value="12&quot;&gt;&lt;script&gt;"' in response.text


def test_a_list_with_errors_is_applied_by_its_valid_lines_only(desk):
    batch = ready(RODEZ, BROKEN)
    assert "Appliquer seulement les lignes sans erreur" in text(page_of(desk, batch))

    refused = confirm(desk, batch, follow=True)
    assert "Cette liste a des erreurs" in text(refused)
    assert status_of(batch) == Status.READY
    confirm(desk, batch, lignes="valides")

    batch.refresh_from_db()
    assert (batch.status, batch.valid_rows_only) == (Status.CONFIRMED, True)


def test_each_alarm_has_its_number(desk):
    in_service(*numbered(12))
    batch = ready(RODEZ, is_complete=True)
    assert list(page_of(desk, batch).context["form"].fields) == ["nombre_absent", "nombre_changed", "nombre_few"]

    assert confirm(desk, batch, nombre_absent="12", nombre_changed="12").status_code == 400
    confirm(desk, batch, nombre_absent="12", nombre_changed="12", nombre_few="0")

    assert status_of(batch) == Status.CONFIRMED


def test_valid_lines_close_nothing_and_ask_for_no_number(desk):
    in_service(*numbered(12))
    batch = ready(RODEZ, BROKEN, is_complete=True)

    assert not page_of(desk, batch).context["form"].fields
    confirm(desk, batch, lignes="valides")
    lifecycle.apply_list(batch)

    assert Site.objects.open_to_public().count() == 13


def test_of_two_administrators_the_second_is_told(desk):
    batch = ready(RODEZ)
    confirm(national(), batch)

    response = confirm(desk, batch, follow=True)

    assert "Cette liste n'attend plus cette action : elle est « application en cours »" in text(response)
    assert waiting() == 1


@pytest.mark.parametrize("action", ["confirmer", "abandonner", "relire"])
def test_what_has_been_decided_is_not_decided_again(desk, action):
    batch = put(ready(RODEZ), Status.APPLIED)

    response = desk.post(f"{IMPORTS}{batch.pk}/{action}/", follow=True)

    assert "elle est « appliquée »" in text(response)
    assert (status_of(batch), waiting()) == (Status.APPLIED, 0)


def test_a_list_is_abandoned(desk):
    batch = ready(RODEZ)

    response = desk.post(f"{IMPORTS}{batch.pk}/abandonner/", follow=True)

    assert "La liste est abandonnée : rien n'a été écrit." in text(response)
    assert status_of(batch) == Status.ABANDONED


@pytest.mark.parametrize(("encoding", "delimiter"), [("", ""), ("cp1252", ";"), ("utf-16", "\t")])
def test_a_file_is_read_again_as_asked(desk, encoding, delimiter):
    batch = ready(RODEZ)

    desk.post(f"{IMPORTS}{batch.pk}/relire/", {"encoding": encoding, "delimiter": delimiter})

    batch.refresh_from_db()
    assert (batch.status, batch.asked_encoding, batch.asked_delimiter) == (Status.RECEIVED, encoding, delimiter)
    assert waiting() == 1


@pytest.mark.parametrize("form", [{"encoding": "rot13"}, {"delimiter": "|"}, {"encoding": "\x00"}])
def test_a_way_to_read_that_is_not_offered_is_refused(desk, form):
    batch = ready(RODEZ)

    response = desk.post(f"{IMPORTS}{batch.pk}/relire/", form, follow=True)

    assert "Choisissez l'encodage et le séparateur dans les listes proposées" in text(response)
    assert (status_of(batch), waiting()) == (Status.READY, 0)


# --- Whose pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_agent, make_reader])
def test_only_national_administrators_know_that_lists_exist(make):
    batch, outsider = ready(RODEZ), signed_in(make())

    assert outsider.get(IMPORTS).status_code == 404
    assert send(outsider, csv_of(RODEZ)).status_code == 404
    assert page_of(outsider, batch).status_code == 404
    for action in ("confirmer", "abandonner", "relire"):
        assert outsider.post(f"{IMPORTS}{batch.pk}/{action}/").status_code == 404
    assert (status_of(batch), waiting()) == (Status.READY, 0)


def test_demonstration_data_is_no_list(desk):
    batch = ready(RODEZ)
    ImportBatch.objects.update(is_demo=True)

    assert list(desk.get(IMPORTS).context["page"]) == []
    assert page_of(desk, batch).status_code == 404
    assert confirm(desk, batch).status_code == 404


@pytest.mark.parametrize("action", ["confirmer", "abandonner", "relire"])
def test_nothing_is_decided_by_reading_a_page_and_who_signs_in_again_is_led_to_the_list(desk, action):
    batch = ready(RODEZ)

    response = desk.get(f"{IMPORTS}{batch.pk}/{action}/")

    assert (response.status_code, response["Location"]) == (302, f"{IMPORTS}{batch.pk}/")
    assert status_of(batch) == Status.READY
