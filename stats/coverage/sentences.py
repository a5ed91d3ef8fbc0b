"""The answer to « et si… », in a sentence and a table."""

from functools import cached_property

from franceservices.territories import drive
from sites.models import Site
from stats import tables, written
from stats.coverage import what_if
from stats.coverage.proximity import NO_MINUTES, commune_cell, site_cell, whole_minutes
from stats.models import CommuneAccess

LONGEST_DRIVE_MIN = drive.minutes_for(what_if.ROAD_KM * 1000)


class Answer:
    """What a new site in a commune, or the closing of a site, would change. One of the two is None."""

    def __init__(self, commune, site):
        self.commune, self.site = commune, site
        self.changes = what_if.closing(site) if site else what_if.opening(commune)

    @cached_property
    def is_computed(self):
        """Whether there is something to compare with."""
        return bool(self.changes) or CommuneAccess.objects.exists()

    @cached_property
    def told(self):
        """The changes worth a line: all those of a closing; of an opening, those of 5 minutes or of the 30 minutes."""
        if self.site:
            return self.changes
        return [change for change in self.changes if change.enters or change.is_shorter]

    @property
    def title(self):
        if self.site:
            return f"Et si « {self.site.name} » fermait ?"
        return f"Et si une France services ouvrait à {self.commune} ?"

    def sentences(self):
        return self._of_closing() if self.site else self._of_opening()

    def _of_opening(self):
        enters, shorter = (self._inhabitants(kind) for kind in ("enters", "is_shorter"))
        first = (
            f"{enters} viendraient à 30 minutes au plus d'un site, et n'y sont pas aujourd'hui."
            if enters
            else "Personne de plus ne serait à 30 minutes au plus d'un site."
        )
        second = (
            f"{shorter} gagneraient au moins 5 minutes de route."
            if shorter
            else "Personne ne gagnerait 5 minutes de route."
        )
        return [first, second]

    def _of_closing(self):
        leaves, longer = (self._inhabitants(kind) for kind in ("leaves", "is_longer"))
        first = (
            f"{leaves} ne seraient plus à 30 minutes au plus d'un site."
            if leaves
            else "Personne ne sortirait des 30 minutes."
        )
        second = (
            f"{longer} auraient au moins 5 minutes de route de plus."
            if longer
            else "Personne n'aurait 5 minutes de route de plus."
        )
        return [first, second]

    def _inhabitants(self, kind):
        """'12 345 habitants de 3 communes', or '' when nobody."""
        count = what_if.inhabitants(self.changes, kind)
        communes = sum(getattr(change, kind) for change in self.changes)
        return count and f"{written.plural(count, 'habitant')} de {written.plural(communes, 'commune')}"

    def figures(self):
        """(indicator, inhabitants, as machines read it) of the sentences."""
        kinds = ("leaves", "is_longer") if self.site else ("enters", "is_shorter")
        return [(kind.removeprefix("is_"), str(what_if.inhabitants(self.changes, kind))) for kind in kinds]

    def table(self):
        """The communes concerned, the most populous first."""
        others = what_if.sites_of(self.told)
        rows = [
            (
                commune_cell(change.insee, change.slug, change.name, change.departement),
                tables.count(change.population),
                _minutes(change.before_min),
                _minutes(change.after_min),
                tables.text(_crossing(change)),
                *([site_cell(others[change.site])] if self.site else []),
            )
            for change in self.told
        ]
        columns = ["Commune", "Habitants", "Minutes aujourd'hui", "Minutes alors", "Les 30 minutes"]
        if self.site:
            columns.append("Site le plus proche alors")
        note = "" if all(row[2].value and row[3].value for row in rows) else NO_MINUTES
        return tables.Table("communes", "Communes concernées", tuple(columns), rows, note)

    def sites(self):
        """The sites in service of the commune, each of which might close instead."""
        if self.site:
            return []
        return list(Site.objects.open_to_public().in_commune(self.commune.pk).order_by("name", "pk"))


def _minutes(minutes):
    """A drive, none where a sea is in between."""
    return tables.count(whole_minutes(minutes) if minutes <= LONGEST_DRIVE_MIN else None)


def _crossing(change):
    if change.enters:
        return "y entre"
    return "en sort" if change.leaves else "inchangé"
