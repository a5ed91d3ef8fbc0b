"""Every address × role × object × method, against `access_matrix.csv` (see `access_matrix` for how to write it)."""

import logging

import pytest

from tests import access_matrix
from tests.access_matrix import METHODS, ROLES, World, addresses, answers_to, cell, keys_of, statuses_of

# Pages for those who are not signed in yet, or not with both factors: all other pages of the staff send them there.
BEFORE_SIGNING_IN = {
    "accounts:sign_in",
    "accounts:sign_out",
    "accounts:second_factor",
    "accounts:set_up",
    "accounts:invitation",
    "accounts:forgotten_password",
    "accounts:new_password",
    "accounts:proconnect",
    "accounts:proconnect_return",
}
NEVER_WRITES = set(METHODS) - {"POST"}
OUTSIDE = ("anonymous", "password_only", "grant_over")


@pytest.fixture(autouse=True)
def _quiet():
    """Thousands of requests, each with its line."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


# --- The table names everything, and what it says is right ---------------------------------------------------


def test_the_table_names_every_address_and_no_other():
    named = {(name, address) for name, address, _ in access_matrix.read()}
    answered = {(address.name, address.pattern) for address in addresses()}

    assert answered - named == set(), "to add: see access_matrix"
    assert named - answered == set(), "no longer answered"


def rows_of_staff():
    for (name, address, key), cells in access_matrix.read().items():
        if address.startswith(access_matrix.STAFF) and name not in BEFORE_SIGNING_IN:
            yield name, address, key, {role: statuses_of(text) for role, text in cells.items()}


def test_the_staffs_pages_send_who_has_not_signed_in_with_both_factors_to_do_so():
    sent = {"anonymous": {"302-connexion"}, "password_only": {"302-second-facteur"}}
    wrong = [
        (name, role)
        for name, _, _, cells in rows_of_staff()
        for role, there in sent.items()
        if set(cells[role].values()) != there
    ]

    assert not wrong


def test_the_admin_does_not_exist_but_for_national_administrators():
    wrong = [
        (name, role)
        for name, address, _, cells in rows_of_staff()
        for role in ("agent", "grant_over", "reader")
        if address.startswith("/admin/") and set(cells[role].values()) != {"404"}
    ]

    assert not wrong


def test_what_is_out_of_scope_is_answered_as_what_is_nowhere():
    rows = {(name, key): cells for name, address, key, cells in rows_of_staff() if address.startswith("/gestion/")}
    wrong = [
        (name, role)
        for (name, key), cells in rows.items()
        for role in ("agent", "reader")
        if key == "other" and cells[role] != rows[name, "missing"][role]
    ]

    assert not wrong


def test_what_is_nowhere_is_never_found():
    assert not [
        name for name, _, key, cells in rows_of_staff() if key == "missing" and cells["national"]["GET"] == "200"
    ]


def test_head_is_answered_as_get():
    wrong = [
        (name, role)
        for (name, _, _), cells in access_matrix.read().items()
        for role, text in cells.items()
        if statuses_of(text)["GET"] != statuses_of(text)["HEAD"]
    ]

    assert not wrong


def test_no_address_fails():
    failing = {
        row[0] for row, cells in access_matrix.read().items() if any(" 5" in f" {one}" for one in cells.values())
    }

    assert failing == set()


# --- The project does what the table says --------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.ignore_template_errors
@pytest.mark.parametrize("role", ROLES)
def test_who_gets_what(role):
    """Its status; no word of a site that is not to be read; nothing written but by a POST that was let in."""
    world, table = World(), access_matrix.read()

    wrong = []
    for address in addresses():
        for key in keys_of(address):
            row = table.get((address.name, address.pattern, key)) or table[address.name, address.pattern, "any"]
            answers = answers_to(world, role, address, key)
            if cell(answers) != row[role]:
                wrong.append(f"{address.name} {key}: {cell(answers)}, not {row[role]}")
            for method, answer in answers.items():
                if said := answer.words & not_to_be_told(address, role, answer):
                    wrong.append(f"{address.name} {key} {method}: tells of {sorted(said)}")
                if answer.wrote and (method in NEVER_WRITES or is_refused(address, role, answer)):
                    wrong.append(f"{address.name} {key} {method}: wrote {sorted(answer.wrote)}")

    assert not wrong, "\n".join(["", *wrong])


def is_refused(address, role, answer):
    """By the door, or by what lies behind it. One's own account is one's own, and a form sent back is not a refusal."""
    outside = role in OUTSIDE and address.is_of_staff and not address.name.startswith("accounts:")
    return outside or answer.status in ("403", "404", "405", "410")


def not_to_be_told(address, role, answer):
    """Of which sites (`own`, `other`) an answer says nothing. Public pages tell of all."""
    if not address.is_of_staff:
        return set()
    if is_refused(address, role, answer):
        return set(access_matrix.WORDS)
    return set() if role == "national" else {"other"}
