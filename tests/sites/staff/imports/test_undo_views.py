"""The page that takes a list back: it says all that would be undone, and what would not, before anyone presses."""

import pytest

from sites.imports import lifecycle
from sites.models import ImportBatch
from tests.people import make_national, signed_in
from tests.sites.imports.lists import ALBI, RODEZ
from tests.sites.imports.test_undo import edit, imported, take_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return signed_in(make_national())


def address(batch):
    return f"/gestion/imports/{batch.pk}/annuler/"


def text_of(response):
    return " ".join(response.content.decode().split())


def test_it_says_what_would_be_undone_and_writes_nothing(desk):
    imported(RODEZ)
    batch = imported(RODEZ | {"telephone": "05 36 49 00 99"}, ALBI)

    response = desk.get(address(batch))

    text = text_of(response)
    assert "<strong>1</strong> site modifié par la liste : remis comme avant." in text
    assert "<strong>1</strong> site ajouté par la liste : retiré de l'annuaire public" in text
    assert "Annuler la liste : 2 sites" in text
    batch.refresh_from_db()
    assert batch.status == ImportBatch.Status.APPLIED


def test_a_site_edited_since_is_shown_with_its_three_values(desk):
    imported(RODEZ, ALBI)
    batch = imported(RODEZ | {"telephone": "05 36 49 00 99", "h_lundi": ""}, ALBI)
    edit("7001", phone="05 36 49 00 77")

    response = desk.get(address(batch))

    ((_, values),) = response.context["shown"]
    told = {value.label: (value.before, value.wrote, value.now, value.since) for value in values}
    assert told == {
        "Téléphone": ("05 36 49 00 01", "05 36 49 00 99", "05 36 49 00 77", True),
        "Horaires du lundi": ("9 h - 12 h, 14 h - 17 h", "Fermé", "Fermé", False),
    }
    assert not response.context["undone"].does_something
    assert 'type="submit">Annuler la liste' not in response.content.decode()


def test_all_the_sites_that_stay_are_shown_page_by_page(desk):
    rows = [RODEZ | {"id_fs": str(7100 + number)} for number in range(45)]
    imported(*rows)
    batch = imported(*(row | {"telephone": "05 36 49 00 99"} for row in rows))
    for row in rows:
        edit(row["id_fs"], phone="05 36 49 00 77")

    pages = [desk.get(address(batch), {"page": number}).context["shown"] for number in (1, 2, 3)]

    assert {refusal.external_id for page in pages for refusal, _ in page} == {row["id_fs"] for row in rows}


def test_pressing_has_the_worker_take_it_back(desk):
    batch = imported(RODEZ)

    response = desk.post(address(batch))

    batch.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, f"/gestion/imports/{batch.pk}/")
    assert batch.status == ImportBatch.Status.TAKING_BACK
    lifecycle.take_back_list(batch)
    batch.refresh_from_db()
    assert batch.message == "Liste annulée : 1 site ajouté par la liste, retiré."


def test_who_presses_second_is_told(desk):
    batch = imported(RODEZ)
    desk.post(address(batch))

    response = desk.post(address(batch), follow=True)

    assert [str(message) for message in response.context["messages"]][-1] == (
        "Cette liste n'attend plus cette action : elle est « annulation en cours »."
    )


def test_what_was_left_is_shown_afterwards(desk):
    imported(RODEZ, ALBI)
    batch = imported(RODEZ | {"telephone": "05 36 49 00 99"}, ALBI | {"telephone": "05 36 49 00 99"})
    edit("7001", phone="05 36 49 00 77")
    take_back(batch)

    response = desk.get(address(batch))

    assert [refusal.external_id for refusal, _ in response.context["shown"]] == ["7001"]
    assert "1 site laissé tel quel, modifié depuis la liste" in text_of(response)


@pytest.mark.parametrize("status", ["received", "refused", "ready", "confirmed", "taking_back", "abandoned"])
def test_a_list_that_is_not_applied_leads_to_its_own_page(status, desk):
    batch = imported(RODEZ)
    ImportBatch.objects.filter(pk=batch.pk).update(status=status)

    response = desk.get(address(batch))

    assert (response.status_code, response["Location"]) == (302, f"/gestion/imports/{batch.pk}/")


@pytest.mark.parametrize("how_many", [1, 15])
def test_the_page_costs_the_same_however_many_sites_were_edited(how_many, desk, django_assert_num_queries):
    rows = [RODEZ | {"id_fs": str(7100 + number)} for number in range(how_many)]
    imported(*rows)
    batch = imported(*(row | {"telephone": "05 36 49 00 99"} for row in rows))
    for row in rows:
        edit(row["id_fs"], phone="05 36 49 00 77")

    with django_assert_num_queries(18):
        desk.get(address(batch))
