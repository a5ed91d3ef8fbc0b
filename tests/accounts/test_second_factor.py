"""The second factor: set up at first, asked each time, good once."""

from base64 import b32decode
from datetime import timedelta

import pytest
from django.test import Client

from franceservices.accounts import second_factor
from franceservices.accounts.models import RecoveryCode
from tests.accounts.steps import (
    SECOND,
    SET_UP,
    code_for,
    code_of,
    give_code,
    give_password,
    reads_the_account,
    sign_in,
)
from tests.people import PASSWORD, make_agent, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def half_in(client, agent):
    """A client that has given the password of `agent`."""
    give_password(client, agent)
    return client


def wait(user, seconds):
    """As if the last wrong code were that much older."""
    device = user.totpdevice_set.get()
    device.throttling_failure_timestamp -= timedelta(seconds=seconds)
    device.save()


@pytest.mark.parametrize("code", ["000000", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "1e5", "\x00", ""])
def test_a_wrong_code_opens_nothing(half_in, code):
    response = give_code(half_in, code)

    assert response.status_code == 400
    assert response.context["form"].errors["code"]
    assert not reads_the_account(half_in)


def test_a_code_may_be_typed_with_a_space(half_in, agent):
    code = code_for(agent)

    assert give_code(half_in, f"{code[:3]} {code[3:]}").url == "/gestion/"


def test_a_code_is_good_once(client, agent):
    code = code_for(agent)
    give_password(client, agent)
    assert give_code(client, code).url == "/gestion/"
    other = Client()
    give_password(other, agent)

    assert give_code(other, code).status_code == 400
    assert not reads_the_account(other)


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_code_is_good_for_half_a_minute_more_or_less(half_in, agent, steps, is_good):
    give_code(half_in, code_for(agent, steps))

    assert reads_the_account(half_in) is is_good


def test_the_code_of_someone_else_is_wrong(half_in):
    assert give_code(half_in, code_for(make_agent("57"))).status_code == 400


def test_wrong_codes_make_one_wait_longer_each_time_even_from_another_browser(client, agent):
    for failures in range(1, 6):
        other = Client()
        give_password(other, agent)
        give_code(other, "000000")
        good = give_code(other, code_for(agent))

        assert good.status_code == 400
        assert "Trop de codes faux" in good.text
        assert agent.totpdevice_set.get().throttling_failure_count == failures
        wait(agent, 2 ** (failures - 1))
    assert sign_in(client, agent).url == "/gestion/"


def test_a_good_password_does_not_forgive_wrong_codes(half_in, agent):
    give_code(half_in, "000000")
    give_password(half_in, agent)

    assert "Trop de codes faux" in give_code(half_in, code_for(agent)).text


def test_recovery_codes_are_good_once_each(agent):
    first, *others = second_factor.new_recovery_codes(agent)
    assert len(others) == 9
    client, again = Client(), Client()
    give_password(client, agent)
    give_password(again, agent)

    assert give_code(client, first.lower().replace("-", " ")).url == "/gestion/"
    assert reads_the_account(client)
    assert give_code(again, first).status_code == 400
    assert agent.recovery_codes.count() == 9


def test_recovery_codes_are_not_kept_as_they_are(agent):
    codes = second_factor.new_recovery_codes(agent)
    kept = repr(list(RecoveryCode.objects.values()))

    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    assert len(set(RecoveryCode.objects.values_list("digest", flat=True))) == 10


def test_new_recovery_codes_put_an_end_to_the_earlier_ones(half_in, agent):
    old = second_factor.new_recovery_codes(agent)[0]
    second_factor.new_recovery_codes(agent)

    assert give_code(half_in, old).status_code == 400


def test_the_recovery_code_of_someone_else_is_wrong(half_in):
    other = make_user()
    codes = second_factor.new_recovery_codes(other)

    assert give_code(half_in, codes[0]).status_code == 400
    assert other.recovery_codes.count() == 10


def test_wrong_recovery_codes_make_one_wait_too(half_in, agent):
    good = second_factor.new_recovery_codes(agent)[0]
    give_code(half_in, "AAAA-BBBB-CCCC")

    assert "Trop de codes faux" in give_code(half_in, good).text
    assert agent.recovery_codes.count() == 10


def test_the_last_recovery_codes_are_told_of(half_in, agent):
    code = second_factor.new_recovery_codes(agent)[0]
    keep = agent.recovery_codes.order_by("pk").values_list("pk", flat=True)[:3]
    agent.recovery_codes.exclude(pk__in=list(keep)).delete()
    give_code(half_in, code)

    assert "Il vous reste 2 codes de secours" in half_in.get("/gestion/compte/").text


# --- Setting up ------------------------------------------------------------------------------------


def set_up(client, **fields):
    """The key (hexadecimal) that the page gave, and the answer to its code of the moment."""
    page = client.get(SET_UP)
    key = b32decode(page.context["secret"].replace(" ", "")).hex()
    return key, client.post(SET_UP, {"key": page.context["key"], "code": code_of(key)} | fields)


def test_who_has_no_second_factor_is_led_to_set_it_up(client, newcomer):
    give_password(client, newcomer, next="/gestion/compte/")
    response = client.get("/gestion/compte/")
    response = client.get(response.url)

    assert response.url == "/gestion/second-facteur/installer/?next=%2Fgestion%2Fcompte%2F"
    page = client.get(response.url)
    assert "<svg" in page.text
    assert page.context["next"] == "/gestion/compte/"
    assert not newcomer.totpdevice_set.exists()


def test_setting_up_shows_ten_recovery_codes_and_lets_in(client, newcomer):
    give_password(client, newcomer)
    before = client.cookies["sessionid"].value

    key, response = set_up(client)

    assert response.status_code == 200
    assert len(response.context["codes"]) == 10
    assert all(code in response.text for code in response.context["codes"])
    assert newcomer.totpdevice_set.get().key == key
    assert reads_the_account(client)
    assert client.cookies["sessionid"].value != before
    other = Client()
    give_password(other, newcomer)
    assert give_code(other, code_of(key)).status_code == 400, "the code that set it up has served"
    wait(newcomer, 1)
    assert give_code(other, response.context["codes"][3]).url == "/gestion/"


def test_a_wrong_code_sets_nothing_up_and_keeps_the_key(client, newcomer):
    give_password(client, newcomer)
    page = client.get(SET_UP)

    response = client.post(SET_UP, {"key": page.context["key"], "code": "000000"})

    assert response.status_code == 400
    assert response.context["secret"] == page.context["secret"]
    assert not newcomer.totpdevice_set.exists()


def test_a_key_of_ones_own_making_or_of_someone_else_is_refused(client, newcomer):
    other = make_user()
    other.totpdevice_set.all().delete()
    stranger = Client()
    give_password(stranger, other)
    page = stranger.get(SET_UP)
    give_password(client, newcomer)

    for key in ("", "x", "é", second_factor.new_key(), page.context["key"]):
        response = client.post(SET_UP, {"key": key, "code": code_of(second_factor.new_key())})
        assert response.status_code == 400
        assert "ouverte depuis trop longtemps" in response.text
    assert not newcomer.totpdevice_set.exists()


def test_a_second_factor_is_not_replaced_by_who_only_has_the_password(half_in, agent):
    key = agent.totpdevice_set.get().key

    assert half_in.get(SET_UP).url == SECOND
    assert half_in.post(SET_UP, {"code": "123456", "proof": PASSWORD}).url == SECOND
    assert agent.totpdevice_set.get().key == key


def test_two_browsers_do_not_set_up_two_applications(newcomer):
    key = second_factor.new_key()
    second_factor.set_up(newcomer, key, code_of(key))

    with pytest.raises(second_factor.AlreadySetUp):
        second_factor.set_up(newcomer, other := second_factor.new_key(), code_of(other))


def test_changing_application_asks_for_the_password_and_ends_what_the_old_one_opened(agent):
    client, elsewhere = signed_in(agent), signed_in(agent)
    old = agent.totpdevice_set.get().key
    _, refused = set_up(client, proof="pas le bon")
    assert refused.status_code == 400
    assert agent.totpdevice_set.get().key == old

    key, response = set_up(client, proof=PASSWORD)

    assert response.status_code == 200
    assert agent.totpdevice_set.get().key == key != old
    assert reads_the_account(client)
    assert not reads_the_account(elsewhere)


def test_who_has_no_password_proves_it_by_a_code(agent):
    agent.set_unusable_password()
    agent.save()
    client = signed_in(agent)
    assert client.post("/gestion/second-facteur/codes/", {"proof": PASSWORD}).status_code == 400

    response = client.post("/gestion/second-facteur/codes/", {"proof": code_for(agent)})

    assert len(response.context["codes"]) == 10


def test_new_recovery_codes_ask_for_the_password(agent):
    client = signed_in(agent)
    codes = second_factor.new_recovery_codes(agent)

    assert client.post("/gestion/second-facteur/codes/", {"proof": "non"}).status_code == 400
    assert client.post("/gestion/second-facteur/codes/", {}).status_code == 400
    assert second_factor.prove(agent, codes[0])
    assert len(client.post("/gestion/second-facteur/codes/", {"proof": PASSWORD}).context["codes"]) == 10
    assert not second_factor.prove(agent, codes[1])


def test_guessing_the_password_of_an_open_session_is_bounded_too(agent):
    client = signed_in(agent)

    answers = [client.post("/gestion/second-facteur/codes/", {"proof": "non"}).status_code for _ in range(6)]

    assert answers == [400, 400, 400, 400, 429, 429]


def test_the_code_of_the_moment_skips_one_that_has_served(agent):
    device = agent.totpdevice_set.get()
    code, seconds = second_factor.code_of(device)
    assert 0 < seconds <= 30
    assert second_factor.prove(agent, code)

    device.refresh_from_db()
    following, _ = second_factor.code_of(device)

    assert following != code
    assert second_factor.prove(agent, following)


@pytest.mark.parametrize("wrong", ["000000", "ABCDEFGHJKLM"])
def test_the_wait_stops_doubling_so_that_a_stranger_shuts_nobody_out_for_long(agent, wrong):
    device = agent.totpdevice_set.get()
    for _ in range(16):
        device.throttling_failure_timestamp = None
        device.save()
        assert second_factor.prove(agent, wrong) is None
        device.refresh_from_db()

    wait(agent, 35 * 60)

    assert second_factor.prove(agent, code_for(agent))
