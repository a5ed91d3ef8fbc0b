"""What the national list proposes: told in French beside one's own value, and put aside with one click."""

import pytest
from django.utils import timezone

from sites.models import ListProposal, Site
from sites.staff import proposals
from tests.factories import METZ, TOULOUSE, make_site
from tests.people import grant, make_agent, make_reader, signed_in
from tests.sites.staff.test_to_check import make_proposal

pytestmark = pytest.mark.django_db

PAGE = "/gestion/propositions/"


def keep(client, proposal):
    return client.post(f"{PAGE}{proposal.pk}/garder/")


@pytest.mark.parametrize(
    ("field", "value", "theirs", "ours"),
    [
        ("phone", "05 36 49 00 99", ["05 36 49 00 99"], ["05 36 49 00 01"]),
        ("email", "a@exemple.fr", ["a@exemple.fr"], ["Rien"]),
        ("note", "Sonnez\ndeux fois", ["Sonnez", "deux fois"], ["Rien"]),
        ("appointment", "required", ["Sur rendez-vous uniquement"], ["Sans rendez-vous"]),
        ("commune", "12176", ["Onet-le-Château (12176)"], ["Rodez (12202)"]),
        (
            "hours",
            {"1": [["09:00", "12:00"], ["14:00", "17:30"]], "2": [["09:00", "12:00"]]},
            ["lun. : 9 h - 12 h, 14 h - 17 h 30", "mar. : 9 h - 12 h"],
            ["lun. à ven. : 9 h - 17 h"],
        ),
    ],
)
def test_a_proposal_is_told_in_french_beside_ones_own_value(field, value, theirs, ours):
    proposal = make_proposal(make_site(), field=field, value=value)

    (told,) = proposals.told([proposal], timezone.now())

    assert told.label == proposals.LABELS[field]
    assert [line.replace("\u00a0", " ") for line in told.theirs] == theirs
    assert [line.replace("\u00a0", " ") for line in told.ours] == ours


@pytest.mark.parametrize(("latitude", "said"), [(44.351, "110 m"), (44.40, "5,6 km")])
def test_a_point_is_told_by_its_distance(latitude, said):
    site = make_site(at=(44.35, 2.57))

    (told,) = proposals.told([make_proposal(site, field="location", value=[2.57, latitude])], timezone.now())

    assert told.theirs == [f"Un point à {said} du vôtre"]


def test_every_field_that_lists_propose_has_a_label():
    from sites.imports.held import HELD

    assert set(HELD) <= set(proposals.LABELS)


def test_the_page_shows_those_of_ones_territory_that_wait(desk):
    site = make_site()
    make_proposal(site, value="05 36 49 00 99")
    make_proposal(site, field="email", value="ecarte@exemple.fr", dismissed_at=timezone.now())
    make_proposal(make_site(METZ), value="03 53 01 00 99")

    page = desk.get(PAGE).text

    assert "05 36 49 00 99" in page
    assert f'href="/gestion/sites/{site.external_id}/"' in page
    assert "ecarte@exemple.fr" not in page
    assert "03 53 01 00 99" not in page


def test_to_keep_ones_own_value_puts_the_proposal_aside_and_changes_no_site(desk, agent):
    proposal = make_proposal(make_site())
    before = list(Site.objects.values())

    response = keep(desk, proposal)

    assert response["Location"] == PAGE
    proposal.refresh_from_db()
    assert proposal.dismissed_by == agent
    assert not proposals.waiting(proposal.site).exists()
    assert list(Site.objects.values()) == before
    assert "Rien à décider" in desk.get(PAGE).text


def test_a_proposal_already_decided_or_of_elsewhere_is_404(desk):
    elsewhere, done = make_proposal(make_site(METZ)), make_proposal(make_site(), dismissed_at=timezone.now())

    assert {keep(desk, elsewhere).status_code, keep(desk, done).status_code} == {404}
    assert ListProposal.objects.waiting().get() == elsewhere


def test_who_only_reads_decides_nothing():
    proposal = make_proposal(make_site())
    reader = signed_in(make_reader("76"))

    assert "Garder notre valeur" not in reader.get(PAGE).text
    assert keep(reader, proposal).status_code == 404
    assert ListProposal.objects.waiting().exists()


def test_one_decides_where_one_edits_only():
    user = make_agent("12")
    grant(user, region="76")
    read = make_proposal(make_site(TOULOUSE))

    assert f"/{read.pk}/garder/" not in signed_in(user).get(PAGE).text
    assert keep(signed_in(user), read).status_code == 404


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_page_costs_the_same_however_many_proposals(desk, how_many, django_assert_max_num_queries):
    for _ in range(how_many):
        make_proposal(make_site(), field="commune", value="12176")

    with django_assert_max_num_queries(9):
        desk.get(PAGE)


def test_what_was_proposed_for_a_field_that_was_put_right_since_is_decided():
    site = make_site()
    make_proposal(site)
    make_proposal(site, field="email", value="a@exemple.fr")

    proposals.decide(site, ["phone"], make_agent())

    assert [proposal.field for proposal in proposals.waiting(site)] == ["email"]
