"""Putting values of an earlier record back: a new change like any other, that never overwrites what was not shown."""

from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.core import signing
from django.db import IntegrityError, connection

from franceservices.territories.models import Commune
from sites.locks import locked, writing
from sites.models import Site
from sites.records.record import is_editable, record_of
from sites.staff import history
from sites.staff.saving import save
from sites.staff.telling import names_of

SALT = "sites.staff.putting_back"
OF_THE_LIST = "c'est la liste nationale qui le dit"
ELSEWHERE = "ce serait hors de votre territoire"
GONE = "ce qu'il désigne n'existe plus"
NOT_AN_ANTENNE = "le site n'est plus une antenne"


class ChangedSince(Exception):
    """A value is no longer what the page showed: nothing was written."""


class CannotBePutBack(Exception):
    """The database refuses these values today, or they are no longer in the territory: nothing was written."""


@dataclass(frozen=True)
class Plan:
    """What putting a version back would do today.

    `now` and `wanted` are records, `keys` what would change, `refused` {key: why it can't}; `of` is when the version
    became what it was.
    """

    of: Any
    now: dict[str, Any]
    wanted: dict[str, Any]
    keys: list[str]
    refused: dict[str, str] = field(default_factory=dict)

    def token(self, site, user, asked):
        """What the page showed, signed: of this site, for this `User`. `asked` is what leads to the page again."""
        shown = {key: self.now.get(key) for key in self.keys}
        wanted = {key: self.wanted.get(key) for key in self.keys}
        held = {"site": site.pk, "user": user.pk, "asked": asked, "of": self.of.isoformat()}
        return signing.dumps(held | {"shown": shown, "wanted": wanted}, salt=SALT, compress=True)


def plan(site, now, moment, territories, only=None):
    """The `Plan` to put back the record of an aware datetime, or the value of one of its keys.

    `now` is today's record; what would leave the `Territories` is refused. None when there was no such record.
    """
    wanted = history.record_at(site, moment)
    if wanted is None:
        return None
    different = [key for key in history.differences(now, wanted) if only in (None, key)]
    refused = {key: why for key, why in _refusals(now, wanted, different, territories) if why}
    keys = [key for key in different if key not in refused]
    return Plan(history.last_change_until(site, moment), now, wanted, keys, refused)


def read(token, site, user):
    """What `Plan.token` signed. Raises `signing.BadSignature` when it is not for this site and this `User`."""
    held = signing.loads(token, salt=SALT)
    if (held["site"], held["user"]) != (site.pk, user.pk):
        raise signing.BadSignature("of another site or for another user")
    return held


def put_back(sites, held, user):
    """Write what a token holds on its site of a queryset; returns what was written, as `saving.save` does.

    Raises `ChangedSince` when a value is not what was shown, `CannotBePutBack` when the database refuses,
    `SitesBusy` and `Site.DoesNotExist`; nothing is written then.
    """
    try:
        with writing(), pghistory.context(put_back_of=held["of"]):
            now = record_of(locked(sites).get(pk=held["site"]))
            if any(now.get(key) != value for key, value in held["shown"].items()):
                raise ChangedSince
            written = save(sites, held["site"], held["shown"], held["wanted"], user)
            connection.check_constraints()  # or a row that is gone would be found missing only after we have answered
            if not sites.filter(pk=held["site"]).exists():  # a territory was taken back since the page was shown
                raise CannotBePutBack
            return written
    except IntegrityError as error:
        raise CannotBePutBack from error


def _refusals(now, wanted, keys, territories):
    """(key, why it can't be put back, or '')."""
    names = names_of((None, wanted, keys))
    for key in keys:
        yield key, _why_not(key, wanted.get(key), now, names, territories)


def _why_not(key, value, now, names, territories):
    if not is_editable(key):
        return OF_THE_LIST
    match key.partition(".")[0], value:
        case "parent", int() as pk:
            return NOT_AN_ANTENNE if now["kind"] != Site.Kind.ANTENNE else "" if pk in names.sites else GONE
        case "closures", [_, _, int() as pk] if pk not in names.sites:
            return GONE
        case "stops", [_, _, _, insee, *_] if insee not in names.communes:
            return GONE
        case "partners", [*_] if key.partition(".")[2] not in names.partners:
            return GONE
        case "commune", [insee, _]:
            return _why_not_there(insee, territories)
    return ""


def _why_not_there(insee, territories):
    commune = Commune.objects.filter(pk=insee).first()
    if commune is None:
        return GONE
    return "" if commune.departement_id in territories else ELSEWHERE
