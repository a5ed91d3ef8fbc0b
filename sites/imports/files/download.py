"""Fetching the official list from data.gouv.fr: one deadline, a size limit, and redirects that stay there."""

import time
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings

DEADLINE_S = 60
MAX_BYTES = 20 * 1024 * 1024
MAX_REDIRECTS = 3
# data.gouv.fr answers a resource's permanent address with a redirect to its file store.
REDIRECTS_TO = "data.gouv.fr"


class DownloadError(Exception):
    """The list could not be fetched. The message is a French sentence."""


class ListUnavailable(DownloadError):
    """The service does not answer, or not in time: nothing is wrong with us, try again later."""

    def __init__(self, why):
        super().__init__(
            f"La liste officielle n'a pas pu être téléchargée ({why}). Réessayez plus tard, ou téléchargez-la "
            "vous-même sur data.gouv.fr et donnez le fichier à la commande."
        )


class RedirectRefused(DownloadError):
    """The address leads elsewhere than to data.gouv.fr over HTTPS."""


class ListTooBig(DownloadError):
    """What is sent cannot be the list."""


def official_list(client=None):
    """(file name, bytes) of the list at `settings.OFFICIAL_LIST_URL`. Raises a `DownloadError`."""
    until = time.monotonic() + DEADLINE_S
    with client or httpx.Client(follow_redirects=False, trust_env=True) as client:
        try:
            return _fetch(client, settings.OFFICIAL_LIST_URL, until)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ListUnavailable("le service ne répond pas") from error


def _fetch(client, url, until):
    for _ in range(MAX_REDIRECTS + 1):
        with client.stream("GET", url, timeout=_time_left(until)) as response:
            if response.has_redirect_location:
                url = _redirected(url, response.headers["location"])
                continue
            if response.status_code != httpx.codes.OK:
                raise ListUnavailable(f"réponse {response.status_code}")
            return _name_of(url), _read(response, until)
    raise RedirectRefused("La liste officielle renvoie trop de fois d'une adresse à une autre.")


def _redirected(url, location):
    try:
        url = urljoin(url, location)
        parts = urlsplit(url)
    except ValueError as error:
        raise RedirectRefused("La liste officielle renvoie vers une adresse illisible : refusé.") from error
    host = parts.hostname or ""
    if parts.scheme != "https" or not (host == REDIRECTS_TO or host.endswith(f".{REDIRECTS_TO}")):
        raise RedirectRefused(
            f"La liste officielle renvoie vers {parts.scheme}://{host}, hors de {REDIRECTS_TO} en HTTPS : refusé."
        )
    return url


def _read(response, until):
    chunks, size = [], 0
    for chunk in response.iter_bytes(64 * 1024):
        size += len(chunk)
        if size > MAX_BYTES:
            raise ListTooBig(f"Le fichier proposé dépasse {MAX_BYTES // 1024**2} Mo : ce n'est pas la liste.")
        _time_left(until)
        chunks.append(chunk)
    return b"".join(chunks)


def _time_left(until):
    left = until - time.monotonic()
    if left <= 0:
        raise ListUnavailable(f"plus de {DEADLINE_S} secondes")
    return left


def _name_of(url):
    return urlsplit(url).path.rsplit("/", 1)[-1] or "liste officielle"
