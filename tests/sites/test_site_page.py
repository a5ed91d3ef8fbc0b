"""A site's page: closures and holidays to come, partners, the network's week, the nearest open one."""

import io
import json
import re
from datetime import UTC, date, datetime, time
from html import unescape

import pytest
from django.utils import timezone
from pypdf import PdfReader

from sites import site_views
from sites.models import Closure, Partner, Site, SitePartner
from sites.sheet import NotOurs, OwnFiles
from tests.factories import METZ, ONET, RODEZ, TOULOUSE, make_site, make_stop

pytestmark = pytest.mark.django_db
TUESDAY_TEN = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # 10 h in Paris
ONE, SEVEN = time(13), time(19)
AFTERNOONS = dict.fromkeys(range(1, 6), ((ONE, SEVEN),))


@pytest.fixture(autouse=True)
def _tuesday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: TUESDAY_TEN)


def text_of(response):
    """What the page says, blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", response.text)))


def text_of_sheet(response):
    """What the only page of a sheet says, blanks made one."""
    (page,) = PdfReader(io.BytesIO(response.content)).pages
    return re.sub(r"\s+", " ", page.extract_text())


def close(site, starts, ends, **fields):
    return Closure.objects.create(site=site, starts=starts, ends=ends, **fields)


# --- Closures and holidays ---------------------------------------------------------------------------------


def test_closures_to_come_are_told_with_their_reason_and_their_replacement(client):
    site, other = make_site(), make_site(ONET)
    close(site, date(2026, 12, 24), date(2027, 1, 2), reason="congés", replacement=other)
    close(site, date(2026, 11, 2), date(2026, 11, 5), reason="passée")

    page = client.get(site.get_absolute_url())

    said = f"Du 24 décembre au 2 janvier : congés. Pendant ce temps : {other.name}"
    assert said in text_of(page)
    assert f'<a href="{other.get_absolute_url()}">' in page.text
    assert "passée" not in page.text


def test_public_holidays_of_its_own_departement_are_told(client):
    week = dict.fromkeys(range(1, 7), ((time(9), time(17)),))

    rodez = text_of(client.get(make_site(RODEZ, week=week).get_absolute_url()))
    metz = text_of(client.get(make_site(METZ, week=week).get_absolute_url()))

    assert "Vendredi 25 décembre 2026 : Noël, jour férié" in rodez
    assert "Samedi 26 décembre 2026" not in rodez
    assert "Samedi 26 décembre 2026" in metz


def test_a_holiday_on_a_day_when_it_never_opens_is_not_told(client):
    site = make_site(week={1: ((time(9), time(17)),)})

    assert "Noël" not in text_of(client.get(site.get_absolute_url()))


def test_machines_read_the_hours_and_the_days_when_it_is_closed(client):
    site = make_site()
    close(site, date(2026, 12, 28), date(2026, 12, 30))

    page = client.get(site.get_absolute_url())

    assert 'data-opening-hours="Mo-Fr 09:00-17:00; PH off; 2026 Dec 28-2026 Dec 30 off"' in page.text
    office = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text).group(1))
    closed = [(one["validFrom"], one["validThrough"]) for one in office["specialOpeningHoursSpecification"]]
    assert closed == [("2026-12-25", "2026-12-25"), ("2026-12-28", "2026-12-30"), ("2027-01-01", "2027-01-01")]
    assert all(one["opens"] == one["closes"] == "00:00" for one in office["specialOpeningHoursSpecification"])


# --- Partners ----------------------------------------------------------------------------------------------


def test_how_partners_are_present_is_told_and_local_ones_only_where_they_are(client):
    site, other = make_site(), make_site(ONET)
    local = Partner.objects.create(code="mission-locale", name="Mission locale", rank=20, is_national=False)
    SitePartner.objects.create(site=site, partner=local, mode="desk", note="le mardi matin")
    SitePartner.objects.create(site=site, partner_id="caf", mode="video")

    here = text_of(client.get(site.get_absolute_url()))
    there = text_of(client.get(other.get_absolute_url()))

    assert "Permanence sur place : le mardi matin" in here
    assert "Entretien à distance, depuis le lieu" in here
    assert "Mission locale" not in there
    assert "Allocations familiales" in there


# --- The network -------------------------------------------------------------------------------------------


def test_the_week_of_a_network_is_one_table(client):
    site = make_site(RODEZ, network="Réseau du Rouergue")
    make_site(ONET, network="Réseau du Rouergue", week=AFTERNOONS)
    make_site(TOULOUSE, network="Réseau du Rouergue")  # another département: not the same network

    page = client.get(site.get_absolute_url())

    assert [one.commune_id for one in page.context["network"]] == [ONET, RODEZ]
    table = text_of(page).split("La semaine du réseau : Réseau du Rouergue")[1]
    assert "9 h - 17 h" in table
    assert "13 h - 19 h" in table
    assert "Fermé" in table


# --- The nearest open one ----------------------------------------------------------------------------------


def test_a_closed_site_sends_to_the_nearest_open_one(client):
    site = make_site(RODEZ, week=AFTERNOONS)
    make_site(TOULOUSE)  # open, and too far
    near = make_site(ONET)

    page = client.get(site.get_absolute_url())

    assert page.context["nearest_open"] == near
    assert "La plus proche ouverte maintenant est à" in text_of(page)


@pytest.mark.parametrize("fields", [{}, {"format": "bus", "week": AFTERNOONS}], ids=["open", "a round"])
def test_a_site_that_is_open_or_has_no_door_sends_to_none(client, fields):
    site = make_site(RODEZ, **fields)
    make_site(ONET)

    assert client.get(site.get_absolute_url()).context["nearest_open"] is None


# --- The rest ----------------------------------------------------------------------------------------------


def test_the_date_of_the_last_check_is_told(client):
    site = make_site(verified_at=datetime(2026, 11, 3, 8, tzinfo=UTC))

    assert "Vérifié par la préfecture le 3 novembre 2026." in text_of(client.get(site.get_absolute_url()))


@pytest.mark.parametrize("how_many", [1, 10])
def test_the_page_costs_at_most_eight_queries(client, django_assert_max_num_queries, how_many):
    sites = [make_site(network="Réseau", week=AFTERNOONS) for _ in range(how_many)]
    bus = make_site(format="bus", network="Réseau")
    for site in sites:
        close(site, date(2026, 12, 24), None, replacement=bus)
    make_stop(bus)

    for site in (sites[0], bus):
        with django_assert_max_num_queries(8):
            assert client.get(site.get_absolute_url()).status_code == 200


def test_a_site_closed_for_good_says_where_to_go(client):
    site = make_site(status=Site.Status.CLOSED, closed_on=date(2026, 6, 30))

    near, further = make_site(ONET), make_site(TOULOUSE)
    make_stop(make_site(RODEZ, format="bus"))  # its address is a garage

    page = client.get(site.get_absolute_url())

    assert "Ce lieu a fermé le 30 juin 2026" in text_of(page)
    assert page.context["instead"] == [near, further]


def test_a_site_closed_for_good_gives_no_hours_no_phone_and_no_help(client):
    site = make_site(status=Site.Status.CLOSED, closed_on=date(2026, 6, 30), phone="05 65 77 10 00", network="R")
    make_site(TOULOUSE, network="R")

    page, sheet = text_of(client.get(site.get_absolute_url())), text_of_sheet(client.get(site.sheet_url))

    assert "12000 Rodez" in page
    for told in ("9 h - 17 h", "05 65 77 10 00", "Ce que vous pouvez y faire", "La semaine du réseau", "à mon agenda"):
        assert told not in page.split("Les plus proches")[0]
    assert "Ce lieu a fermé le 30 juin 2026" in sheet
    for told in ("9 h - 17 h", "05 65 77 10 00", "Un agent vous aide"):
        assert told not in sheet


# --- What one takes away ------------------------------------------------------------------------------------


def test_the_sheet_is_one_tagged_page_with_the_hours_the_phone_and_the_address(client):
    site = make_site(phone="05 65 77 10 00")
    close(site, date(2026, 12, 28), date(2026, 12, 30), reason="inventaire")

    response = client.get(site.sheet_url)

    assert response["Content-Type"] == "application/pdf"
    pdf = PdfReader(io.BytesIO(response.content))
    (page,) = pdf.pages
    text = re.sub(r"\s+", " ", page.extract_text())
    for said in (site.name, "05 65 77 10 00", "12000 Rodez", "9 h - 17 h", "Dimanche Fermé", "Noël", "inventaire"):
        assert said in text
    assert "Imprimé le 1er décembre 2026" in text
    assert pdf.metadata.title == site.name
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_sheet_has_the_note_where_the_list_writes_what_is_unusual(client):
    site = make_site(format="bus", note="Lundi à Naucelle, mardi à Sauveterre.")

    assert "Lundi à Naucelle, mardi à Sauveterre." in text_of_sheet(client.get(site.sheet_url))


def test_the_fullest_sheet_still_holds_in_one_page(client):
    """The longest name, the longest note and the most slots of the national list, in one site."""
    slots = [(time(hour), time(hour, 45)) for hour in (8, 10, 13, 15)]
    site = make_site(
        name="France services Communauté de communes Bléré Val de Cher - Antenne Centre Socio-Culturel de Bléré",
        week=dict.fromkeys(range(1, 6), slots),
        note="Le premier lundi du mois à Naucelle, puis à Sauveterre. " * 9,
    )
    for day in (7, 14):
        close(site, date(2026, 12, day), date(2026, 12, day), reason="fermeture exceptionnelle")

    text = text_of_sheet(client.get(site.sheet_url))

    assert "Imprimé le" in text


def test_the_sheet_of_a_round_has_its_stops(client):
    bus = make_site(format="bus")
    make_stop(bus)

    text = PdfReader(io.BytesIO(client.get(bus.sheet_url).content)).pages[0].extract_text()

    assert "Chaque mardi, 9 h - 12 h" in re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(
    "url", ["https://exemple.invalid/x.css", "file:///etc/passwd", "fiche:../manage.py", "data:,x"]
)
def test_a_sheet_reads_nothing_but_our_own_static_files(url):
    with pytest.raises(NotOurs):
        OwnFiles().fetch(url)


def test_hostile_words_stay_words_on_the_sheet(client):
    site = make_site(
        name="<img src=file:///etc/passwd>", slug="x", note="<script>", address="</td><link href=//x.invalid>"
    )

    text = PdfReader(io.BytesIO(client.get(site.sheet_url).content)).pages[0].extract_text()

    assert "<img src=file:///etc/passwd>" in text


@pytest.mark.parametrize("address", ["sheet_url", "calendar_url"])
def test_what_has_not_changed_is_not_made_again(client, address):
    site = make_site()
    first = client.get(getattr(site, address))

    again = client.get(getattr(site, address), headers={"If-None-Match": first["ETag"]})
    close(site, date(2026, 12, 28), None)
    later = client.get(getattr(site, address), headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, later.status_code) == (200, 304, 200)


@pytest.mark.parametrize("ending", ["pdf", "ics"])
def test_an_old_name_leads_to_the_file_of_today(client, ending):
    site = make_site()

    moved = client.get(f"/sites/{site.external_id}-ancien-nom.{ending}")

    assert (moved.status_code, moved["Location"]) == (301, f"/sites/{site.external_id}-{site.slug}.{ending}")


def test_too_many_sheets_at_once_wait_then_are_told_to_come_back(client, monkeypatch):
    monkeypatch.setattr(site_views, "PATIENCE_S", 0)
    site = make_site()

    with site_views.AT_ONCE:
        response = client.get(site.sheet_url)

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert client.get(site.sheet_url).status_code == 200


def test_a_calendar_is_downloaded_under_the_name_of_the_site(client):
    site = make_site()

    response = client.get(site.calendar_url)

    assert response["Content-Type"].startswith("text/calendar")
    assert f'filename="{site.slug}.ics"' in response["Content-Disposition"]
    assert b"BEGIN:VEVENT" in response.content


def test_a_site_without_hours_has_no_calendar_and_offers_none(client):
    site = make_site(week={})

    assert client.get(site.calendar_url).status_code == 404
    assert site.calendar_url not in client.get(site.get_absolute_url()).text


@pytest.mark.parametrize("address", ["sheet_url", "calendar_url"])
def test_a_file_costs_at_most_three_queries(client, django_assert_max_num_queries, address):
    site = make_site()

    with django_assert_max_num_queries(3):
        client.get(getattr(site, address))
