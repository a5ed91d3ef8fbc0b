"""Filters: what an address asks for, what it shows, and what one is told when nothing passes."""

from datetime import UTC, date, datetime, time
from html import unescape
from urllib.parse import parse_qs

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.utils import timezone

from sites.filters import FilterForm
from sites.models import Closure, Partner, Site, SitePartner, WeeklySlot
from tests.factories import METZ, ONET, RODEZ, SAINT_DENIS_REUNION, TOULOUSE, make_site, make_stop

pytestmark = pytest.mark.django_db
RODEZ_CENTRE = (44.3526, 2.5734)
TUESDAY_TEN = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)  # 10 h in Paris, noon in La Réunion
NINE, NOON, ONE, SEVEN = time(9), time(12), time(13), time(19)


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    cache.clear()


@pytest.fixture
def at(monkeypatch):
    """Set the clock."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def form(query):
    return FilterForm(QueryDict(query))


def found(query, now=TUESDAY_TEN):
    return set(form(query).wanted(now).sites(Site.objects.open_to_public()))


def week(*spans, days=range(1, 6)):
    return dict.fromkeys(days, spans)


def slot(site, weekday, opens, closes, **fields):
    return WeeklySlot.objects.create(site=site, weekday=weekday, opens=opens, closes=closes, **fields)


# --- What passes -----------------------------------------------------------------------------------------


def test_open_now_is_told_by_the_clock_of_the_site():
    rodez, reunion = make_site(week=week((NINE, NOON))), make_site(SAINT_DENIS_REUNION, week=week((NINE, NOON)))

    assert found("ouvert=1") == {rodez}
    assert found("ouvert=1", datetime(2026, 6, 2, 6, 0, tzinfo=UTC)) == {reunion}


def test_a_day_is_the_next_one_with_that_name_and_an_hour_is_of_that_day():
    saturday = make_site(week=week((NINE, NOON), days=[6]))
    make_site()

    assert found("jour=samedi") == {saturday}
    assert found("jour=samedi&heure=11:30") == {saturday}
    assert found("jour=samedi&heure=12:00") == set()


def test_the_hour_it_is_now_is_still_today():
    site = make_site()
    Closure.objects.create(site=site, starts=date(2026, 6, 9), ends=date(2026, 6, 9))  # a week later

    assert found("jour=mardi&heure=10:00") == {site}
    assert found("jour=mardi&heure=09:30") == set()


def test_an_hour_alone_is_that_of_any_day():
    late = make_site(week=week((NOON, SEVEN), days=[4]))
    make_site(week=week((NINE, NOON)))

    assert found("heure=18:30") == {late}


def test_on_a_public_holiday_nobody_is_open_that_day():
    site = make_site(week=week((NINE, NOON), days=[2]))
    friday_before = datetime(2026, 7, 10, 8, tzinfo=UTC)

    assert found("jour=mardi", datetime(2026, 7, 3, 8, tzinfo=UTC)) == {site}
    assert found("jour=mardi", friday_before) == set()  # 14 July


def test_a_closed_site_is_not_open_on_that_day():
    site = make_site()
    Closure.objects.create(site=site, starts=date(2026, 6, 3), ends=date(2026, 6, 3))

    assert found("jour=jeudi") == {site}
    assert found("jour=mercredi") == set()


def test_after_six_and_at_lunch():
    evening, lunch = make_site(week=week((NOON, SEVEN), days=[1])), make_site(week=week((NINE, ONE)))
    make_site(week=week((NINE, time(12, 30)), (time(13, 45), time(18))))

    assert found("creneau=soir") == {evening}
    assert found("creneau=midi") == {evening, lunch}


def test_with_and_without_an_appointment():
    free, either = make_site(), make_site(appointment="possible")
    required, by_slot = make_site(appointment="required"), make_site(week={})
    slot(by_slot, 1, NINE, NOON, mode="appointment")

    assert found("rdv=sans") == {free, either}
    assert found("rdv=avec") == {either, required, by_slot}


def test_a_moment_without_appointment_is_one_when_one_comes_freely():
    site = make_site(week=week((NINE, NOON)))
    slot(site, 6, NINE, NOON, mode="appointment")

    assert found("jour=samedi") == {site}
    assert found("jour=samedi&rdv=sans") == set()


def test_kinds():
    fixed, antenne, bus = make_site(), make_site(kind="antenne"), make_site(format="bus")

    assert found("type=fixe") == {fixed}
    assert found("type=antenne") == {antenne}
    assert found("type=bus") == {bus}


def test_every_site_helps_with_a_national_partner_and_some_with_a_local_one():
    here, elsewhere = make_site(), make_site()
    local = Partner.objects.create(code="mission-locale", name="Mission locale", rank=20, is_national=False)
    SitePartner.objects.create(site=here, partner=local)

    assert found("service=caf") == {here, elsewhere}
    assert found("service=mission-locale") == {here}


@pytest.mark.parametrize(
    "query", ["jour=jeudredi", "heure=25:99", "creneau=nuit", "rdv=peut-etre", "type=bateau", "service=%00", "heure=x"]
)
def test_what_is_not_a_filter_filters_nothing_out_and_is_told(client, query):
    site = make_site(at=RODEZ_CENTRE)

    page = client.get(f"/recherche/?q=Rodez&{query}")

    assert list(page.context["results"].sites) == [site]
    assert "il n'est pas appliqué" in unescape(page.text)


# --- The links that add and take away --------------------------------------------------------------------


def test_a_link_takes_one_filter_away_and_keeps_the_rest_of_the_address():
    (on,) = form("q=Rodez&ouvert=1&page=3").chosen

    assert (on.label, on.query) == ("Ouvert maintenant", "?q=Rodez")


def test_a_day_and_its_hour_are_one_filter():
    (on,) = form("jour=samedi&heure=10:00").chosen

    assert (on.label, on.query) == ("Samedi à 10 h", "?")


def test_what_is_asked_most_is_one_link_away():
    offered = {tag.label: parse_qs(tag.query[1:]) for tag in form("q=Rodez&jour=samedi&page=2").offered}

    assert list(offered) == ["Ouvert maintenant", "Après 18 h", "Entre 12 h et 14 h", "Sans rendez-vous"]
    assert offered["Après 18 h"] == {"q": ["Rodez"], "jour": ["samedi"], "creneau": ["soir"]}
    assert offered["Ouvert maintenant"] == {"q": ["Rodez"], "ouvert": ["1"]}  # now, not on Saturday


def test_filters_are_kept_when_another_place_is_searched(client):
    make_site(at=RODEZ_CENTRE)

    page = client.get("/recherche/?q=Rodez&type=fixe").text

    in_the_search_form = page[page.index('class="fs-search"') :][:300]
    assert '<input type="hidden" name="type" value="fixe">' in in_the_search_form


# --- The search page -------------------------------------------------------------------------------------


def test_the_radius_grows_until_three_sites_pass(client, at):
    at(TUESDAY_TEN)
    [make_site(at=RODEZ_CENTRE, week=week((ONE, SEVEN))) for _ in range(4)]
    open_ones = [make_site(at=(44.3526 + km / 111.1, 2.5734)) for km in (15, 16, 17)]

    results = client.get("/recherche/?q=Rodez&ouvert=1").context["results"]

    assert (list(results.sites), results.radius_km) == (open_ones, 20)


def test_results_open_now_all_say_that_they_are_open(client, at):
    at(TUESDAY_TEN)
    make_site(at=RODEZ_CENTRE)
    bus = make_site(TOULOUSE, format="bus")
    make_stop(bus, at=RODEZ_CENTRE)  # Tuesdays, 9 h - 12 h

    page = client.get("/recherche/?q=Rodez&ouvert=1").text

    assert page.count('data-state="open"') == page.count('class="fs-result"') == 2
    assert "Sur place, repart à 12 h" in page


def test_a_round_is_met_at_the_stop_where_it_is_on_the_asked_day(client, at):
    at(TUESDAY_TEN)
    bus = make_site(TOULOUSE, format="bus")
    make_stop(bus, at=RODEZ_CENTRE)
    on_thursday = make_stop(bus, ONET, weekday=4)

    (site,) = client.get("/recherche/?q=Rodez&jour=jeudi").context["results"].sites

    assert site.meeting.location == on_thursday.location


def test_when_the_nearest_is_closed_the_nearest_open_one_is_told(client, at):
    at(TUESDAY_TEN)
    make_site(at=RODEZ_CENTRE, week=week((ONE, SEVEN)))
    near = make_site(ONET, at=(44.4156, 2.5734))
    make_site(at=(44.43, 2.5734))

    page = client.get("/recherche/?q=Rodez")

    assert page.context["nearest_open"] == near
    assert "La plus proche ouverte maintenant est à 7,0 km" in page.text.replace("\u202f", " ").replace("\xa0", " ")


def test_the_nearest_open_one_may_be_on_no_page(client, at):
    at(TUESDAY_TEN)
    [make_site(at=RODEZ_CENTRE, week=week((ONE, SEVEN))) for _ in range(3)]
    far = make_site(at=(44.70, 2.5734))

    assert client.get("/recherche/?q=Rodez").context["nearest_open"] == far


@pytest.mark.parametrize("hour", [10, 3], ids=["the nearest is open", "none is open"])
def test_nothing_is_told_of_the_nearest_open_one_otherwise(client, at, hour):
    at(datetime(2026, 6, 2, hour - 2, tzinfo=UTC))
    [make_site(at=RODEZ_CENTRE) for _ in range(2)]

    assert client.get("/recherche/?q=Rodez").context["nearest_open"] is None


def test_nothing_found_offers_what_to_give_up_and_the_nearest_that_passes(client, at):
    at(TUESDAY_TEN)
    [make_site(at=RODEZ_CENTRE) for _ in range(2)]
    far = make_site(METZ, week=week((NINE, NOON), days=[6]), kind="antenne")

    page = client.get("/recherche/?q=Rodez&jour=samedi&type=antenne")

    told = [(tag.label, count) for tag, count in page.context["relaxed"]]
    assert told == [("Samedi", 0), ("Antennes", 0), ("", 2)]
    assert page.context["nearest"] == [far]
    assert "Sans aucun filtre</a> : 2 France services" in page.text
    assert "<li>Sans le filtre « Samedi » : aucune non plus</li>" in page.text  # no link to nothing


@pytest.mark.parametrize(
    "query", ["ouvert=1", "jour=samedi&creneau=soir&rdv=sans&type=fixe&service=caf", "creneau=midi"]
)
@pytest.mark.parametrize(
    "address",
    [
        "/recherche/?q=Rodez&",
        "/recherche/?q=aveyron&",
        "/communes/12202-rodez/?",
        "/departements/12-aveyron/?",
        "/regions/76-occitanie/?",
    ],
)
def test_a_filtered_page_costs_at_most_eight_queries(client, at, django_assert_max_num_queries, address, query):
    at(TUESDAY_TEN)
    make_site(at=RODEZ_CENTRE)
    client.get("/recherche/?q=Rodez&ouvert=1")  # partners and time zones are remembered

    with django_assert_max_num_queries(8):
        assert client.get(address + query).status_code == 200


@pytest.mark.parametrize(
    "address", ["/recherche/?q=Rodez", "/recherche/?q=Aveyron", "/communes/12202-rodez/?", "/departements/12-aveyron/?"]
)
def test_a_card_tells_the_hours_for_which_its_site_was_kept(client, at, address):
    at(TUESDAY_TEN)
    make_site(week=week((NINE, NOON), days=[6]))
    make_site(ONET, week=week((NINE, NOON), days=[6]))

    page = client.get(f"{address}&jour=samedi").text

    assert page.count("Samedi 6 juin : 9 h - 12 h") == page.count('class="fs-result"') > 0
    assert "Samedi 6 juin" not in client.get(address).text


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/recherche/?q=Rodez", "France services près de Rodez (12) : 1 lieu – France services"),
        (
            "/recherche/?q=Rodez&type=fixe",
            "France services près de Rodez (12) : 1 lieu avec ce filtre – France services",
        ),
        (
            "/recherche/?q=Aveyron&type=bus",
            "Aveyron (département) : les France services : aucun lieu avec ce filtre – France services",
        ),
        ("/communes/12202-rodez/?type=bus&rdv=sans", "Rodez (12) : aucun lieu avec ces filtres – France services"),
        ("/departements/12-aveyron/?type=fixe", "Aveyron (12) : 1 lieu avec ce filtre – France services"),
        ("/regions/76-occitanie/?type=fixe", "Occitanie : 1 lieu avec ce filtre – France services"),
        ("/departements/12-aveyron/", "Aveyron (12) : adresses et horaires – France services"),
    ],
)
def test_the_title_which_is_read_out_first_counts_the_results(client, address, title):
    make_site()

    assert f"<title>{title}</title>" in client.get(address).text


# --- The pages of places ---------------------------------------------------------------------------------


def test_a_commune_shows_its_sites_that_pass_then_the_nearest_that_do(client, at):
    at(TUESDAY_TEN)
    make_site(RODEZ, week=week((ONE, SEVEN)))
    make_site(ONET, week=week((ONE, SEVEN)))
    open_there = make_site(TOULOUSE)

    context = client.get("/communes/12202-rodez/?ouvert=1").context

    assert not context["results"].sites
    assert [site for _, site in context["nearby"]] == [open_there]


def test_a_departement_shows_its_sites_that_pass(client):
    make_site()
    antenne = make_site(kind="antenne")

    page = client.get("/departements/12-aveyron/?type=antenne")

    assert list(page.context["results"].sites) == [antenne]
    assert "avec ce filtre" in page.text


def test_a_departement_where_nothing_passes_says_what_to_give_up(client):
    make_site()
    antenne = make_site(TOULOUSE, kind="antenne")

    page = client.get("/departements/12-aveyron/?type=antenne")

    assert [(tag.label, count) for tag, count in page.context["relaxed"]] == [("Antennes", 1)]
    assert page.context["nearest"] == [antenne]


def test_a_region_counts_the_sites_that_pass_and_keeps_the_filters(client):
    make_site()
    make_site(kind="antenne")

    page = client.get("/regions/76-occitanie/?type=antenne")

    assert page.context["total"] == 1
    assert 'href="/departements/12-aveyron/?type=antenne"' in page.text


def test_search_engines_list_a_place_without_its_filters(client):
    make_site()

    page = client.get("/communes/12202-rodez/?type=fixe").text

    assert '<meta name="robots" content="noindex">' in page
    assert 'communes/12202-rodez/">' in page[page.index('rel="canonical"') :][:120]
    assert '<meta name="robots"' not in client.get("/communes/12202-rodez/").text


def test_a_national_partner_leaves_no_site_out_and_the_page_says_so(client):
    site = make_site()

    page = client.get("/recherche/", {"q": "Rodez", "service": "caf"})

    assert [found.pk for found in page.context["results"].sites] == [site.pk]
    assert "Toutes les France services vous aident pour Allocations familiales" in page.text


def test_nobody_is_sent_overseas(client):
    make_site()
    make_site(commune=SAINT_DENIS_REUNION, format="bus")

    page = client.get("/recherche/", {"q": "Rodez", "type": "bus"})

    assert page.context["nearest"] == []
