"""What is worth a look in how a list differs from the directory: each is a warning on its line."""

import pytest

from sites.models import Site
from tests.sites.imports.lists import ALBI, RODEZ, found, import_rows, plan_of, planned

pytestmark = pytest.mark.django_db


def messages(plan, code):
    return [issue.message for issue in plan.issues if issue.code == code]


def test_a_new_name_tells_the_one_before():
    import_rows(RODEZ)

    plan = plan_of(RODEZ | {"lib_fs": "Maison du Rouergue"})

    assert found(plan) == [("warning", "renamed", 2, "lib_fs", "Maison du Rouergue")]
    assert messages(plan, "renamed") == ["S'appelait « France services de Rodez »."]


@pytest.mark.parametrize(("latitude", "how_far"), [("44.3552", []), ("44.3554", ["310 m"]), ("44.3700", ["1,9 km"])])
def test_a_point_that_moves_by_more_than_300_m_says_how_far(latitude, how_far):
    import_rows(RODEZ)

    plan = plan_of(RODEZ | {"latitude": latitude})

    assert plan.counts["updated"] == 1
    assert [distance in message for message, distance in zip(messages(plan, "moved"), how_far, strict=True)] == [
        True
    ] * len(how_far)


def test_a_closed_site_that_comes_back_says_since_when_it_was_closed():
    import_rows(RODEZ)
    Site.objects.update(status="closed", closed_on="2025-01-31")

    plan = plan_of(RODEZ)

    assert found(plan) == [("warning", "was_closed", 2, "id_fs", "7001")]
    assert "31/01/2025" in plan.issues[0].message


def test_a_new_site_at_the_door_of_another_of_its_kind_may_be_the_same_one():
    import_rows(RODEZ)
    near = RODEZ | {"id_fs": "7003", "lib_fs": "Rodez bis", "latitude": "44.3531"}  # 56 m further north

    plan = plan_of(RODEZ, near)

    assert found(plan) == [("warning", "neighbour", 3, "latitude", "44.3531, 2.5734")]
    assert "À 56 m de France services de Rodez (7001)" in plan.issues[0].message


def test_two_new_sites_at_one_door_are_told_by_their_lines():
    plan = plan_of(RODEZ, RODEZ | {"id_fs": "7003"})

    assert "France services de Rodez (7001), ligne 2" in messages(plan, "neighbour")[0]


@pytest.mark.parametrize(
    "other",
    [
        {"format_fs": "Bus_équivalent"},
        {"type_fs": "Antenne"},
        {"latitude": "44.3534"},  # 89 m
    ],
)
def test_a_bus_an_antenne_or_a_site_further_on_is_no_duplicate(other):
    plan = plan_of(RODEZ, RODEZ | {"id_fs": "7003"} | other)

    assert not messages(plan, "neighbour")


def test_a_known_site_that_does_not_move_is_not_compared_with_its_neighbours():
    import_rows(RODEZ, RODEZ | {"id_fs": "7003"})

    assert not plan_of(RODEZ, RODEZ | {"id_fs": "7003"}).issues


def test_every_line_has_its_effect_then_every_site_that_the_list_lacks():
    import_rows(RODEZ, ALBI, ALBI | {"id_fs": "7004"}, ALBI | {"id_fs": "7005"}, ALBI | {"id_fs": "7006"})
    Site.objects.filter(external_id="7005").update(status="closed", closed_on="2025-01-31")

    rows = planned(
        RODEZ, ALBI | {"mail": "neuf@exemple.fr"}, RODEZ | {"id_fs": "7003"}, ALBI | {"id_fs": "7005"}, is_complete=True
    )

    assert [(row.line, row.action, row.external_id) for row in rows] == [
        (2, "unchanged", "7001"),
        (3, "update", "7002"),
        (4, "create", "7003"),
        (5, "reopen", "7005"),
        (None, "close", "7004"),
        (None, "close", "7006"),
    ]


def test_a_site_whose_line_is_in_error_is_not_absent():
    import_rows(RODEZ, ALBI)

    rows = planned(RODEZ, ALBI | {"latitude": "x"}, is_complete=True)

    assert [(row.line, row.action, row.external_id) for row in rows] == [
        (2, "unchanged", "7001"),
        (3, "error", "7002"),
    ]


def test_what_changes_is_told_in_the_words_of_a_record():
    import_rows(RODEZ)

    (row,) = planned(
        RODEZ | {"h_mardi": "10:00 - 12:00", "h_samedi": "09:00 - 12:00", "code_postal": "12850", "prise_rdv": "Oui"}
    )

    assert row.before == {
        "commune": ["12202", "12000"],
        "appointment": "none",
        "hours.2": [["09:00", "12:00", "all", "open", None, None]],
        "hours.6": [],
    }
    assert row.after == {
        "commune": ["12202", "12850"],
        "appointment": "possible",
        "hours.2": [["10:00", "12:00", "all", "open", None, None]],
        "hours.6": [["09:00", "12:00", "all", "open", None, None]],
    }
