"""A site's record: read, merged, written."""

import json
from datetime import date, time

import pytest
from django.contrib.gis.geos import Point

from sites.models import Closure, ListProposal, Site, SitePartner, WeeklySlot
from sites.records.record import record_of
from sites.records.wording import Names, in_french, label
from sites.staff.saving import Collided, save
from tests.factories import RODEZ, make_site, make_stop
from tests.people import make_agent

pytestmark = pytest.mark.django_db


def saved(site, user=None, before=None, **changes):
    """Save a record with changes: {key with __ for a dot: value}."""
    before = before or record_of(site)
    mine = before | {key.replace("__", "."): value for key, value in changes.items()}
    return save(Site.objects.all(), site.pk, before, mine, user or make_agent())


def test_a_record_survives_json():
    site = make_site()
    Closure.objects.create(site=site, starts=date(2026, 12, 24), ends=date(2027, 1, 2), reason="Congés")
    SitePartner.objects.create(site=site, partner_id="caf", mode="desk", note="le mardi")
    bus = make_site(format="bus")
    make_stop(bus, weeks="odd", valid_from=date(2026, 9, 1))

    for one in (site, bus):
        assert json.loads(json.dumps(record_of(one))) == record_of(one)


def test_a_record_is_written_as_it_was_read():
    """Each key: put in another site's place, all that is told of a site comes out the same."""
    model, copy = (
        make_site(format="bus", website="https://exemple.fr", note="Sonnez", week={2: ((time(9), time(12)),)}),
        make_site(),
    )
    WeeklySlot.objects.create(
        site=model,
        weekday=2,
        opens=time(14),
        closes=time(17),
        weeks="odd",
        mode="appointment",
        valid_from=date(2026, 9, 1),
    )
    Closure.objects.create(site=model, starts=date(2026, 12, 24), reason="Travaux", replacement=copy)
    SitePartner.objects.create(site=model, partner_id="caf", mode="desk", note="le mardi")
    make_stop(model, weeks="odd", valid_from=date(2026, 9, 1), mode="appointment")
    wanted = record_of(model)
    Site.objects.filter(pk=copy.pk).update(name=model.name, format=model.format)

    save(Site.objects.all(), copy.pk, record_of(copy), wanted, make_agent())

    assert record_of(copy) == wanted


def test_what_is_saved_is_said_to_be_checked_and_belongs_to_the_prefecture():
    site, agent = make_site(), make_agent()

    written = saved(site, agent, phone="05 65 00 00 00", hours__1=[["10:00", "12:00", "all", "open", None, None]])

    site.refresh_from_db()
    assert set(written) == {"phone", "hours.1"}
    assert site.locally_owned_fields == ["hours", "phone"]
    assert site.verified_by == agent
    assert site.verified_at


def test_changes_of_two_people_that_do_not_collide_are_both_kept():
    site = make_site(phone="1", note="")
    before = record_of(site)

    saved(site, before=before, phone="2")
    saved(site, before=before, note="Sonnez")

    site.refresh_from_db()
    assert (site.phone, site.note) == ("2", "Sonnez")


def test_two_people_who_change_the_same_hours_collide_and_nothing_is_written():
    site = make_site()
    before = record_of(site)
    saved(site, before=before, hours__1=[["10:00", "12:00", "all", "open", None, None]])

    with pytest.raises(Collided) as error:
        saved(site, before=before, note="Sonnez", hours__1=[])

    site.refresh_from_db()
    assert list(error.value.collisions) == ["hours.1"]
    assert site.note == ""
    assert record_of(site)["hours.1"] == [["10:00", "12:00", "all", "open", None, None]]


def test_what_belongs_to_the_national_list_is_not_changed():
    site = make_site(name="France services de Rodez")

    written = saved(site, name="Chez moi", status="withdrawn", phone="2")

    site.refresh_from_db()
    assert (site.name, site.status, list(written)) == ("France services de Rodez", "active", ["phone"])


def test_a_site_that_is_not_among_those_given_is_not_found():
    site = make_site()

    with pytest.raises(Site.DoesNotExist):
        save(Site.objects.none(), site.pk, record_of(site), record_of(site), make_agent())


def test_what_the_list_proposed_is_decided_by_a_change():
    from sites.models import ImportBatch

    site, batch = make_site(), ImportBatch.objects.create(file_name="liste.csv", sha256="0")
    for field in ("phone", "note"):
        ListProposal.objects.create(site=site, field=field, value="x", batch=batch)

    saved(site, phone="2")

    assert list(site.list_proposals.waiting().values_list("field", flat=True)) == ["note"]


def test_only_the_slots_that_differ_are_written_anew():
    site = make_site(week={1: ((time(9), time(12)), (time(14), time(17)))})
    kept = site.weekly_slots.get(opens=time(9)).pk

    saved(site, hours__1=[["09:00", "12:00", "all", "open", None, None], ["14:00", "18:00", "all", "open", None, None]])

    assert site.weekly_slots.get(opens=time(9)).pk == kept


def test_each_value_is_told_in_french():
    site = make_site(week={1: ((time(9), time(12)), (time(14), time(17, 30)))})
    other = make_site(name="France services d'Olemps")
    values = {
        "hours.1": record_of(site)["hours.1"],
        "hours.7": [],
        "hours.2": [["09:00", "12:00", "odd", "appointment", None, None]],
        "closures.2026-12-24": ["2027-01-02", "Congés", other.pk],
        "partners.caf": ["desk", "le mardi"],
        "stops.2|09:00|all|": ["12:00", "open", None, RODEZ, "Place du Bourg", 2.57, 44.35],
        "commune": [RODEZ, "12000"],
        "location": [2.57, 44.35],
        "appointment": "required",
        "labelled_on": "2022-01-01",
        "note": "",
    }
    names = Names.of(values.items())

    told = {label(key, names): in_french(key, value, names) for key, value in values.items()}

    assert told == {
        "Horaires du lundi": "9 h - 12 h, 14 h - 17 h 30",
        "Horaires du dimanche": "Fermé",
        "Horaires du mardi": "9 h - 12 h (semaines impaires, sur rendez-vous)",
        "Fermeture du 24 décembre 2026": "jusqu'au 2 janvier 2027 : Congés ; à la place : France services d'Olemps",
        "Partenaire : Allocations familiales": "Permanence sur place : le mardi",
        "Passage du mardi à 9 h": "9 h - 12 h : Place du Bourg, Rodez",
        "Commune et code postal": "12000 Rodez",
        "Position sur la carte": "44.35000, 2.57000",
        "Rendez-vous": "Sur rendez-vous uniquement",
        "Labellisé le": "1er janvier 2022",
        "Précisions": "rien",
    }


def test_a_point_that_was_not_moved_is_not_a_change():
    site = make_site()
    Site.objects.filter(pk=site.pk).update(location=Point(2.123456789, 44.987654321, srid=4326))

    assert saved(site) == {}
