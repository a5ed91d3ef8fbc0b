"""A site as search engines read it: schema.org, written as JSON-LD. Pure but for the site that it is given."""

from sites.opening_hours import holidays_to_come

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def government_office(site, url, today):
    """A site in service as a schema.org `GovernmentOffice`, or None: nobody may be sent to a fictitious or closed one.

    An itinerant site has neither address, nor point, nor hours: its own are those of a garage.
    """
    if site.is_demo or site.status != "active":
        return None
    office = {"@context": "https://schema.org", "@type": "GovernmentOffice", "name": site.name, "url": url}
    if site.phone:
        office["telephone"] = site.phone
    if not site.is_itinerant:
        office |= {
            "address": _address(site),
            "geo": {"@type": "GeoCoordinates", "latitude": site.location.y, "longitude": site.location.x},
            "openingHoursSpecification": _opening_hours(site.schedule.slots),
            "specialOpeningHoursSpecification": _special_hours(site.schedule, today),
        }
    return {name: value for name, value in office.items() if value}


def _address(site):
    lines = ", ".join(line for line in (site.address, site.address_extra) if line)
    address = {
        "@type": "PostalAddress",
        "streetAddress": lines,
        "postalCode": site.postal_code,
        "addressLocality": site.commune.name,
        "addressCountry": "FR",
    }
    return {name: value for name, value in address.items() if value}


def _opening_hours(slots):
    """The slots of each week; the vocabulary has no word for alternate weeks nor for the nth weekday of a month."""
    return [_specification(slot) for slot in slots if slot.weeks == "all"]


def _specification(slot):
    specification = {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": f"https://schema.org/{WEEKDAYS[slot.weekday - 1]}",
        "opens": f"{slot.opens:%H:%M}",
        "closes": f"{slot.closes:%H:%M}",
        "validFrom": slot.valid_from and slot.valid_from.isoformat(),
        "validThrough": slot.valid_until and slot.valid_until.isoformat(),
    }
    return {name: value for name, value in specification.items() if value}


def _special_hours(schedule, today):
    """Days when it is closed, closures and public holidays of three months: closing as one opens means all day."""
    closures = [(one.starts, one.ends) for one in schedule.closures if not one.ends or one.ends >= today]
    holidays = [(day, day) for day, _name in holidays_to_come(schedule, today)]
    return [_closed_days(starts, ends) for starts, ends in sorted(closures + holidays, key=lambda days: days[0])]


def _closed_days(starts, ends):
    specification = {
        "@type": "OpeningHoursSpecification",
        "opens": "00:00",
        "closes": "00:00",
        "validFrom": starts.isoformat(),
        "validThrough": ends and ends.isoformat(),
    }
    return {name: value for name, value in specification.items() if value}
