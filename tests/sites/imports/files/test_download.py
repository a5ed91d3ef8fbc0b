"""Fetching the official list: what is followed, what is refused, what is said."""

import httpx
import pytest

from sites.imports.files import download
from sites.imports.files.download import ListTooBig, ListUnavailable, RedirectRefused, official_list

START = "https://www.data.gouv.fr/fr/datasets/r/liste"


@pytest.fixture(autouse=True)
def _official_address(settings):
    settings.OFFICIAL_LIST_URL = START


def client_answering(answer):
    return httpx.Client(transport=httpx.MockTransport(answer))


def redirect_to(url):
    def answer(request):
        return httpx.Response(302, headers={"location": url}) if str(request.url) == START else httpx.Response(200)

    return answer


def test_the_file_store_of_data_gouv_is_followed():
    def answer(request):
        if str(request.url) == START:
            return httpx.Response(302, headers={"location": "https://static.data.gouv.fr/resources/liste-fs.csv"})
        return httpx.Response(200, content=b"id_fs")

    assert official_list(client_answering(answer)) == ("liste-fs.csv", b"id_fs")


@pytest.mark.parametrize(
    "url",
    [
        "http://static.data.gouv.fr/liste.csv",
        "https://data.gouv.fr.exemple.org/liste.csv",
        "https://fauxdata.gouv.fr/liste.csv",
        "https://127.0.0.1/liste.csv",
        "file:///etc/passwd",
        "https://[exemple.org/",
    ],
)
def test_a_redirect_elsewhere_is_refused(url):
    with pytest.raises(RedirectRefused, match="refusé"):
        official_list(client_answering(redirect_to(url)))


def test_endless_redirects_are_refused():
    with pytest.raises(RedirectRefused, match="trop de fois"):
        official_list(client_answering(lambda _: httpx.Response(302, headers={"location": START})))


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_answer_that_is_no_file_is_told(status):
    with pytest.raises(ListUnavailable, match=f"réponse {status}"):
        official_list(client_answering(lambda _: httpx.Response(status)))


def test_a_service_that_does_not_answer_is_told():
    def answer(request):
        raise httpx.ConnectTimeout("lent", request=request)

    with pytest.raises(ListUnavailable, match="ne répond pas"):
        official_list(client_answering(answer))


def test_a_service_that_drips_is_given_up(monkeypatch):
    monkeypatch.setattr(download, "DEADLINE_S", -1)

    with pytest.raises(ListUnavailable, match="secondes"):
        official_list(client_answering(lambda _: httpx.Response(200, content=b"x")))


def test_a_file_that_is_too_big_is_refused(monkeypatch):
    monkeypatch.setattr(download, "MAX_BYTES", 1000)

    with pytest.raises(ListTooBig, match="n'est pas la liste"):
        official_list(client_answering(lambda _: httpx.Response(200, content=b"x" * 1001)))
