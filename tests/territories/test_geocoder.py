"""The State's geocoder answers within its deadline, in the promised shape, or is unavailable."""

import contextlib
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from franceservices.territories import geocoder
from franceservices.territories.limits import FAILURES_BEFORE_REST, REST_S

UNWELL = [
    "drips",
    "drips_headers",
    "hangs",
    "error",
    "too_many",
    "html",
    "nonsense",
    "not_json",
    "deep",
    "nan",
    "infinite",
    "nan_score",
    "called_html",
    "hangs_up",
    "text_coordinates",
    "not_a_list",
    "huge",
    "redirects",
]


@pytest.fixture(autouse=True)
def _short_deadline(settings):
    settings.GEOCODER_DEADLINE_S = 0.4


def test_an_address_has_a_point_and_the_codes_of_its_commune(stand_in):
    (found,) = geocoder.search("5 rue Béteille Rodez")

    assert found == geocoder.Address(
        label="5 Rue Béteille 12000 Rodez",
        latitude=44.3538,
        longitude=2.5787,
        score=0.95,
        kind="housenumber",
        citycode="12202",
        postcode="12000",
        city="Rodez",
        context="12, Aveyron, Occitanie",
    )


@pytest.mark.parametrize("mode", ["empty", "unsure", "refuses", "abroad", "abroad_and_unread"])
def test_an_unknown_address_is_not_found(mode, stand_in):
    stand_in.mode = mode

    with pytest.raises(geocoder.AddressNotFound):
        geocoder.search("99 rue Inconnue")


def test_only_the_addresses_that_cannot_be_read_or_lie_abroad_are_left_out(stand_in):
    stand_in.mode = "one_good"

    assert [found.label for found in geocoder.search("rue Béteille")] == ["5 Rue Béteille 12000 Rodez"]


def test_an_address_may_lack_its_codes(stand_in):
    stand_in.mode = "without_codes"

    assert [found.citycode for found in geocoder.search("12 rue de la Paix")] == ["", ""]


@pytest.mark.parametrize("mode", ["abroad", "one_good", "without_codes"])
def test_odd_addresses_are_no_failures(mode, stand_in):
    stand_in.mode = mode
    for number in range(FAILURES_BEFORE_REST):
        with contextlib.suppress(geocoder.AddressNotFound):
            geocoder.search(f"{number} rue Béteille")
    stand_in.mode = "good"

    assert geocoder.search("5 rue Béteille Rodez")


@pytest.mark.parametrize("mode", UNWELL)
def test_a_geocoder_that_is_unwell_is_unavailable_within_the_deadline(mode, stand_in):
    stand_in.mode = mode
    began = time.monotonic()

    with pytest.raises(geocoder.GeocoderUnavailable):
        geocoder.search("12 rue de la Paix")

    assert time.monotonic() - began < 0.4 + 0.3


def test_a_redirect_is_not_followed(stand_in):
    stand_in.mode = "redirects"

    with pytest.raises(geocoder.GeocoderUnavailable):
        geocoder.search("12 rue de la Paix")

    assert [path for path, _, _ in stand_in.requests] == ["/search"]


@pytest.mark.parametrize("mode", ["drips", "drips_headers"])
def test_the_worker_of_a_call_given_up_is_free_again(mode, stand_in, settings):
    settings.GEOCODER_DEADLINE_S = 0.1
    stand_in.mode = mode

    for number in range(12):  # more than there are workers
        geocoder.breaker.reset()
        with pytest.raises(geocoder.GeocoderUnavailable):
            geocoder.search(f"{number} rue de la Paix")
    time.sleep(0.3)
    stand_in.mode = "good"
    settings.GEOCODER_DEADLINE_S = 2
    geocoder.breaker.reset()

    assert geocoder.search("5 rue Béteille Rodez")


def test_nobody_listening_is_unavailable(settings):
    settings.GEOCODER_URL = "http://127.0.0.1:9/search"

    with pytest.raises(geocoder.GeocoderUnavailable):
        geocoder.search("12 rue de la Paix")


def test_an_answer_is_remembered(stand_in):
    geocoder.search("5 rue Béteille Rodez")
    geocoder.search("5 RUE béteille rodez")

    assert len(stand_in.requests) == 1


def test_that_there_is_no_such_address_is_remembered_but_not_a_failure(stand_in):
    for mode, error in [("error", geocoder.GeocoderUnavailable), ("empty", geocoder.AddressNotFound)]:
        stand_in.mode = mode
        for _ in range(2):
            with pytest.raises(error):
                geocoder.search("99 rue Inconnue")

    assert len(stand_in.requests) == 3


def test_no_call_goes_during_the_rest_after_failures_in_a_row(stand_in):
    stand_in.mode = "error"
    for number in range(FAILURES_BEFORE_REST + 5):
        with pytest.raises(geocoder.GeocoderUnavailable):
            geocoder.search(f"{number} rue de la Paix")

    assert len(stand_in.requests) == FAILURES_BEFORE_REST


def test_after_the_rest_one_call_goes_and_its_success_ends_it(stand_in, monkeypatch):
    stand_in.mode = "error"
    for number in range(FAILURES_BEFORE_REST):
        with pytest.raises(geocoder.GeocoderUnavailable):
            geocoder.search(f"{number} rue de la Paix")
    later = time.monotonic() + REST_S + 1
    monkeypatch.setattr(geocoder.breaker, "now", lambda: later)
    stand_in.mode = "good"

    assert geocoder.search("5 rue Béteille Rodez")
    assert geocoder.search("rue Béteille Rodez")


def test_a_success_between_failures_starts_the_count_again(stand_in):
    for _ in range(3):
        for mode in ("error", "error", "good"):
            stand_in.mode = mode
            try:
                geocoder.search(f"rue Béteille {len(stand_in.requests)}")
            except geocoder.GeocodingError:
                continue

    assert len(stand_in.requests) == 9


def test_more_calls_than_our_share_are_refused_before_they_leave(stand_in, settings):
    settings.GEOCODER_REQUESTS_PER_SECOND = 2
    refused = 0
    for number in range(6):
        try:
            geocoder.search(f"{number} rue Béteille Rodez")
        except geocoder.GeocoderUnavailable:
            refused += 1
        except geocoder.AddressNotFound:
            continue

    assert len(stand_in.requests) == 2
    assert refused == 4


def test_a_call_says_nothing_of_the_visitor(stand_in):
    stand_in.mode = "sets_cookie"
    geocoder.search("5 rue Béteille Rodez")
    geocoder.search("rue Béteille Rodez")

    for _, query, headers in stand_in.requests:
        assert set(headers) <= {"Host", "Accept", "Accept-Encoding", "Connection", "User-Agent"}
        assert headers["User-Agent"] == "portail-france-services"
        assert set(query) == {"q", "limit", "autocomplete", "index"}


@pytest.mark.parametrize("mode", UNWELL)
def test_what_was_typed_is_in_no_log_and_in_no_error(mode, stand_in, caplog):
    stand_in.mode = mode

    with (
        caplog.at_level(logging.DEBUG, logger="franceservices"),
        pytest.raises(geocoder.GeocoderUnavailable) as raised,
    ):
        geocoder.search("5 rue Béteille Rodez")

    assert "teille" not in f"{raised.value} {caplog.text}"
    assert raised.value.__cause__ is None  # httpx's errors hold the request
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_what_was_typed_is_not_in_the_cache_key():
    assert "teille" not in geocoder.cache_key({"q": "5 rue Béteille Rodez"})


@pytest.mark.parametrize("typed", ["", "ab", "...", "'\"", "-,;"])
def test_what_is_too_short_is_not_asked(typed, stand_in):
    with pytest.raises(geocoder.AddressNotFound):
        geocoder.search(typed)

    assert stand_in.requests == []


def at_once(*asks):
    """What each of the functions, all called at the same time, gave or raised, with the seconds that it took."""

    def run(ask):
        began = time.monotonic()
        try:
            return ask(), time.monotonic() - began
        except geocoder.GeocodingError as error:
            return error, time.monotonic() - began

    with ThreadPoolExecutor(len(asks)) as threads:
        return list(threads.map(run, asks))


def search_for(number, autocomplete=False):
    return lambda: geocoder.search(f"{number} rue de la Paix", autocomplete=autocomplete)


@pytest.fixture
def slow_geocoder(stand_in, settings):
    """It answers well, but after 0.4 s."""
    settings.GEOCODER_DEADLINE_S = 3
    stand_in.mode, stand_in.delay_s = "slow", 0.4
    return stand_in


def test_at_most_half_of_the_threads_wait_for_the_geocoder():
    web_threads = int(os.environ.get("WEB_THREADS") or 4)

    assert 1 <= geocoder.SIMULTANEOUS_CALLS <= max(1, web_threads / 2)


def test_visitors_beyond_the_limit_do_not_wait(slow_geocoder, monkeypatch):
    monkeypatch.setattr(geocoder, "SIMULTANEOUS_CALLS", 2)

    answers = at_once(*map(search_for, range(8)))

    refused = [took_s for answer, took_s in answers if isinstance(answer, geocoder.GeocoderUnavailable)]
    assert len(slow_geocoder.requests) == 2
    assert len(refused) == 6
    assert max(refused) < 0.2


def test_being_busy_is_no_failure_and_passes(slow_geocoder, monkeypatch):
    monkeypatch.setattr(geocoder, "SIMULTANEOUS_CALLS", 2)
    at_once(*map(search_for, range(8)))

    answers = at_once(search_for(1), search_for(2))

    assert not any(isinstance(answer, geocoder.GeocoderUnavailable) for answer, _ in answers)


def test_suggestions_under_way_leave_room_for_a_search(slow_geocoder, monkeypatch):
    monkeypatch.setattr(geocoder, "SIMULTANEOUS_CALLS", 2)
    at_once(*[search_for(number, autocomplete=True) for number in range(4)])
    suggestions = len(slow_geocoder.requests)

    def search_a_moment_later():
        time.sleep(0.1)
        return geocoder.search("12 rue de la Paix Paris")

    *_, (found, _) = at_once(*[search_for(number, autocomplete=True) for number in range(5, 9)], search_a_moment_later)

    assert suggestions == 1
    assert not isinstance(found, Exception)


def test_a_suggestion_is_given_up_after_a_second(stand_in, settings):
    settings.GEOCODER_DEADLINE_S = 3
    stand_in.mode = "slow"

    ((answer, took_s),) = at_once(search_for(12, autocomplete=True))

    assert isinstance(answer, geocoder.GeocoderUnavailable)
    assert took_s < 1.3


def test_slow_answers_are_given_but_end_in_a_rest(slow_geocoder, monkeypatch):
    monkeypatch.setattr(geocoder, "SLOW_S", 0.3)
    slow_geocoder.delay_s = 0.35
    for number in range(FAILURES_BEFORE_REST):
        assert geocoder.search(f"rue de la Paix{' ' * number}")

    with pytest.raises(geocoder.GeocoderUnavailable):
        geocoder.search("12 rue de la Paix")


def test_suggestions_given_up_end_in_a_rest_of_suggestions_not_of_searches(stand_in, settings, monkeypatch):
    monkeypatch.setattr(geocoder, "SUGGESTION_DEADLINE_S", 0.1)
    settings.GEOCODER_DEADLINE_S = 3
    stand_in.mode, stand_in.delay_s = "slow", 0.3
    for number in range(FAILURES_BEFORE_REST + 3):
        with pytest.raises(geocoder.GeocoderUnavailable):
            geocoder.search(f"{number} rue de la Paix", autocomplete=True)

    assert len(stand_in.requests) == FAILURES_BEFORE_REST
    assert geocoder.search("12 rue de la Paix")


def test_suggestions_leave_half_of_our_share_to_searches(stand_in, settings, monkeypatch):
    settings.GEOCODER_REQUESTS_PER_SECOND = 4
    stand_in.mode = "always_paris"
    monkeypatch.setattr(geocoder.bucket, "now", lambda: 0)
    for number in range(6):
        with contextlib.suppress(geocoder.GeocoderUnavailable):
            geocoder.search(f"{number} rue de la Paix", autocomplete=True)
    suggestions = len(stand_in.requests)
    for number in range(6):
        with contextlib.suppress(geocoder.GeocoderUnavailable):
            geocoder.search(f"{number} rue de la Paix")

    assert suggestions == 2
    assert len(stand_in.requests) == 4


def test_a_share_of_one_call_a_second_still_suggests(stand_in, settings):
    settings.GEOCODER_REQUESTS_PER_SECOND = 1

    assert geocoder.search("5 rue Béteille Rodez", autocomplete=True)
