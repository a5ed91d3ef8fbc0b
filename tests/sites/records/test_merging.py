"""Two people who change the same record."""

from hypothesis import given
from hypothesis import strategies as st

from sites.records.merging import Collision, Merge, merge

records = st.dictionaries(st.sampled_from("abcd"), st.sampled_from([None, "", 1, 2, 3]))


def test_what_only_i_changed_is_written():
    assert merge({"phone": "1"}, {"phone": "1"}, {"phone": "2"}) == Merge({"phone": "2"})


def test_what_only_they_changed_stays():
    assert merge({"phone": "1", "note": ""}, {"phone": "2", "note": ""}, {"phone": "1", "note": ""}) == Merge()


def test_changes_that_do_not_collide_are_both_kept():
    before = {"phone": "1", "note": "a"}

    assert merge(before, before | {"phone": "2"}, before | {"note": "b"}) == Merge({"note": "b"})


def test_the_same_change_twice_is_no_collision():
    assert merge({"phone": "1"}, {"phone": "2"}, {"phone": "2"}) == Merge()


def test_two_changes_of_one_value_collide():
    merged = merge({"phone": "1"}, {"phone": "2"}, {"phone": "3"})

    assert merged == Merge({}, {"phone": Collision("1", "2", "3")})


def test_a_row_that_one_takes_away_and_the_other_changes_collides():
    merged = merge({"closures.2026-12-24": ["2027-01-01"]}, {"closures.2026-12-24": ["2027-01-02"]}, {})

    assert merged.collisions["closures.2026-12-24"].mine is None


@given(records, records, records)
def test_nothing_of_theirs_is_overwritten_and_nothing_of_mine_is_lost(before, theirs, mine):
    merged = merge(before, theirs, mine)

    for key in before.keys() | theirs.keys() | mine.keys():
        was, is_now, wanted = before.get(key), theirs.get(key), mine.get(key)
        after = merged.changes.get(key, is_now)
        if key in merged.collisions:
            assert key not in merged.changes
            assert len({repr(value) for value in (was, is_now, wanted)}) == 3
        else:
            assert is_now in (was, after) or after == is_now
            assert after == wanted or wanted == was


@given(records, records)
def test_alone_i_get_what_i_wanted(before, mine):
    merged = merge(before, before, mine)

    assert not merged.collisions
    assert {key: value for key, value in (before | merged.changes).items() if value is not None} == {
        key: value for key, value in mine.items() if value is not None
    }
