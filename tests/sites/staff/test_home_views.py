"""The dashboard: what there is to check, the table, "Toujours exact", and the files to take away."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from sites.models import Closure, Site
from sites.staff import table_files
from tests.factories import METZ, ONET, RODEZ, TOULOUSE, make_site
from tests.people import grant, make_agent, make_national, make_reader, signed_in
from tests.sites.staff.test_to_check import make_proposal, make_report

pytestmark = pytest.mark.django_db

HOME = "/gestion/"
SiteEvent = Site._meta.get_field("events").related_model


def listed(response):
    return [row.site.name for row in response.context["rows"]]


# --- Tiles and table ---------------------------------------------------------------------------------------


def test_each_tile_counts_the_sites_to_check_of_ones_territory_and_leads_to_them(desk):
    make_site(week={}, name="Sans horaires")
    make_site(name="Autre")
    make_site(METZ, week={}, name="D'ailleurs")

    page = desk.get(HOME)
    counts = {rule.code: count for rule, count in page.context["tiles"]}

    assert counts == {"signales": 0, "sans-horaires": 1, "antennes-seules": 0, "proposes": 0, "anciens": 2}
    assert 'href="/gestion/?verifier=sans-horaires#resultats"' in page.text
    assert listed(desk.get(HOME, {"verifier": "sans-horaires"})) == ["Sans horaires"]


def test_the_tiles_of_reports_and_proposals_lead_where_one_answers_them(desk):
    site = make_site()
    make_report(site)
    make_proposal(site)

    page = desk.get(HOME).text

    assert 'href="/gestion/signalements/?etat=a-traiter"' in page
    assert 'href="/gestion/propositions/"' in page


def test_a_row_tells_what_one_wants_to_know(desk, agent):
    at = datetime(2026, 9, 1, 8, tzinfo=UTC)
    site = make_site(ONET, name="France services d'Onet", verified_at=at, verified_by=agent, kind="antenne")
    make_report(site)
    make_proposal(site)
    Closure.objects.create(site=site, starts=date(2026, 1, 1), reason="Travaux")

    page = desk.get(HOME)

    words = " ".join(page.text.replace("\u00a0", " ").split())
    said = "le 1er septembre 2026", "par Camille Agent", "lun. à ven. : 9 h - 17 h", "1 erreur signalée"
    for text in (*said, "Sans site principal", "Liste différente", "Fermé jusqu", "Onet-le-Château", "Antenne"):
        assert text in words, text
    assert f'href="/gestion/sites/{site.external_id}/"' in page.text
    assert f'href="/gestion/sites/{site.external_id}/historique/"' in page.text


def test_a_closed_site_is_in_the_table_and_says_since_when(desk):
    make_site(status="closed", closed_on=date(2025, 1, 31))

    assert "31 janvier 2025" in desk.get(HOME).text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "villefranche"}, ["Maison de Villefranche"]),
        ({"q": "Onet"}, ["Guichet"]),
        ({"q": "12740"}, ["Guichet"]),
        ({"q": "77001"}, ["Maison de Villefranche"]),
        ({"type": "bus"}, ["Bus du Lot"]),
        ({"etat": "fermes"}, ["Ancien"]),
        ({"q": "nulle part"}, []),
        ({"verifier": "jeudredi", "type": "x", "etat": "x", "tri": "x"}, ["Guichet", "Ancien", "Bus du Lot"]),
    ],
)
def test_the_table_shows_what_is_asked_for(desk, asked, found):
    make_site(name="Maison de Villefranche", external_id="77001")
    make_site(ONET, name="Guichet", postal_code="12740")
    make_site(name="Bus du Lot", format="bus")
    make_site(name="Ancien", status="closed", closed_on=date(2025, 1, 31))

    names = listed(desk.get(HOME, asked))

    assert names[: len(found)] == found if "tri" in asked else sorted(names) == sorted(found)


def test_whoever_holds_several_departements_chooses_one_of_them():
    reader = signed_in(make_reader("76"))
    make_site(RODEZ, name="Rodez")
    make_site(TOULOUSE, name="Toulouse")

    page = reader.get(HOME, {"departement": "31"})

    assert listed(page) == ["Toulouse"]
    assert "Haute-Garonne" in page.text
    assert listed(reader.get(HOME, {"departement": "57"})) == ["Rodez", "Toulouse"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "BCA"),
        ("commune", "BCA"),
        ("-commune", "ABC"),
        ("nom", "ABC"),
        ("-nom", "CBA"),
        ("verifie", "ACB"),
        ("-verifie", "BCA"),
        ("-signalements", "CBA"),
    ],
)
def test_headings_sort(desk, sort, order):
    make_site(RODEZ, name="A")
    make_site(ONET, name="B", verified_at=timezone.now())
    third = make_site(ONET, name="C", verified_at=datetime(2026, 1, 1, tzinfo=UTC))
    make_report(third)

    page = desk.get(HOME, {"tri": sort})

    found = "".join(listed(page))
    assert found == order if sort != "-signalements" else found[0] == "C"


def test_a_heading_says_how_it_sorts_and_leads_the_other_way(desk):
    make_site()

    page = desk.get(HOME, {"tri": "nom", "q": "rodez", "page": "1"}).text

    assert page.count("aria-sort=") == 1
    assert 'aria-sort="ascending"' in page
    assert "?tri=-nom&amp;q=rodez#resultats" in page


def test_fifty_sites_a_page(desk):
    for number in range(51):
        make_site(name=f"Site {number:02}")

    assert len(listed(desk.get(HOME))) == 50
    second = desk.get(HOME, {"page": "2", "tri": "nom"})
    assert listed(second) == ["Site 50"]
    assert "51 sites" in second.text


def test_nothing_found_is_said_in_the_words_of_what_was_asked(desk):
    assert "Aucun site dans votre territoire" in desk.get(HOME).text
    make_site()
    assert "Rien à faire ici" in desk.get(HOME, {"verifier": "antennes-seules"}).text
    assert "Vérifiez l'orthographe" in desk.get(HOME, {"q": "zzz"}).text


@pytest.mark.parametrize("how_many", [1, 60])
def test_the_page_costs_at_most_twelve_queries_however_many_sites(desk, how_many, django_assert_max_num_queries):
    for number in range(how_many):
        site = make_site(name=f"Site {number}")
        make_report(site)
    desk.get(HOME)

    with django_assert_max_num_queries(12):
        assert desk.get(HOME).status_code == 200


@pytest.mark.parametrize("text", ["\x00", "%", "'", "é" * 200, "=1+1", "12\u00b2"])
def test_whatever_is_searched_is_answered(desk, text):
    make_site()

    assert desk.get(HOME, {"q": text, "page": text, "departement": text}).status_code == 200


def test_a_page_that_is_read_writes_nothing(desk):
    make_site()
    before = SiteEvent.objects.count()

    for path in ("", "sites.csv", "sites.xlsx"):
        desk.get(HOME + path)

    assert SiteEvent.objects.count() == before


# --- Toujours exact ----------------------------------------------------------------------------------------


def still_right(client, *sites, **fields):
    return client.post("/gestion/sites/verifier/", {"site": [site.external_id for site in sites], **fields})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_sites_ticked_are_stamped_and_nothing_else_of_them_changes(desk, agent):
    sites = [make_site(), make_site()]
    other = make_site()
    kept = [f for f in Site._meta.get_fields() if f.concrete and f.name not in ("verified_at", "verified_by")]
    before = list(Site.objects.order_by("pk").values_list(*(f.name for f in kept)))

    response = still_right(desk, *sites)

    assert said(response)[0].startswith("2 fiches marquées comme vérifiées")
    assert set(Site.objects.filter(verified_by=agent)) == set(sites)
    assert Site.objects.get(pk=other.pk).verified_at is None
    assert list(Site.objects.order_by("pk").values_list(*(f.name for f in kept))) == before
    events = SiteEvent.objects.filter(pgh_label="update")
    assert {event.pgh_context.metadata["user"] for event in events} == {agent.pk}


def test_a_rows_own_button_stamps_that_site_whatever_is_ticked(desk):
    mine, ticked = make_site(), make_site()

    still_right(desk, ticked, seul=mine.external_id)

    assert Site.objects.exclude(verified_at=None).get() == mine


def test_another_departements_site_in_the_form_is_404_and_nothing_is_written(desk):
    ours, theirs = make_site(RODEZ), make_site(METZ)

    assert still_right(desk, ours, theirs).status_code == 404
    assert not Site.objects.exclude(verified_at=None).exists()


@pytest.mark.parametrize("wrong", ["0", "\x00", "x" * 300, "1' OR '1'='1", "²"])
def test_what_is_no_identifier_is_404(desk, wrong):
    make_site()

    assert desk.post("/gestion/sites/verifier/", {"site": wrong}).status_code == 404


def test_nothing_ticked_is_said(desk):
    assert "Aucun site n'est coché" in said(still_right(desk))[0]


@pytest.mark.parametrize(
    ("back", "where"),
    [
        ("verifier=anciens&page=2", "/gestion/?verifier=anciens&page=2"),
        ("", "/gestion/"),
        ("//ailleurs.invalid", "/gestion/?%2F%2Failleurs.invalid="),
        ("https://ailleurs.invalid/?a=b", "/gestion/?https%3A%2F%2Failleurs.invalid%2F%3Fa=b"),
    ],
)
def test_one_comes_back_to_the_table_as_it_was_and_nowhere_else(desk, back, where):
    assert still_right(desk, make_site(), retour=back)["Location"] == where


def test_who_only_reads_sees_no_control_and_stamps_nothing():
    site = make_site()
    reader = signed_in(make_reader("76"))

    page = reader.get(HOME)

    assert listed(page) == [site.name]
    assert "Toujours exact" not in page.text
    assert 'type="checkbox"' not in page.text
    assert f'/gestion/sites/{site.external_id}/"' not in page.text
    assert still_right(reader, site).status_code == 404
    assert Site.objects.get().verified_at is None


def test_who_reads_a_region_and_edits_a_departement_sees_controls_on_what_they_edit():
    user = make_agent("12")
    grant(user, region="76")
    ours, read = make_site(RODEZ), make_site(TOULOUSE)

    page = signed_in(user).get(HOME).text

    assert f'id="site-{ours.external_id}"' in page
    assert f'id="site-{read.external_id}"' not in page
    assert still_right(signed_in(user), read).status_code == 404


def test_a_form_of_elsewhere_is_refused(agent):
    site = make_site()

    assert still_right(signed_in(agent, enforce_csrf_checks=True), site).status_code == 403


# --- Files -------------------------------------------------------------------------------------------------


def csv_rows(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_file_holds_what_the_table_shows_in_its_order_all_pages(desk):
    for number in range(51):
        make_site(name=f"Site {number:02}")
    make_site(name="Bus", format="bus")

    response = desk.get("/gestion/sites.csv", {"type": "fixe", "tri": "-nom", "page": "2"})

    rows = csv_rows(response)
    assert [row["nom"] for row in rows] == [f"Site {number:02}" for number in reversed(range(51))]
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]


def test_a_file_tells_what_the_table_tells(desk, agent):
    site = make_site(
        RODEZ, name="France services de Rodez", verified_at=datetime(2026, 9, 1, tzinfo=UTC), verified_by=agent
    )
    make_report(site)

    (row,) = csv_rows(desk.get("/gestion/sites.csv"))

    assert row["horaires"] == "lun. à ven. : 9 h - 17 h"
    assert (row["verifie_le"], row["verifie_par"]) == ("01/09/2026", "Camille Agent")
    assert (row["code_departement"], row["departement"], row["code_commune"]) == ("12", "Aveyron", "12202")
    assert (row["a_verifier"], row["signalements_en_attente"]) == ("Erreur signalée", "1")


def test_the_workbook_holds_the_same_rows_as_texts(desk):
    make_site(postal_code="01000", address="=cmd|'/C calc'!A0")

    data = desk.get("/gestion/sites.xlsx").content
    header, row = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows()

    cells = dict(zip((cell.value for cell in header), row, strict=True))
    assert list(cells) == list(table_files.COLUMNS)
    assert cells["code_postal"].value == "01000"
    assert cells["adresse"].value == "'=cmd|'/C calc'!A0"
    assert {cell.data_type for cell in row} <= {"s", "n", "inlineStr"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝"])
def test_no_cell_begins_a_formula(start):
    text = table_files.harmless(f"{start}1+1")

    assert not text.lstrip("\t\r ").startswith(("=", "+", "-", "@", "＝"))


def test_what_a_workbook_cannot_hold_is_left_out():
    assert table_files.harmless("a\x0bb") == "ab"


def test_files_hold_ones_own_territory_only(desk):
    make_site(METZ, name="D'ailleurs")

    assert csv_rows(desk.get("/gestion/sites.csv")) == []


def test_the_national_administrator_sees_all_of_france():
    make_site(RODEZ, name="Rodez")
    make_site(METZ, name="Metz")

    assert set(listed(signed_in(make_national()).get(HOME))) == {"Rodez", "Metz"}
