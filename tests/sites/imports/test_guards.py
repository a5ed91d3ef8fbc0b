"""What must give pause before a list is applied."""

import pytest

from sites.imports.guards import alarms

QUIET = dict.fromkeys(("created", "updated", "closed", "reopened", "unchanged", "absent", "errors", "warnings"), 0)


def found(counts, in_service=1_000, is_complete=True):
    return {one.code: one.number for one in alarms(QUIET | counts, in_service, is_complete)}


@pytest.mark.parametrize(("absent", "expected"), [(20, {}), (21, {"absent": 21})])
def test_more_than_two_in_a_hundred_sites_absent_from_a_complete_list(absent, expected):
    assert found({"absent": absent, "closed": absent}) == expected


def test_absence_from_a_partial_list_means_nothing():
    assert found({"absent": 900}, is_complete=False) == {}


@pytest.mark.parametrize(("updated", "expected"), [(300, {}), (301, {"changed": 301})])
@pytest.mark.parametrize("is_complete", [True, False])
def test_more_than_thirty_in_a_hundred_sites_changed(is_complete, updated, expected):
    assert found({"updated": updated}, is_complete=is_complete) == expected


def test_reopened_and_closed_sites_count_among_those_changed():
    assert found({"updated": 200, "reopened": 91, "closed": 10, "absent": 10}) == {"changed": 301}


def test_new_sites_are_no_change_of_those_in_service():
    assert found({"created": 5_000}) == {}


def test_a_complete_list_that_names_fewer_than_ninety_in_a_hundred_sites():
    assert found({"absent": 101, "closed": 101}) == {"absent": 101, "few": 899}
    assert found({"absent": 100, "closed": 100}) == {"absent": 100}


def test_shares_of_a_handful_of_sites_mean_nothing():
    assert found({"absent": 9, "closed": 9, "updated": 0}, in_service=12) == {}


def test_an_empty_directory_alarms_nobody():
    assert found({"created": 2_845}, in_service=0) == {}


def test_sites_that_all_come_back_to_an_empty_directory_alarm_nobody():
    """A list that was taken back whole, then applied again."""
    assert found({"reopened": 2845}, in_service=0) == {}


def test_sentences_give_numbers_as_the_french_write_them():
    sentence = next(iter(alarms(QUIET | {"absent": 2_560, "closed": 2_560}, 2_845, True))).sentence

    assert sentence == ("2 560 sites en service ne sont pas dans la liste (90,0 %) : ils seraient fermés au public.")
