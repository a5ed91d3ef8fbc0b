"""The pages of a site's history: read, compared, put back."""

from datetime import date

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from franceservices.accounts.models import User
from sites.models import Closure, Site
from sites.records.record import record_of
from sites.staff import history, putting_back
from sites.staff.saving import save
from tests.factories import METZ, RODEZ, SAINT_DENIS_REUNION, make_site
from tests.people import grant, make_agent, make_national, make_reader, make_user, signed_in
from tests.sites.imports.lists import RODEZ as LISTED
from tests.sites.imports.lists import import_rows
from tests.sites.staff.past import happening, utc

pytestmark = pytest.mark.django_db
ADDED, IN_MARCH, IN_APRIL = utc(2026, 1, 5), utc(2026, 3, 12, 13, 5), utc(2026, 4, 2, 8)


@pytest.fixture
def site():
    with happening(ADDED):
        return make_site(phone="05 36 49 00 01")


@pytest.fixture
def agent():
    return make_agent("12")


@pytest.fixture
def client(agent):
    return signed_in(agent)


def edit(site, at, **changed):
    """Save values of a record (__ for a dot) as the page of a site does."""
    user = User.objects.first() or make_agent()
    before = record_of(site)
    with happening(at, user=user.pk, source="form"):
        save(Site.objects.all(), site.pk, before, before | {k.replace("__", "."): v for k, v in changed.items()}, user)


def address(site, page, /, **query):
    return f"/gestion/sites/{site.external_id}/{page}/" + (
        "?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""
    )


def moment(at):
    return at.isoformat().replace("+00:00", "Z")


def token_of(response):
    return response.context["token"]


def written(site):
    """All that a POST could write on a site and its history."""
    return record_of(site), history.moments(site).count(), Site.objects.values().get(pk=site.pk)


# --- Reading ---------------------------------------------------------------------------------------


def test_what_a_list_changed_leads_national_administrators_to_that_list(client):
    batch = import_rows(LISTED)[1]
    page = f"/gestion/sites/{LISTED['id_fs']}/historique/"

    assert f'href="/gestion/imports/{batch.pk}/"' in signed_in(make_national()).get(page).text
    assert "/gestion/imports/" not in client.get(page).text


def test_demonstration_data_is_no_list_to_see():
    import_rows(LISTED, is_demo=True)

    page = signed_in(make_national()).get(f"/gestion/sites/{LISTED['id_fs']}/historique/").text

    assert "par les données de démonstration" in page
    assert "Voir cette liste" not in page


def test_history_says_what_changed_under_the_date_in_words(site, client):
    edit(site, IN_MARCH, phone="05 65 00 00 00", hours__1=[])

    text = client.get(address(site, "historique")).text

    assert "Jeudi 12 mars 2026" in text
    assert "14 h 05" in text
    assert "Camille Agent, depuis la fiche" in text
    for told in ("Téléphone", "05 36 49 00 01", "05 65 00 00 00", "Horaires du lundi", "9 h - 17 h", "Avant", "Après"):
        assert told in text


def test_dates_are_those_of_the_sites_own_time_zone(client):
    user = make_agent("974")
    with happening(ADDED):
        site = make_site(SAINT_DENIS_REUNION)
    edit(site, utc(2026, 3, 12, 21, 30), phone="0262 00 00 00")

    response = signed_in(user).get(address(site, "historique"))

    assert "Vendredi 13 mars 2026" in response.text
    assert "1 h 30" in response.text


def test_a_site_that_never_changed_says_since_when(site, client):
    assert (
        "Aucun changement depuis l'ajout de ce site, le 5 janvier 2026." in client.get(address(site, "historique")).text
    )


@pytest.mark.parametrize("page", ["historique", "comparer", "retablir"])
def test_a_site_of_another_departement_is_not_found(page, client):
    elsewhere = make_site(METZ)

    assert client.get(address(elsewhere, page, etat=moment(utc(2027, 1, 1)))).status_code == 404
    assert client.post(address(elsewhere, page)).status_code in (404, 405)


@pytest.mark.parametrize("page", ["historique", "comparer"])
def test_a_reader_reads_and_is_shown_no_way_to_put_back(page, site):
    edit(site, IN_MARCH, phone="1")

    text = signed_in(make_reader("76")).get(address(site, page, du="2026-03-01", au="2026-03-31")).text

    assert "Téléphone" in text
    assert "retablir" not in text
    assert "Modifier la fiche" not in text


def test_a_reader_puts_nothing_back(site):
    edit(site, IN_MARCH, phone="1")
    before = written(site)
    client = signed_in(make_reader("76"))

    assert client.get(address(site, "retablir", etat=moment(ADDED))).status_code == 404
    assert client.post(address(site, "retablir"), {"jeton": "x"}).status_code == 404
    assert written(site) == before


def test_history_comes_by_25_a_page(site, client):
    for number in range(30):
        with happening(utc(2026, 2, 1 + number % 28, number % 24)):
            Site.objects.filter(pk=site.pk).update(note=str(number))

    first, second = (client.get(address(site, "historique", page=page)) for page in (1, 2))

    assert first.text.count("<article") == 25
    assert second.text.count("<article") == 6
    assert "2 sur 2" in second.text


@pytest.mark.parametrize("how_many", [1, 12])
def test_a_page_of_history_costs_the_same_however_many_changes(how_many, site, client):
    for number in range(how_many):
        with happening(utc(2026, 2, 1 + number), user=User.objects.first().pk, source="form"):
            Site.objects.filter(pk=site.pk).update(note=str(number))
    client.get("/gestion/")

    with CaptureQueriesContext(connection) as queries:
        client.get(address(site, "historique"))

    the_door, history_and_record = 5, 2 + 11 + 1 + 5  # session to site; the pages, their changes, who, today's record
    assert len(queries) == the_door + history_and_record + 2  # the communes named; is it a demonstration?


# --- Comparing -------------------------------------------------------------------------------------


def test_two_days_compared_show_only_what_differs(site, client):
    edit(site, IN_MARCH, phone="05 65 00 00 00")
    edit(site, IN_APRIL, note="Sonnez")

    response = client.get(address(site, "comparer", du="2026-03-11", au="2026-03-12"))

    assert [(line.label, line.before, line.after) for line, _ in response.context["rows"]] == [
        ("Téléphone", "05 36 49 00 01", "05 65 00 00 00")
    ]
    assert "11 mars 2026" in response.text


def test_a_day_is_told_as_it_ended_in_the_sites_own_time_zone():
    with happening(ADDED):
        site = make_site(SAINT_DENIS_REUNION, phone="1")
    edit(site, utc(2026, 3, 12, 21, 30), phone="2")  # 13 March, 1.30 in Réunion
    client = signed_in(make_agent("974"))

    assert not client.get(address(site, "comparer", du="2026-03-11", au="2026-03-12")).context["rows"]
    assert client.get(address(site, "comparer", du="2026-03-12", au="2026-03-13")).context["rows"]


def test_everything_can_be_shown(site, client):
    edit(site, IN_MARCH, phone="05 65 00 00 00")

    response = client.get(address(site, "comparer", du="2026-03-11", au="2026-03-12", tout=1))

    rows = {line.label: differs for line, differs in response.context["rows"]}
    assert rows["Téléphone"]
    assert not rows["Horaires du lundi"]
    assert "(changé)" in response.text


def test_a_day_before_the_site_was_added_is_said_so(site, client):
    response = client.get(address(site, "comparer", du="2025-01-01", au="2026-01-31"))

    assert "Ce site n'était pas encore dans l'annuaire le 1er janvier 2025." in response.text
    assert "Téléphone" in response.text


def test_without_days_the_last_month_is_compared(site, client):
    response = client.get(address(site, "comparer"))

    assert response.status_code == 200
    assert "rows" in response.context


@pytest.mark.parametrize(
    ("du", "au", "told"),
    [
        ("2026-03-12", "2026-03-11", "Le premier jour doit venir avant le second."),
        ("2026-03-12", "2999-01-01", "Ce jour n&#x27;est pas encore passé."),
        ("hier", "2026-03-11", "Saisissez une date valide."),
        ("", "2026-03-11", "Donnez le premier jour."),
        ("2026-03-12", "", "Donnez le second jour."),
        ("0001-01-01", "9999-12-31", "Ce jour n&#x27;est pas encore passé."),
        ("%00", "2026-03-11", "Saisissez une date valide."),
    ],
)
def test_days_that_can_not_be_compared_are_refused_in_words(du, au, told, site, client):
    response = client.get(address(site, "comparer", du=du, au=au))

    assert response.status_code == 400
    assert told in response.text


def test_the_first_of_days_can_be_compared(site, client):
    assert client.get(address(site, "comparer", du="0001-01-01", au="2026-03-01")).status_code == 200


# --- Putting back ----------------------------------------------------------------------------------


def test_what_would_change_is_shown_before_it_is_written(site, client):
    edit(site, IN_MARCH, phone="05 65 00 00 00")
    before = written(site)

    response = client.get(address(site, "retablir", etat=moment(ADDED)))

    assert [(line.label, line.before, line.after) for line in response.context["lines"]] == [
        ("Téléphone", "05 65 00 00 00", "05 36 49 00 01")
    ]
    assert "5 janvier 2026 à 13 h 00" in response.text
    assert written(site) == before


def test_a_whole_version_is_put_back_and_history_says_so(site, client, agent):
    wanted = record_of(site)
    edit(site, IN_MARCH, phone="1", hours__1=[], **{"closures.2026-12-24": [None, "Congés", None]})
    page = client.get(address(site, "retablir", etat=moment(IN_MARCH - history.TICK)))

    with happening(IN_APRIL):
        response = client.post(address(site, "retablir"), {"jeton": token_of(page)}, follow=True)

    assert record_of(site) == wanted
    assert "3 valeurs ont été rétablies, dans l&#x27;état du 5 janvier 2026 à 13 h 00." in response.text
    text = client.get(address(site, "historique")).text
    assert "Rétabli dans l'état du 5 janvier 2026 à 13 h 00." in " ".join(text.split())
    site.refresh_from_db()
    assert site.verified_by == agent
    assert set(site.locally_owned_fields) == {"hours", "phone"}


def test_one_value_is_put_back_alone(site, client):
    edit(site, IN_MARCH, phone="1", note="Sonnez")
    page = client.get(address(site, "retablir", etat=moment(ADDED), champ="phone"))

    client.post(address(site, "retablir"), {"jeton": token_of(page)})

    site.refresh_from_db()
    assert (site.phone, site.note) == ("05 36 49 00 01", "Sonnez")


def test_the_links_of_an_entry_lead_to_what_they_say(site, client):
    edit(site, IN_MARCH, phone="1")
    edit(site, IN_APRIL, phone="2", note="Sonnez")
    (_, [april]), (_, [march]), (_, [added]) = client.get(address(site, "historique")).context["days"]

    def asked(query):
        lines = client.get(address(site, "retablir") + "?" + query).context["lines"]
        return {line.label: line.after for line in lines}

    assert asked(april["before"]) == asked(march["after"]) == {"Téléphone": "1", "Précisions": "rien"}
    assert asked(march["before"]) == asked(added["after"]) == {"Téléphone": "05 36 49 00 01", "Précisions": "rien"}
    assert [asked(query) for line, query in april["lines"] if line.key == "phone"] == [{"Téléphone": "1"}]
    assert april["after"] == added["before"] == ""


def test_a_value_that_is_today_what_it_was_has_no_link(site, client):
    edit(site, IN_MARCH, phone="1")
    edit(site, IN_APRIL, phone="05 36 49 00 01")

    (_, [april]), (_, [march]), _ = client.get(address(site, "historique")).context["days"]

    assert march["lines"][0][1] == ""
    assert april["lines"][0][1] != ""


def test_what_changed_since_the_page_was_shown_is_not_overwritten(site, client):
    edit(site, IN_MARCH, phone="1")
    page = client.get(address(site, "retablir", etat=moment(ADDED)))
    edit(site, IN_APRIL, phone="2")
    before = written(site)

    response = client.post(address(site, "retablir"), {"jeton": token_of(page)})

    assert response.status_code == 409
    assert "La fiche a changé depuis que vous avez ouvert cette page." in response.text
    assert [(line.before, line.after) for line in response.context["lines"]] == [("2", "05 36 49 00 01")]
    assert written(site) == before


def test_what_others_changed_elsewhere_stays(site, client):
    edit(site, IN_MARCH, phone="1")
    page = client.get(address(site, "retablir", etat=moment(ADDED)))
    edit(site, IN_APRIL, note="Sonnez")

    client.post(address(site, "retablir"), {"jeton": token_of(page)})

    site.refresh_from_db()
    assert (site.phone, site.note) == ("05 36 49 00 01", "Sonnez")


def test_a_form_sent_twice_writes_once(site, client):
    edit(site, IN_MARCH, phone="1")
    token = token_of(client.get(address(site, "retablir", etat=moment(ADDED))))
    client.post(address(site, "retablir"), {"jeton": token})
    before = written(site)

    response = client.post(address(site, "retablir"), {"jeton": token})

    assert response.status_code == 409
    assert written(site) == before


@pytest.mark.parametrize("user", [make_agent, make_national])
def test_what_the_national_list_says_is_put_back_by_nobody(user, site):
    with happening(IN_MARCH):
        Site.objects.filter(pk=site.pk).update(name="Autre nom", phone="1")
    client = signed_in(user())

    page = client.get(address(site, "retablir", etat=moment(ADDED)))
    client.post(address(site, "retablir"), {"jeton": token_of(page)})

    assert page.context["refused"] == [("Nom", "c'est la liste nationale qui le dit")]
    site.refresh_from_db()
    assert (site.name, site.phone) == ("Autre nom", "05 36 49 00 01")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"etat": "hier"},
        {"etat": "2026-03-12"},
        {"etat": "2026-03-12T12:00:00"},
        {"etat": "0001-01-01T00:00:00Z"},
        {"etat": "9999-12-31T23:59:59-12:00"},
        {"etat": "2020-01-01T00:00:00Z"},
        {"etat": "2026-03-12T12:00:00Z", "champ": "name"},
        {"etat": "2026-03-12T12:00:00Z", "champ": "is_demo"},
        {"etat": "2026-03-12T12:00:00Z", "champ": "closures.x"},
        {"etat": "2026-03-12T12:00:00Z", "champ": "hours.8"},
        {"etat": "2026-03-12T12:00:00Z", "champ": "phone%00"},
    ],
)
def test_a_version_or_a_value_that_does_not_exist_is_not_found(query, site, client):
    edit(site, IN_MARCH, phone="1")

    assert client.get(address(site, "retablir", **query)).status_code == 404


def forged(**changed):
    """A token that says something else than the page did."""

    def forge(token, site):
        held = signing.loads(token, salt=putting_back.SALT)
        return signing.dumps(held | changed, salt="another key")

    return forge


@pytest.mark.parametrize(
    "forge",
    [
        lambda token, site: "",
        lambda token, site: "n'importe quoi",
        lambda token, site: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token, site: signing.dumps({"site": site.pk}, salt="other"),
        forged(wanted={"name": "Chez moi"}),
        forged(wanted={"bidule": 1}),
    ],
)
def test_a_forged_form_is_refused_and_nothing_is_written(forge, site, client):
    edit(site, IN_MARCH, phone="1")
    token = token_of(client.get(address(site, "retablir", etat=moment(ADDED))))
    before = written(site)

    response = client.post(address(site, "retablir"), {"jeton": forge(token, site), "name": "Chez moi"})

    assert response.status_code == 400
    assert written(site) == before


def test_what_is_posted_beside_the_token_is_not_written(site, client):
    edit(site, IN_MARCH, phone="1")
    token = token_of(client.get(address(site, "retablir", etat=moment(ADDED))))

    client.post(address(site, "retablir"), {"jeton": token, "key": "name", "name": "x", "note": "x", "etat": "x"})

    site.refresh_from_db()
    assert (site.name, site.note, site.phone) == ("France services de Rodez", "", "05 36 49 00 01")


def test_the_form_of_another_site_is_refused(site, client):
    edit(site, IN_MARCH, phone="1")
    other = make_site()
    token = token_of(client.get(address(site, "retablir", etat=moment(ADDED))))
    before = written(site), written(other)

    assert client.post(address(other, "retablir"), {"jeton": token}).status_code == 400
    assert (written(site), written(other)) == before


def test_the_form_of_another_person_is_refused(site, client):
    edit(site, IN_MARCH, phone="1")
    token = token_of(client.get(address(site, "retablir", etat=moment(ADDED))))
    before = written(site)

    assert signed_in(make_agent("12")).post(address(site, "retablir"), {"jeton": token}).status_code == 400
    assert written(site) == before


def test_a_commune_out_of_ones_territory_is_not_put_back(client):
    with happening(ADDED):
        site = make_site(METZ)
    edit(site, IN_MARCH, commune=[RODEZ, "12000"], phone="1")

    page = client.get(address(site, "retablir", etat=moment(ADDED)))

    assert page.context["refused"] == [("Commune et code postal", "ce serait hors de votre territoire")]
    assert [line.key for line in page.context["lines"]] == ["phone"]


def test_a_commune_of_another_territory_that_one_edits_is_put_back():
    user = make_user()
    grant(user, departement="12", can_edit=True)
    grant(user, departement="57", can_edit=True)
    with happening(ADDED):
        site = make_site(METZ)
    edit(site, IN_MARCH, commune=[RODEZ, "12000"])
    client = signed_in(user)

    page = client.get(address(site, "retablir", etat=moment(ADDED)))
    client.post(address(site, "retablir"), {"jeton": token_of(page)})

    site.refresh_from_db()
    assert site.commune_id == METZ


def test_what_leads_to_something_gone_is_not_put_back(site, client):
    other = make_site()
    with happening(IN_MARCH):
        closure = Closure.objects.create(site=site, starts=date(2026, 12, 24), replacement=other)
    with happening(IN_APRIL):
        closure.delete()
        other.delete()

    page = client.get(address(site, "retablir", etat=moment(IN_MARCH)))

    assert page.context["refused"] == [("Fermeture du 24 décembre 2026", "ce qu'il désigne n'existe plus")]
    assert page.context["lines"] == []


def test_a_principal_is_not_put_back_on_what_is_no_longer_an_antenne(site, client):
    other = make_site()
    with happening(IN_MARCH):
        Site.objects.filter(pk=site.pk).update(kind="antenne", parent=other)
    with happening(IN_APRIL):
        Site.objects.filter(pk=site.pk).update(kind="principal", parent=None)

    page = client.get(address(site, "retablir", etat=moment(IN_MARCH), champ="parent"))

    assert page.context["refused"] == [("Site principal", "le site n'est plus une antenne")]


def test_what_the_database_refuses_is_said_and_nothing_is_written(site, client):
    """A replacement site that goes between the page and its form."""
    other = make_site()
    with happening(IN_MARCH):
        closure = Closure.objects.create(site=site, starts=date(2026, 12, 24), replacement=other)
    with happening(IN_APRIL):
        closure.delete()
    token = token_of(client.get(address(site, "retablir", etat=moment(IN_MARCH))))
    other.delete()
    before = written(site)

    response = client.post(address(site, "retablir"), {"jeton": token})

    assert response.status_code == 409
    assert "Ces valeurs ne peuvent plus être rétablies ensemble." in response.text
    assert written(site) == before


def test_the_public_page_shows_at_once_what_was_put_back(site, client):
    edit(site, IN_MARCH, phone="05 65 99 99 99")
    page = client.get(address(site, "retablir", etat=moment(ADDED)))

    client.post(address(site, "retablir"), {"jeton": token_of(page)})

    assert "05 36 49 00 01" in client.get(site.get_absolute_url()).text
