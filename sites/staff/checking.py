""" "Toujours exact": someone says that records are right as they are."""

import re

from django.utils import timezone

from sites.locks import locked, writing

EXTERNAL_ID = re.compile(r"[0-9A-Za-z]{1,20}")


class NotAllKnown(Exception):
    """One of the identifiers is not that of a site among those allowed; nothing was written."""


def stamp(sites, external_ids, user):
    """Say that those of `sites` that have these identifiers were checked now by `user`: their names, in order.

    Nothing else of them changes. All or none: raises `NotAllKnown`, or `SitesBusy`.
    """
    wanted = set(external_ids)
    if not all(EXTERNAL_ID.fullmatch(external_id) for external_id in wanted):
        raise NotAllKnown
    with writing():
        found = dict(locked(sites.filter(external_id__in=wanted)).values_list("pk", "name"))
        if len(found) != len(wanted):
            raise NotAllKnown
        sites.model.objects.filter(pk__in=found).update(verified_at=timezone.now(), verified_by=user)
    return sorted(found.values())
