"""A site's record: all that is told of it, as one dict of plain values, to be compared, merged, kept and written.

    phone, email, website, note, address, address_extra, name…   text
    commune                                                      [INSEE code, postal code]
    location                                                     [longitude, latitude], to 6 decimals (0.1 m)
    parent                                                       pk of a site, or None
    hours.1 … hours.7 (ISO weekday)                              [[opens, closes, weeks, mode, from, until], …]
    closures.2026-12-24 (first day)                              [last day or None, reason, pk of a site or None]
    partners.caf (code)                                          [mode, note]
    stops.2|09:00|all| (weekday, opens, weeks, from)             [closes, mode, until, INSEE code, place, lon, lat]

Times are "09:00", dates "2026-12-24". What a record does not hold is None. Everything survives JSON.
"""

from datetime import date, time

from django.contrib.gis.geos import Point

from sites.models import Closure, Site, SitePartner, Stop, WeeklySlot

# What the prefecture keeps right; the rest is the list's.
TEXTS = ("phone", "email", "website", "appointment", "note", "address", "address_extra")
OF_THE_LIST = ("name", "kind", "format", "network", "status", "labelled_on", "closed_on")
ROWS = ("hours", "closures", "partners", "stops")
WEEKDAYS = range(1, 8)
# Key -> the fields that lists no longer overwrite once the prefecture has changed it (`Site.locally_owned_fields`).
OWNED = {name: (name,) for name in (*TEXTS, "location", "hours")} | {"commune": ("commune", "postal_code")}


def is_editable(key):
    """Whether the prefecture may change a key; the others are the national list's."""
    return key not in OF_THE_LIST


def owned_fields(keys):
    """The fields that the prefecture holds once it has changed these keys."""
    return {field for key in keys for field in OWNED.get(key.partition(".")[0], ())}


# --- Reading ---------------------------------------------------------------------------------------


def record_of(site):
    """The record of a `Site` as the database holds it now. Five queries."""
    return record_from(
        Site.objects.filter(pk=site.pk).values().get(),
        slots=site.weekly_slots.values(),
        closures=site.closures.values(),
        partners=site.partners.values(),
        stops=site.stops.values(),
    )


def record_from(site, slots=(), closures=(), partners=(), stops=()):
    """The record of rows as `.values()` gives them: those of today, or of the history."""
    record = {key: _plain(site[key]) for key in (*OF_THE_LIST, *TEXTS)}
    record["parent"] = site["parent_id"]
    record["commune"] = [site["commune_id"], site["postal_code"]]
    record["location"] = [round(site["location"].x, 6), round(site["location"].y, 6)]
    record |= {f"hours.{weekday}": [] for weekday in WEEKDAYS}
    for row in slots:
        record[f"hours.{row['weekday']}"].append(
            [_plain(row[name]) for name in ("opens", "closes", "weeks", "mode", "valid_from", "valid_until")]
        )
    for weekday in WEEKDAYS:
        record[f"hours.{weekday}"] = in_order(record[f"hours.{weekday}"])
    for row in closures:
        record[f"closures.{row['starts']}"] = [_plain(row["ends"]), row["reason"], row["replacement_id"]]
    for row in partners:
        record[f"partners.{row['partner_id']}"] = [row["mode"], row["note"]]
    for row in stops:
        record[stop_key(*(_plain(row[name]) for name in ("weekday", "opens", "weeks", "valid_from")))] = [
            *(_plain(row[name]) for name in ("closes", "mode", "valid_until", "commune_id", "place")),
            *(round(row["location"].x, 6), round(row["location"].y, 6)),
        ]
    return record


def in_order(slots):
    """The slots of a day, earliest first: two records that say the same are equal."""
    return sorted(slots, key=lambda slot: [part or "" for part in slot])


def stop_key(weekday, opens, weeks, valid_from):
    return f"stops.{weekday}|{opens}|{weeks}|{valid_from or ''}"


def stop_of(key):
    """What `stop_key` made a key of: (weekday, opens, weeks, valid_from or None)."""
    weekday, opens, weeks, valid_from = key.partition(".")[2].split("|")
    return int(weekday), opens, weeks, valid_from or None


def _plain(value):
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value


# --- Writing ---------------------------------------------------------------------------------------


def write(site, changes):
    """Write {key: value} on a `Site` and its rows; None takes a row away. Saves what changed, the site included."""
    for key, value in changes.items():
        kind, _, which = key.partition(".")
        if kind in ROWS:
            WRITERS[kind](site, which, value)
        elif kind == "commune":
            site.commune_id, site.postal_code = value
        elif kind == "location":
            longitude, latitude = value
            site.location = Point(longitude, latitude, srid=4326)
        elif kind == "parent":
            site.parent_id = value
        else:
            setattr(site, key, value)
    site.save()


def _write_hours(site, weekday, slots):
    names = ("opens", "closes", "weeks", "mode", "valid_from", "valid_until")
    existing = {
        tuple(_plain(value) for value in row[1:]): row[0]
        for row in site.weekly_slots.filter(weekday=weekday).values_list("pk", *names)
    }
    wanted = [tuple(slot) for slot in slots or []]
    site.weekly_slots.filter(pk__in=[pk for slot, pk in existing.items() if slot not in wanted]).delete()
    WeeklySlot.objects.bulk_create(
        WeeklySlot(site=site, weekday=weekday, **dict(zip(names, slot, strict=True)))
        for slot in wanted
        if slot not in existing
    )


def _write_closure(site, starts, value):
    if value is None:
        site.closures.filter(starts=starts).delete()
        return
    ends, reason, replacement = value
    Closure.objects.update_or_create(
        site=site, starts=starts, defaults={"ends": ends, "reason": reason, "replacement_id": replacement}
    )


def _write_partner(site, code, value):
    if value is None:
        site.partners.filter(partner=code).delete()
        return
    mode, note = value
    SitePartner.objects.update_or_create(site=site, partner_id=code, defaults={"mode": mode, "note": note})


def _write_stop(site, which, value):
    weekday, opens, weeks, valid_from = stop_of(f"stops.{which}")
    start = {"site": site, "weekday": weekday, "opens": opens, "weeks": weeks, "valid_from": valid_from}
    if value is None:
        site.stops.filter(**{name: asked for name, asked in start.items() if name != "site"}).delete()
        return
    closes, mode, valid_until, commune, place, longitude, latitude = value
    Stop.objects.update_or_create(
        **start,
        defaults={
            "closes": closes,
            "mode": mode,
            "valid_until": valid_until,
            "commune_id": commune,
            "place": place,
            "location": Point(longitude, latitude, srid=4326),
        },
    )


WRITERS = {"hours": _write_hours, "closures": _write_closure, "partners": _write_partner, "stops": _write_stop}
