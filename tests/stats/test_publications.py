"""What was published stays as it was, is told beside today's figures, and only national administrators publish."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sites.models import Site
from sites.signals import demonstration_leaves
from stats import publications
from stats.models import MonthlyActivity, MonthlyByPartner, MonthlyTotal, Publication
from tests.factories import RODEZ, TOULOUSE, make_import, make_site, report_activity, report_satisfaction
from tests.people import make_agent, make_national, make_reader, signed_in

pytestmark = pytest.mark.django_db
STAFF, PUBLIC = "/gestion/publications/", "/statistiques/publications/"
MARCH, APRIL = date(2023, 3, 1), date(2023, 4, 1)
ASKED = {"territoire": "region-76", "au": "2023-04-01", "titre": "Bilan d'avril"}


def show_all():
    """As if small numbers had been looked for, and none found."""
    shown = {"hides_requests": False, "settled": True}
    MonthlyByPartner.objects.update(**shown)
    MonthlyTotal.objects.update(**shown, hides_completed=False, hides_respondents=False, hides_satisfaction=False)


@pytest.fixture(autouse=True)
def figures():
    batch = make_import()
    for commune in (RODEZ, TOULOUSE):
        site = make_site(commune, labelled_on=date(2023, 1, 1))
        report_activity(site, MARCH, 1000, 800, batch=batch)
        report_satisfaction(site, MARCH, 100, 93, batch=batch)
    show_all()


@pytest.fixture
def national():
    return signed_in(make_national())


def preview(client, **asked):
    return client.get(STAFF, ASKED | asked)


def publish(client, **asked):
    seen = preview(client, **asked).context["seen"]
    return client.post(STAFF, ASKED | {"vu": seen} | asked)


def value_of(page, code, attribute="data-value"):
    """What an element of a page says of an indicator, or of what it is today."""
    start = page.index(f'data-indicator="{code}"')
    start = page.index(f'{attribute}="', start) + len(attribute) + 2
    return page[start : page.index('"', start)]


# --- Publishing ------------------------------------------------------------------------------------


def test_what_is_published_is_shown_first(national):
    page = preview(national).content.decode()

    assert "2\u00a0000" in page
    assert "Bilan d&#x27;avril" in page
    assert not Publication.objects.exists()


def test_what_was_shown_is_frozen(national):
    response = publish(national)

    assert response.url == STAFF
    publication = Publication.objects.get()
    assert (publication.territory, publication.territory_name, publication.at) == ("region-76", "Occitanie", APRIL)
    assert publication.title == "Bilan d'avril"
    assert publication.published_by.name == "Dominique National"
    assert publication.figures["requests_since_launch"]["value"] == 2000
    assert publication.figures["completed_share"]["text"] == "80\u00a0%"
    assert publication.figures["very_satisfied_share"]["value"] == 0.93
    assert publication.figures["sites"]["value"] == 2


def test_without_a_title_the_territory_and_the_date_are_one(national):
    publish(national, titre="")

    assert Publication.objects.get().title == "Occitanie : France services au 1er avril 2023"


@pytest.mark.parametrize("territory", ["france", "region-76", "departement-12"])
def test_france_a_region_and_a_departement_can_be_published(territory, national):
    publish(national, territoire=territory)

    assert Publication.objects.get().territory == territory


def test_figures_that_changed_since_they_were_read_are_not_published(national):
    seen = preview(national).context["seen"]
    MonthlyActivity.objects.filter(site__commune=RODEZ).update(requests=1200)
    show_all()

    response = national.post(STAFF, ASKED | {"vu": seen})

    assert response.status_code == 409
    assert "relisez-les" in response.content.decode()
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"au": "tomorrow"}, "Choisissez une date du 1er février 2020 à aujourd&#x27;hui."),
        ({"au": "2019-12-31"}, "Choisissez une date du 1er février 2020 à aujourd&#x27;hui."),
        ({"au": "avril"}, "Écrivez la date comme 2023-04-01."),
        ({"au": ""}, "Choisissez une date."),
        ({"territoire": ""}, "Choisissez un territoire."),
        ({"territoire": "site-1"}, "Ce territoire n&#x27;existe pas"),
        ({"titre": "x" * 151}, "Un titre a 150 caractères au plus."),
    ],
)
def test_what_cannot_be_published_is_told(asked, told, national):
    if asked.get("au") == "tomorrow":
        asked = {"au": (timezone.localdate() + timedelta(days=1)).isoformat()}
    for response in (preview(national, **asked), national.post(STAFF, ASKED | {"vu": "x"} | asked)):
        assert response.status_code == 400
        assert told in response.content.decode()
    assert not Publication.objects.exists()


@pytest.mark.parametrize("make", [make_agent, make_reader])
def test_only_national_administrators_publish(make):
    client = signed_in(make())

    assert client.get(STAFF).status_code == 404
    assert client.post(STAFF, ASKED).status_code == 404


def test_nobody_publishes_without_signing_in(client):
    assert client.post(STAFF, ASKED).url.startswith("/gestion/connexion/")


# --- Reading ---------------------------------------------------------------------------------------


def test_a_publication_keeps_its_figures_whatever_is_corrected_later(national, client):
    publish(national)
    address = Publication.objects.get().get_absolute_url()
    before = client.get(address).content.decode()
    MonthlyActivity.objects.filter(site__commune=RODEZ).update(requests=1500, completed=1500)
    make_site(RODEZ, labelled_on=date(2023, 3, 1))
    show_all()

    page = client.get(address).content.decode()

    assert value_of(before, "requests_since_launch") == value_of(page, "requests_since_launch") == "2000"
    assert value_of(page, "requests_since_launch", "data-today") == "2500"
    assert "(+500)" in page
    assert value_of(page, "completed_share") == "0.8"
    assert value_of(page, "completed_share", "data-today") == "0.92"
    assert "(+12 points)" in page
    assert value_of(page, "sites") == "2"
    assert "(+1)" in page


def test_a_publication_that_nothing_corrected_says_so(national, client):
    publish(national)

    page = client.get(Publication.objects.get().get_absolute_url()).content.decode()

    assert "Aujourd'hui, pour la même date, ils sont les mêmes." in page
    assert "data-today" in page


def test_it_is_dated_defined_and_has_a_permanent_link(national, client):
    publish(national)
    publication = Publication.objects.get()

    page = client.get(publication.get_absolute_url()).content.decode()

    assert "situation au 1er avril 2023" in page
    assert f"http://testserver/statistiques/publications/{publication.pk}/" in page
    assert "2 France services" in " ".join(page.split())
    assert publication.figures["sites"]["definition"] in page


def test_what_is_hidden_stays_hidden_even_from_the_agents_page(national, client):
    MonthlyTotal.objects.filter(territory="region-76").update(hides_requests=True)
    publish(national)
    kept = Publication.objects.get().figures["requests_since_launch"]

    page = national.get(Publication.objects.get().get_absolute_url()).content.decode()

    assert (kept["value"], kept["text"]) == (None, "non communiqué")
    assert value_of(page, "requests_since_launch", "data-today") == ""
    assert "2\u00a0000" not in page


def test_a_difference_is_not_told_when_one_of_the_two_is_hidden(national, client):
    publish(national)
    MonthlyTotal.objects.filter(territory="region-76").update(hides_requests=True)

    page = client.get(Publication.objects.get().get_absolute_url()).content.decode()

    assert value_of(page, "requests_since_launch") == "2000"
    assert value_of(page, "requests_since_launch", "data-today") == ""
    assert "(−2" not in page


@pytest.mark.parametrize(
    ("unit", "kept", "now", "told"),
    [
        ("count", "1982080", "1982200", "+120"),
        ("count", "3", "1", "−2"),
        ("share", "0.8", "0.81", "+1 point"),
        ("share", "0.93", "0.9", "−3 points"),
        ("change", "0.032", "0.041", "+0,9 point"),
        ("decimal", "12.4", "10", "−2,4"),
        ("euros", "70000", "105000", "+35\u00a0000\u00a0€"),
        ("count", "5", "5", ""),
    ],
)
def test_differences_are_written_as_the_french_do(unit, kept, now, told):
    def figure(plain):
        return {"unit": unit, "plain": plain, "value": float(plain)}

    assert publications.difference(figure(kept), figure(now)) == told


def test_all_publications_are_listed_the_latest_first(national, client):
    for title in ("La première", "La seconde"):
        publish(national, titre=title)

    page = client.get(PUBLIC).content.decode()

    assert page.index("La seconde") < page.index("La première")


def test_a_publication_that_is_not_one_does_not_exist(client):
    assert client.get(f"{PUBLIC}123/").status_code == 404


@pytest.mark.parametrize("how_many", [1, 10])
def test_pages_cost_the_same_however_many_sites_and_publications(how_many, national, client):
    for number in range(how_many):
        make_site(RODEZ, labelled_on=date(2023, 1, 1))
        publish(national, titre=f"n° {number}")
    counted = []
    for address in (PUBLIC, Publication.objects.first().get_absolute_url()):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counted.append(len(queries))

    assert counted == [3, 7]


def test_public_pages_set_no_cookie(national, client):
    publish(national)

    for address in (PUBLIC, Publication.objects.get().get_absolute_url()):
        response = client.get(address)
        assert not response.cookies
        assert "public" in response["Cache-Control"]


def test_kept_words_agree_with_their_number(national):
    publish(national)

    assert Publication.objects.get().figures["sites_closed"]["label"] == "site fermé"  # none is


def test_sent_twice_it_is_published_once(national):
    seen = preview(national).context["seen"]
    for _ in range(2):
        assert national.post(STAFF, ASKED | {"vu": seen}).status_code == 302

    assert Publication.objects.count() == 1


# --- For good --------------------------------------------------------------------------------------


def test_the_database_refuses_to_change_a_publication(national):
    publish(national)

    for change in (
        lambda: Publication.objects.update(title="Autre"),
        lambda: Publication.objects.all().delete(),
        lambda: connection.cursor().execute("UPDATE stats_publication SET at = '2020-02-01'"),
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            change()


def test_publications_of_demonstration_data_leave_with_it(national):
    publish(national, titre="Réelle")
    make_site(RODEZ, is_demo=True)
    publish(national, titre="Fictive")

    demonstration_leaves.send(Site)

    assert Publication.objects.get().title == "Réelle"


def test_published_figures_are_those_of_the_dashboard(national, client):
    call_command("load_demarches", verbosity=0)
    publish(national)

    board = client.get("/statistiques/regions/76-occitanie/?au=2023-04-01").content.decode()

    for code, figure in Publication.objects.get().figures.items():
        assert value_of(board, code) == figure["plain"]
