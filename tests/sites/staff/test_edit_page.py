"""The form of a site's record, by the client that a browser would be."""

import re
from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from franceservices.territories.models import Commune
from sites.models import Closure, ErrorReport, ImportBatch, ListProposal, Site, SitePartner
from sites.records.record import record_of
from tests.factories import METZ, ONET, RODEZ, make_site, make_stop
from tests.people import make_agent, make_national, make_reader, signed_in
from tests.sites.staff.forms import sent_by

pytestmark = pytest.mark.django_db


KNOWN = ("dbname", "user", "password", "host", "port")  # what says which database it is


@pytest.fixture
def agent():
    return signed_in(make_agent("12"))


def address(site):
    return f"/gestion/sites/{site.external_id}/"


def fields_of(response):
    """What a browser would send back of the page's form, untouched: {name: value}."""
    return sent_by(response.context["form"]) | {"opened": response.context["opened"]}


def opened(client, site):
    response = client.get(address(site))
    assert response.status_code == 200
    return fields_of(response)


def test_a_form_sent_back_untouched_changes_nothing_but_says_that_it_was_checked(agent):
    site, other = make_site(note="Sonnez.\nDeux fois."), make_site()
    Closure.objects.create(site=site, starts=date(2026, 1, 1), ends=date(2999, 1, 1), replacement=other)
    Closure.objects.create(site=site, starts=date(2020, 1, 1), ends=date(2020, 1, 2))
    SitePartner.objects.create(site=site, partner_id="caf", mode="desk", note="le mardi")
    site.weekly_slots.filter(weekday=1).update(weeks="odd", mode="appointment", valid_from=date(2026, 9, 1))
    before = record_of(site)

    response = agent.post(address(site), opened(agent, site))

    assert response.status_code == 302
    assert record_of(site) == before
    site.refresh_from_db()
    assert site.verified_at
    assert site.locally_owned_fields == []


def test_a_round_sent_back_untouched_stays_as_it_is(agent):
    bus = make_site(format="bus")
    make_stop(bus, weeks="first", valid_until=date(2999, 1, 1), at=(44.4, 2.6))
    before = record_of(bus)

    agent.post(address(bus), opened(agent, bus))

    assert record_of(bus) == before


def test_hours_are_changed_however_they_are_typed_and_public_at_once(agent):
    site = make_site()
    sent = opened(agent, site) | {"hours-0-opens": "9h30", "hours-0-closes": "1230"}

    agent.post(address(site), sent)

    assert record_of(site)["hours.1"][0][:2] == ["09:30", "12:30"]
    assert "9 h 30 - 12 h 30" in agent.get(site.get_absolute_url()).text


def test_the_summary_of_errors_follows_the_page_and_says_which_day(agent):
    site = make_site()
    sent = opened(agent, site) | {"phone": "12", "hours-0-opens": "25h", "closures-0-ends": "2026-11-01"}

    page = agent.post(address(site), sent)

    assert [(id, name) for id, name, _sentence in page.context["errors"]] == [
        ("id_hours-0-opens", "lundi, de"),
        ("id_closures-0-starts", "fermeture, du"),
        ("id_phone", "Téléphone"),
    ]


def test_each_box_of_a_week_says_which_slot_it_is(agent):
    page = agent.get(address(make_site())).text

    boxes = re.findall(r"Sur rendez-vous <span class=\"fr-sr-only\">(.*?)</span>", page)
    assert len(boxes) == len(set(boxes)) > 7


def test_a_day_whose_hours_are_emptied_is_closed(agent):
    site = make_site()
    sent = opened(agent, site) | {"hours-0-opens": "", "hours-0-closes": ""}

    agent.post(address(site), sent)

    assert record_of(site)["hours.1"] == []


def test_a_week_of_closure_is_told_with_its_message_and_the_site_to_go_to(agent):
    site, other = make_site(), make_site(name="France services de Baraqueville")
    starts = timezone.localdate() + timedelta(days=3)
    sent = opened(agent, site) | {
        "closures-0-starts": starts.isoformat(),
        "closures-0-ends": (starts + timedelta(days=6)).isoformat(),
        "closures-0-reason": "Congés",
        "closures-0-replacement": other.pk,
    }

    agent.post(address(site), sent)

    page = agent.get(site.get_absolute_url()).text
    assert "Congés" in page
    assert other.name in page


def test_a_closure_is_taken_back(agent):
    site = make_site()
    Closure.objects.create(site=site, starts=date(2026, 1, 1), reason="Travaux")
    sent = opened(agent, site) | {"closures-0-DELETE": "on"}

    agent.post(address(site), sent)

    assert not site.closures.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("hours-0-opens", "25h", "Écrivez une heure"),
        ("hours-0-closes", "", "Il manque cette heure"),
        ("hours-0-closes", "08:00", "doit venir après la première"),
        ("hours-1-opens", "10", "Il manque cette heure"),
        ("email", "mairie", "adresse"),
        ("phone", "appelez-moi", "Écrivez un numéro"),
        ("postal_code", "12", "Écrivez 5 chiffres"),
        ("commune", "Metz", "Choisissez une commune de votre département"),
        ("latitude", "nan", "Écrivez un nombre"),
        ("latitude", "12", "pas en France"),
        ("closures-0-ends", "2026-12-24", "premier jour"),
        ("closures-0-starts", "hier", "date"),
        ("partner-caf-note", "le mardi", "comment ce partenaire"),
        ("appointment", "maybe", "appointment"),
        ("hours-TOTAL_FORMS", "99999", ""),
        ("hours-TOTAL_FORMS", "x", ""),
        ("hours-0-weekday", "9", ""),
        ("closures-0-replacement", "999999", ""),
        ("parent", "999999", ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(agent, field, value, sentence):
    site = make_site()
    before = record_of(site)
    sent = opened(agent, site) | {"note": "Ce que je viens d'écrire", field: value}

    response = agent.post(address(site), sent)

    assert response.status_code == 400
    assert sentence in response.text
    assert "Ce que je viens d&#x27;écrire" in response.text or "Ce que je viens d'écrire" in response.text
    assert record_of(site) == before


def test_slots_that_overlap_are_refused(agent):
    site = make_site()
    sent = opened(agent, site) | {"hours-1-opens": "10", "hours-1-closes": "11"}

    response = agent.post(address(site), sent)

    assert "en chevauche un autre" in response.text


# --- What is not theirs ----------------------------------------------------------------------------


def test_a_site_of_another_departement_is_not_found(agent):
    site = make_site(METZ, name="France services de la Moselle")
    national = signed_in(make_national())

    for response in (agent.get(address(site)), agent.post(address(site), opened(national, site))):
        assert response.status_code == 404
        assert site.name not in response.text


def test_a_reader_cannot_open_the_form():
    assert signed_in(make_reader("76")).get(address(make_site())).status_code == 404


def test_the_form_of_a_site_cannot_be_sent_to_another(agent):
    """All that differs collides: nothing is overwritten."""
    site, other = make_site(phone="05 65 00 00 01"), make_site(ONET, phone="05 65 00 00 02")

    response = agent.post(address(other), opened(agent, site))

    assert response.status_code == 409
    other.refresh_from_db()
    assert (other.phone, other.commune_id) == ("05 65 00 00 02", ONET)


def test_nothing_but_what_the_form_shows_is_written(agent):
    site = make_site()
    sent = opened(agent, site) | {
        "name": "Chez moi",
        "status": "withdrawn",
        "external_id": "9",
        "labelled_on": "2001-01-01",
        "verified_by": "1",
        "locally_owned_fields": "name",
        "is_demo": "on",
        "id": "1",
    }

    agent.post(address(site), sent)

    again = Site.objects.get(pk=site.pk)
    for name in ("name", "status", "external_id", "labelled_on", "locally_owned_fields", "is_demo"):
        assert getattr(again, name) == getattr(site, name)


def test_a_form_without_a_token_is_refused():
    client = signed_in(make_agent("12"), enforce_csrf_checks=True)

    assert client.post(address(make_site()), {}).status_code == 403


# --- The point -------------------------------------------------------------------------------------


def test_a_point_that_moves_far_is_asked_about_then_written(agent):
    site = make_site()
    sent = opened(agent, site) | {"latitude": str(site.location.y + 0.005).replace(".", ",")}

    asked = agent.post(address(site), sent)
    record = record_of(site)
    moved = agent.post(address(site), sent | {"confirm_move": asked.context["move"].token})

    assert asked.status_code == 400
    assert "Il est déplacé de 560 m" in asked.text
    assert record["location"][1] == round(site.location.y, 6)
    assert moved.status_code == 302
    assert record_of(site)["location"][1] == round(site.location.y + 0.005, 6)


def test_a_point_that_moves_a_little_is_not_asked_about(agent):
    site = make_site()

    response = agent.post(address(site), opened(agent, site) | {"latitude": f"{site.location.y + 0.001:.6f}"})

    assert response.status_code == 302


def test_a_point_that_goes_out_of_the_commune_is_asked_about(agent):
    onet = Commune.objects.get(pk=ONET).location
    site = make_site()

    asked = agent.post(address(site), opened(agent, site) | {"latitude": f"{onet.y:.6f}", "longitude": f"{onet.x:.6f}"})

    assert asked.context["move"].nearer_to.pk == ONET


def test_a_confirmed_move_does_not_confirm_another(agent):
    site = make_site()
    sent = opened(agent, site) | {"latitude": f"{site.location.y + 0.005:.6f}"}
    token = agent.post(address(site), sent).context["move"].token

    response = agent.post(address(site), sent | {"latitude": f"{site.location.y + 0.01:.6f}", "confirm_move": token})

    assert response.status_code == 400


# --- Two people ------------------------------------------------------------------------------------


def test_two_people_who_change_different_things_are_both_right(agent):
    site = make_site()
    mine = opened(agent, site) | {"note": "Sonnez"}
    signed_in(make_agent("12")).post(address(site), opened(agent, site) | {"phone": "05 65 00 00 00"})

    agent.post(address(site), mine)

    site.refresh_from_db()
    assert (site.note, site.phone) == ("Sonnez", "05 65 00 00 00")


@pytest.mark.parametrize(("choice", "kept"), [("mine", "Sonnez"), ("theirs", "Frappez")])
def test_two_people_who_change_the_same_thing_choose(agent, choice, kept):
    site = make_site(note="")
    mine = opened(agent, site) | {"note": "Sonnez", "phone": "05 65 00 00 00"}
    signed_in(make_agent("12")).post(address(site), opened(agent, site) | {"note": "Frappez"})

    asked = agent.post(address(site), mine)
    site.refresh_from_db()
    assert asked.status_code == 409
    assert (site.note, site.phone) == ("Frappez", "05 36 49 00 01")
    assert asked.context["collisions"] == [
        {"key": "note", "label": "Précisions", "choice": "", "before": "rien", "theirs": "Frappez", "mine": "Sonnez"}
    ]
    again = mine | {"opened": asked.context["opened"]}
    assert agent.post(address(site), again).status_code == 400  # nobody chose
    assert agent.post(address(site), again | {"choice-note": choice}).status_code == 302

    site.refresh_from_db()
    assert (site.note, site.phone) == (kept, "05 65 00 00 00")


@pytest.mark.django_db(transaction=True)
def test_a_record_that_an_import_holds_is_kept_as_typed_and_told():
    agent, site = signed_in(make_agent("12")), make_site()
    sent = opened(agent, site) | {"note": "Sonnez"}
    with psycopg.connect(
        **{name: value for name, value in connection.get_connection_params().items() if name in KNOWN}
    ) as other:
        other.execute("LOCK TABLE sites_site IN SHARE ROW EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        response = agent.post(address(site), sent)
        other.rollback()
    connection.close()

    assert response.status_code == 503
    assert "par un import" in response.text
    assert "Sonnez" in response.text


# --- Buttons that write nothing --------------------------------------------------------------------


def test_the_preview_is_the_public_page_and_writes_nothing(agent):
    site = make_site()
    before, history = record_of(site), Site.pgh_event_model.objects.count()

    response = agent.post(address(site), opened(agent, site) | {"note": "Entrée par la cour", "action": "preview"})

    assert "Aperçu" in response.text
    assert "Entrée par la cour" in response.text
    assert record_of(site) == before
    assert Site.pgh_event_model.objects.count() == history


def test_a_day_is_copied_on_others_without_a_script(agent):
    site = make_site(week={})
    sent = opened(agent, site) | {"hours-0-opens": "9", "hours-0-closes": "12", "hours-0-by_appointment": "on"}

    page = agent.post(address(site), sent | {"action": "copy.1.2.3.4.5"})
    agent.post(address(site), fields_of(page))

    record = record_of(site)
    assert [record[f"hours.{day}"] for day in range(1, 8)] == [
        [["09:00", "12:00", "all", "appointment", None, None]]
    ] * 5 + [[], []]


def test_a_slot_is_added_without_a_script_and_nothing_typed_is_lost(agent):
    site = make_site()
    sent = opened(agent, site) | {"note": "Sonnez", "action": "add.hours.6"}

    page = agent.post(address(site), sent)

    lines = next(lines for day, _name, _before, lines in page.context["form"].days if day == 6)
    assert len(lines) == 2
    assert "Sonnez" in page.text


def test_the_point_is_placed_on_the_address(agent, settings):
    from tests.geocoder_stand_in import running

    site = make_site(address="5 rue Béteille")
    with running("good") as stand_in:
        settings.GEOCODER_URL = stand_in.url
        page = agent.post(address(site), opened(agent, site) | {"action": "locate"})

    assert page.context["form"].site["latitude"].value() == "44.353800"
    assert "5 Rue Béteille 12000 Rodez" in page.text


def test_an_address_service_that_is_down_is_told(agent):
    site = make_site()

    page = agent.post(address(site), opened(agent, site) | {"action": "locate"})

    assert "ne répond pas" in page.text


@pytest.mark.parametrize("action", ["drop", "copy.8.9", "copy.x", "add.hours.9", "add.partners", "locate.1", "copy"])
def test_a_button_that_is_none_of_ours_is_not_found(agent, action):
    site = make_site()

    assert agent.post(address(site), opened(agent, site) | {"action": action}).status_code == 404


@pytest.mark.parametrize("how_many", [1, 10])
def test_the_form_costs_the_same_however_many_lines(agent, django_assert_max_num_queries, how_many):
    for _ in range(how_many):
        make_site()
    bus = make_site(format="bus")
    for weekday in range(1, 6):
        make_stop(bus, weekday=weekday)

    with django_assert_max_num_queries(16):
        agent.get(address(bus))


# --- What citizens and the list say ----------------------------------------------------------------


def test_a_citizens_report_is_beside_the_form_and_answered_by_saving(
    agent, mailoutbox, django_capture_on_commit_callbacks
):
    site = make_site()
    report = ErrorReport.objects.create(
        site=site, subject="hours", message="Fermé le lundi depuis septembre", email="claude@exemple.fr", sender="x"
    )

    page = agent.get(address(site), {"signalement": report.pk})
    with django_capture_on_commit_callbacks(execute=True):
        sent = fields_of(page) | {"signalement": report.pk, "hours-0-opens": "", "hours-0-closes": ""}
        answered = agent.post(address(site), sent, follow=True)

    report.refresh_from_db()
    assert "Fermé le lundi depuis septembre" in page.text
    assert (report.status, report.handled_by.name, report.email) == ("accepted", "Camille Agent", "")
    assert [mail.to for mail in mailoutbox] == [["claude@exemple.fr"]]
    assert "classé comme corrigé, et la personne est remerciée" in answered.text


def test_a_report_on_another_site_is_not_answered(agent):
    site, other = make_site(), make_site()
    report = ErrorReport.objects.create(site=other, subject="hours", message="Un message d'ailleurs", sender="x")

    page = agent.get(address(site), {"signalement": report.pk})
    agent.post(address(site), fields_of(page) | {"signalement": report.pk})

    report.refresh_from_db()
    assert "Un message d'ailleurs" not in page.text
    assert report.status == "new"


@pytest.mark.parametrize(
    ("field", "value", "key", "after"),
    [
        ("phone", "05 65 00 00 09", "phone", "05 65 00 00 09"),
        ("commune", ONET, "commune", [ONET, "12000"]),
        ("postal_code", "12850", "commune", [RODEZ, "12850"]),
        ("location", [2.575, 44.351], "location", [2.575, 44.351]),
        ("hours", {"1": [["10:00", "12:00"]]}, "hours.1", [["10:00", "12:00", "all", "open", None, None]]),
        ("hours", {"1": [["10:00", "12:00"]]}, "hours.2", []),
    ],
)
def test_what_the_list_proposes_is_taken_by_a_link_then_saved(agent, field, value, key, after):
    site = make_site()
    batch = ImportBatch.objects.create(file_name="liste.csv", sha256="0")
    proposal = ListProposal.objects.create(site=site, field=field, value=value, batch=batch)
    before = record_of(site)

    page = agent.get(address(site), {"proposition": proposal.pk})
    unchanged = record_of(site)
    sent = fields_of(page)
    confirmed = agent.post(address(site), sent).context
    if confirmed and confirmed["move"]:
        agent.post(address(site), sent | {"confirm_move": confirmed["move"].token})

    assert unchanged == before
    assert record_of(site)[key] == after
    assert not site.list_proposals.waiting().exists()


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "²", ""])
def test_a_proposal_or_a_report_that_is_none_is_ignored(agent, number):
    site = make_site()

    assert agent.get(address(site), {"proposition": number, "signalement": number}).status_code == 200
