"""Where a prefecture holds a value and the list says another: theirs is kept, unless the list's is chosen."""

import html

import pytest
from django.contrib.gis.geos import Point

from sites.imports import choosing, lifecycle
from sites.models import ImportBatch, ListProposal, Site
from tests.sites.imports.lists import ALBI, RODEZ
from tests.sites.staff.imports.ready import applied, in_service, national, numbered, ready

pytestmark = pytest.mark.django_db


def hold(**values):
    names = {"commune_id": "commune"}
    Site.objects.update(locally_owned_fields=sorted(names.get(name, name) for name in values), **values)


def page_of(batch, **query):
    return national().get(f"/gestion/imports/{batch.pk}/tenus/", query)


def send(batch, **form):
    return national().post(f"/gestion/imports/{batch.pk}/tenus/", form, follow=True)


def pair(row, choice):
    return f"{row.pk}:{choice}"


def taken(batch):
    return list(batch.rows.order_by("pk").values_list("taken", flat=True))


@pytest.fixture
def held():
    """A list that contests the phone and the note of two sites."""
    in_service(*numbered(2))
    hold(phone="05 00 00 00 00", note="Sonnez")
    return ready(*numbered(2))


def test_the_page_shows_the_prefecture_s_value_and_the_list_s(held):
    response = page_of(held)

    assert response.context["columns"] == [("phone", "Téléphone", 2, 0), ("note", "Précisions", 2, 0)]
    (phone, note) = response.context["rows"][0].choices
    assert [(line.before, line.after) for line in phone.lines] == [("05 00 00 00 00", "05 36 49 00 01")]
    assert [(line.before, line.after) for line in note.lines] == [("Sonnez", "Fermé les jours fériés")]


def test_by_default_the_prefecture_s_values_are_kept_and_the_list_s_proposed(held):
    applied(held)

    assert set(Site.objects.values_list("phone", "note")) == {("05 00 00 00 00", "Sonnez")}
    assert ListProposal.objects.filter(field="phone", value="05 36 49 00 01").count() == 2


def test_a_whole_column_is_taken_then_written(held):
    response = send(held, prendre="phone")
    applied(held)

    assert "seront prises partout" in response.text
    assert set(Site.objects.values_list("phone", "note")) == {("05 36 49 00 01", "Sonnez")}
    assert set(ListProposal.objects.values_list("field", flat=True)) == {"note"}


def test_a_value_that_is_taken_stays_held_by_the_prefecture(held):
    send(held, prendre="phone")
    applied(held)

    assert all("phone" in site.locally_owned_fields for site in Site.objects.all())


def test_a_column_that_was_taken_is_kept_again(held):
    send(held, prendre="phone")
    send(held, prendre="note")
    send(held, garder="phone")

    assert taken(held) == [["note"], ["note"]]


def test_taking_twice_is_taking_once(held):
    send(held, prendre="phone")
    send(held, prendre="phone")

    assert taken(held) == [["phone"], ["phone"]]


def test_row_by_row_what_is_ticked_is_taken_and_what_is_not_is_kept(held):
    send(held, prendre="note")
    first, second = held.rows.order_by("pk")

    send(
        held,
        montre=[pair(first, "phone"), pair(first, "note"), pair(second, "phone")],
        pris=[pair(first, "phone"), pair(second, "phone")],
    )

    assert [sorted(fields) for fields in taken(held)] == [["phone"], ["note", "phone"]]


def test_what_the_page_did_not_show_does_not_change(held):
    send(held, prendre="phone")
    first, _second = held.rows.order_by("pk")

    send(held, montre=[pair(first, "phone")], pris=[])

    assert taken(held) == [[], ["phone"]]


def test_a_commune_goes_with_its_postal_code():
    in_service(RODEZ)
    hold(commune_id="12176", postal_code="12850")
    batch = ready(RODEZ)

    send(batch, prendre="commune")
    applied(batch)

    site = Site.objects.get()
    assert sorted(batch.rows.get().taken) == ["commune", "postal_code"]
    assert (site.commune_id, site.postal_code) == ("12202", "12000")
    assert not ListProposal.objects.exists()


def test_a_commune_that_is_held_alone_can_be_taken():
    in_service(RODEZ)
    hold(commune_id="12176")
    batch = ready(RODEZ)

    (told,) = page_of(batch).context["rows"]
    send(batch, prendre="commune")
    applied(batch)

    site = Site.objects.get()
    assert [(line.before, line.after) for line in told.choices[0].lines] == [("12000 Onet-le-Château", "12000 Rodez")]
    assert (site.commune_id, site.postal_code) == ("12202", "12000")


def test_a_point_that_is_taken_moves():
    in_service(RODEZ)
    hold(location=Point(2.6, 44.4, srid=4326))
    batch = ready(RODEZ)

    send(batch, prendre="location")
    applied(batch)

    assert Site.objects.get().location.coords == (2.5734, 44.3526)


def test_hours_that_are_taken_are_written_day_by_day():
    (site,) = in_service(RODEZ)
    site.weekly_slots.filter(weekday=1).delete()
    Site.objects.update(locally_owned_fields=["hours"])
    batch = ready(RODEZ)

    send(batch, prendre="hours")
    applied(batch)

    assert site.weekly_slots.filter(weekday=1).count() == 2


def test_a_list_that_only_takes_values_can_be_confirmed(held):
    ListProposal.objects.all().delete()
    applied(held)  # everything is proposed already
    again = ready(*numbered(2))
    before = lifecycle.can_be_confirmed(again)

    send(again, prendre="phone")

    assert (before, lifecycle.can_be_confirmed(again)) == (False, True)


@pytest.mark.parametrize("form", [{"prendre": "phone"}, {"garder": "note"}, {"montre": "phone", "pris": "phone"}])
def test_once_the_list_is_confirmed_nothing_is_chosen_any_more(held, form):
    send(held, prendre="note")
    ImportBatch.objects.update(status="confirmed")
    row = held.rows.order_by("pk").first()

    texts = {name: pair(row, value) if name in ("montre", "pris") else value for name, value in form.items()}
    response = send(held, **texts)

    assert "Rien n'a été changé" in html.unescape(response.text)
    assert taken(held) == [["note"], ["note"]]
    assert "Prendre celles de la liste" not in page_of(held).text


def test_a_page_opened_before_the_list_was_analysed_again_changes_nothing(held):
    first, _second = held.rows.order_by("pk")
    lifecycle.analyse(held)

    response = send(held, montre=[pair(first, "phone")], pris=[pair(first, "phone")])

    assert "analysée de nouveau" in response.text
    assert taken(held) == [[], []]


def test_a_row_of_another_list_is_not_touched(held):
    other = ready(*numbered(2))
    row = other.rows.order_by("pk").first()

    send(held, montre=[pair(row, "phone")], pris=[pair(row, "phone")])

    assert taken(other) == [[], []]


@pytest.mark.parametrize(
    "form", [{}, {"prendre": "status"}, {"montre": "x:phone"}, {"montre": "1:name", "pris": "²:phone"}]
)
def test_a_form_that_means_nothing_changes_nothing(held, form):
    assert send(held, **form).status_code == 200
    assert taken(held) == [[], []]


def test_a_column_is_shown_alone():
    in_service(*numbered(2))
    hold(phone="05 00 00 00 00")
    Site.objects.filter(external_id="8001").update(note="Sonnez", locally_owned_fields=["note", "phone"])
    batch = ready(*numbered(2))

    response = page_of(batch, champ="note")

    assert [told.row.external_id for told in response.context["rows"]] == ["8001"]
    assert "Sonnez" in response.text
    assert "05 36 49 00 01" not in response.text


def test_every_row_to_choose_is_on_one_page_and_one_only():
    in_service(*numbered(30))
    hold(phone="05 00 00 00 00")
    batch = ready(*numbered(30), ALBI)

    seen = [told.row.line for page in (1, 2) for told in page_of(batch, page=page).context["rows"]]

    assert seen == list(range(2, 32))


def test_the_summary_counts_the_choices_to_make(held):
    assert held.counts["held"] == sum(number for number, _taken in choosing.counts(held).values()) == 4


def test_the_lines_mark_what_the_prefecture_holds(held):
    send(held, prendre="phone")

    text = national().get(f"/gestion/imports/{held.pk}/lignes/").text

    assert "la valeur de la liste sera prise" in text
    assert "sa valeur est gardée" in text
