"""What a list says of a field that the prefecture holds is proposed, and never written over its own."""

from datetime import time

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from sites.imports import report
from sites.models import ImportBatch, ListProposal, Site, WeeklySlot
from tests.people import make_agent
from tests.sites.imports.lists import ALBI, RODEZ, import_rows, plan_of

pytestmark = pytest.mark.django_db

HOURS_OF_RODEZ = {
    "1": [["09:00", "12:00"], ["14:00", "17:00"]],
    "2": [["09:00", "12:00"]],
    "4": [["09:00", "12:00"], ["14:00", "17:00"]],
    "5": [["09:00", "12:00"]],
}


def hold(*fields, **values):
    """The prefecture gives the only site its own values, and holds these fields."""
    Site.objects.update(locally_owned_fields=[*fields, *values], **values)


def proposed():
    return dict(ListProposal.objects.values_list("field", "value"))


@pytest.mark.parametrize(
    ("field", "ours", "said"),
    [
        ("phone", "05 36 49 00 99", "05 36 49 00 01"),
        ("email", "a@exemple.fr", "rodez@exemple.fr"),
        ("appointment", "required", "none"),
        ("note", "Sonnez deux fois", "Fermé les jours fériés"),
        ("address", "2 rue Neuve", "1 Place de la Mairie"),
        ("postal_code", "12510", "12000"),
        ("commune", "12176", "12202"),
        ("location", Point(2.6, 44.4, srid=4326), [2.5734, 44.3526]),
    ],
)
def test_a_field_that_the_prefecture_holds_keeps_its_value_and_the_list_proposes(field, ours, said):
    import_rows(RODEZ)
    hold(**{field: ours})

    plan, batch = import_rows(RODEZ)

    assert proposed() == {field: said}
    assert ListProposal.objects.get().batch == batch
    value = getattr(Site.objects.get(), f"{field}_id" if field == "commune" else field)
    assert value == ours
    assert (plan.counts["updated"], plan.counts["unchanged"]) == (0, 1)


@pytest.mark.parametrize(("held", "then"), [("commune", ["12202", "81000"]), ("postal_code", ["81004", "12000"])])
def test_a_commune_or_a_postal_code_that_is_held_alone_stays(held, then):
    import_rows(RODEZ)
    Site.objects.update(locally_owned_fields=[held])

    import_rows(RODEZ | {"insee_com": "81004", "code_postal": "81000", "insee_dep": "81", "lib_com": "Albi"})

    site = Site.objects.get()
    assert [site.commune_id, site.postal_code] == then


def test_the_hours_that_the_prefecture_holds_are_proposed_day_by_day():
    import_rows(RODEZ)
    hold("hours")
    WeeklySlot.objects.exclude(weekday=1, opens=time(9)).delete()
    WeeklySlot.objects.update(opens=time(8))

    import_rows(RODEZ)

    assert proposed() == {"hours": HOURS_OF_RODEZ}
    assert set(WeeklySlot.objects.values_list("weekday", "opens")) == {(1, time(8))}


def test_an_empty_cell_proposes_nothing():
    import_rows(RODEZ)
    hold(phone="05 36 49 00 99", note="Sonnez deux fois")

    _, batch = import_rows(RODEZ | {"telephone": "", "commentaire": ""})

    assert batch is None
    assert proposed() == {}


def test_what_is_not_held_is_updated_beside_what_is():
    import_rows(RODEZ)
    hold("hours", phone="05 36 49 00 99", location=Point(2.6, 44.4, srid=4326))

    _, batch = import_rows(RODEZ | {"lib_fs": "Maison du Rouergue", "h_lundi": "", "mail": "neuf@exemple.fr"})

    site = Site.objects.get()
    assert (site.name, site.slug, site.email) == ("Maison du Rouergue", "maison-du-rouergue", "neuf@exemple.fr")
    assert (site.phone, site.location.coords) == ("05 36 49 00 99", (2.6, 44.4))
    assert WeeklySlot.objects.filter(weekday=1).exists()
    assert batch.rows.get().after.keys() == {"name", "email"}
    assert proposed().keys() == {"hours", "phone", "location"}


def test_a_site_that_reopens_keeps_what_is_held():
    import_rows(RODEZ)
    hold(phone="05 36 49 00 99")
    Site.objects.update(status="withdrawn")

    plan, _ = import_rows(RODEZ)

    assert plan.counts["reopened"] == 1
    assert Site.objects.get().phone == "05 36 49 00 99"
    assert proposed() == {"phone": "05 36 49 00 01"}


def test_the_same_list_again_changes_nothing():
    import_rows(RODEZ, ALBI)
    hold(phone="05 36 49 00 99", location=Point(2.6, 44.4, srid=4326))
    import_rows(RODEZ, ALBI)
    before = list(ListProposal.objects.values())

    plan, batch = import_rows(RODEZ, ALBI)

    assert batch is None
    assert not plan.changes_something
    assert list(ListProposal.objects.values()) == before


def test_a_proposal_goes_when_the_list_says_what_the_prefecture_does():
    import_rows(RODEZ)
    hold(phone="05 36 49 00 99")
    import_rows(RODEZ)

    import_rows(RODEZ | {"telephone": "05 36 49 00 99"})

    assert proposed() == {}


def test_a_proposal_goes_when_the_field_is_given_back_to_lists():
    import_rows(RODEZ)
    hold(phone="05 36 49 00 99")
    import_rows(RODEZ)
    Site.objects.update(locally_owned_fields=[])

    import_rows(RODEZ)

    assert proposed() == {}
    assert Site.objects.get().phone == "05 36 49 00 01"


def test_a_dismissed_proposal_comes_back_only_with_something_new():
    import_rows(RODEZ)
    hold(phone="05 36 49 00 99")
    import_rows(RODEZ)
    ListProposal.objects.update(dismissed_at=timezone.now(), dismissed_by=make_agent())

    _, same = import_rows(RODEZ)
    waiting_after_the_same = ListProposal.objects.waiting().count()
    import_rows(RODEZ | {"telephone": "05 36 49 00 02"})

    assert (same, waiting_after_the_same) == (None, 0)
    assert ListProposal.objects.waiting().get().value == "05 36 49 00 02"
    assert ListProposal.objects.get().dismissed_by is None


def test_what_is_held_is_told_in_the_report_without_being_an_error():
    import_rows(RODEZ)
    hold(phone="05 36 49 00 99")

    plan = plan_of(RODEZ)

    assert (plan.counts["errors"], plan.counts["warnings"]) == (0, 1)
    said = "\n".join(report.lines(plan))
    assert "Valeur tenue par la préfecture (1)" in said
    assert "ligne 2, telephone : « 05 36 49 00 01 »" in said


def test_a_plan_that_is_only_looked_at_proposes_nothing():
    import_rows(RODEZ)
    hold(phone="05 36 49 00 99")

    plan_of(RODEZ)

    assert proposed() == {}
    assert ImportBatch.objects.count() == 1


def test_an_antenne_that_becomes_a_principal_depends_on_no_other_site():
    """Which the prefecture had chosen: the database would refuse the whole list."""
    import_rows(RODEZ | {"type_fs": "Antenne"}, ALBI)
    Site.objects.filter(external_id=RODEZ["id_fs"]).update(parent=Site.objects.get(external_id=ALBI["id_fs"]))

    plan, _batch = import_rows(RODEZ, ALBI)

    rodez = Site.objects.get(external_id=RODEZ["id_fs"])
    assert (rodez.kind, rodez.parent) == ("principal", None)
    assert plan.counts["updated"] == 1
