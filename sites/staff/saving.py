"""Putting a site's record right: never over what someone else wrote meanwhile, and in one transaction."""

from django.utils import timezone

from sites.locks import locked, writing
from sites.records.merging import merge
from sites.records.record import is_editable, owned_fields, record_of, write
from sites.staff import proposals


class Collided(Exception):
    """Someone else changed the same values since. `collisions` is {key: `merging.Collision`}, `current` the record."""

    def __init__(self, collisions, current):
        super().__init__(f"{len(collisions)} values")
        self.collisions = collisions
        self.current = current


def save(sites, pk, before, mine, user):
    """Write what `mine` changed of `before` on the site `pk` of a queryset, and stamp it as checked by a `User`.

    Both are records (see `staff.record`); what someone else changed meanwhile stays. Returns {key: (before, after)} of
    what was written. Raises `Site.DoesNotExist` when it is none of these sites, `Collided` when both changed a value,
    `SitesBusy`; nothing is written then.
    """
    with writing():
        site = locked(sites).get(pk=pk)
        current = record_of(site)
        merged = merge(before, current, mine)
        changes = {key: value for key, value in merged.changes.items() if is_editable(key)}
        if merged.collisions:
            raise Collided(merged.collisions, current)
        site.locally_owned_fields = sorted({*site.locally_owned_fields, *owned_fields(changes)})
        site.verified_at, site.verified_by = timezone.now(), user
        write(site, changes)
        proposals.decide(site, owned_fields(changes), user)
        return {key: (current.get(key), value) for key, value in changes.items()}
