"""What a person asks for in the one search field: a place, a démarche (here or there), or a site by its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache

from franceservices.territories import names, places
from sites import demarches
from sites.models import Demarche, Site

SUGGESTIONS = 8
LONG_ENOUGH = 3  # characters: fewer begin hundreds of names
GENERIC = {"france", "service", "services", "msap"}  # every site is called so


@dataclass(frozen=True)
class ForDemarches:
    """The démarches that may be meant, the likeliest first; the label of the place where, or ''.

    `or_places` are those that a mistyped name may mean instead.
    """

    demarches: Sequence[Demarche]
    where: str = ""
    or_places: Sequence[places.Place] = ()

    @property
    def is_plain(self):
        """Whether there is nothing to choose."""
        return len(self.demarches) == 1 and not self.or_places


@dataclass(frozen=True)
class SitesNamed:
    """Words that stand together in the name of at least one site, that of its commune included."""

    words: tuple[str, ...]


def understand(text):
    """The `places.Place`, `ForDemarches` or `SitesNamed` that `text` means.

    Places that the gazetteer knows come first, then démarches, then names of sites; the geocoder is asked last. Raises
    a `places.PlaceError`.
    """
    place = places.known(text)
    if place:
        return place
    found = names.words(names.cleaned(text))[: names.MAX_WORDS]
    if names.looks_like_address(found):
        return places.find(text)
    return _other_than_place(found) or _place_or_slip(text, found)


def _other_than_place(found):
    catalogue = catalogue_of_demarches()
    named = catalogue.named_in(found)
    if named.is_all:
        return ForDemarches(catalogue.of(named.slugs))
    words = tuple(word for word in found if word not in names.IDLE_WORDS | GENERIC)
    if words and len(words) < len(found):
        place = _known(" ".join(word for word in found if word not in GENERIC))
        if place:
            return place
    if words and Site.objects.open_to_public().named(words).exists():
        return SitesNamed(words)
    if named.slugs:
        place = _known(named.where) if named.where else None
        return ForDemarches(catalogue.of(named.slugs), place.label if place else "")
    return None


def _place_or_slip(text, found):
    """The place that others know; else the démarches whose names are nearly those typed."""
    catalogue = catalogue_of_demarches()
    try:
        return places.find(text)
    except places.NoSuchPlace as error:
        nearly = catalogue.nearly_named_in(found)
        if nearly.is_all:
            return ForDemarches(catalogue.of(nearly.slugs), or_places=error.suggestions)
        raise


def _known(text):
    """The place known by `text`, or None, even when there are several: the person is asked later."""
    try:
        return places.known(text)
    except places.PlaceError:
        return None


def suggested(text):
    """At most SUGGESTIONS of what `text` may become while it is typed: places, `Demarche`s and `Site`s.

    Places come first, but after démarches when what is typed is already a word of theirs ('permis', not 'per'), and
    last when none of them begins so.
    """
    addresses = places.suggest_addresses(text)
    if addresses:  # what begins with a number
        return addresses[:SUGGESTIONS]
    found = names.words(names.cleaned(text))[: names.MAX_WORDS]
    catalogue = catalogue_of_demarches()
    procedures, towns, sites = catalogue.suggested(found)[:4], places.suggest(text), _sites_being_named(found)
    name = names.normalise(text)
    if not any(names.normalise(town.label).startswith(name) for town in towns):
        return [*procedures, *sites, *towns][:SUGGESTIONS]
    if catalogue.knows(found):
        return [*procedures, *towns][:SUGGESTIONS]
    first = [*towns[:4], *procedures[:2], *sites[:2]]
    return [*first, *towns[4:]][:SUGGESTIONS]


def _sites_being_named(found):
    """A few sites that have these words in their name, the last one perhaps not yet whole."""
    words = [word for word in found if word not in names.IDLE_WORDS | GENERIC]
    if not words or len(words[-1]) < LONG_ENOUGH:
        return []
    sites = Site.objects.open_to_public().named(words, last_is_whole=False).with_commune()
    return list(sites.order_by("name", "pk")[:4])


class Catalogue:
    """All démarches, with the terms that name them."""

    def __init__(self, rows):
        self.by_slug = {row.slug: row for row in rows}
        self.terms = [term for row in rows for term in demarches.terms_of(row.slug, [row.name, *row.keywords])]
        self.words = {word for words, _slug in self.terms for word in words}

    def of(self, slugs):
        return [self.by_slug[slug] for slug in slugs]

    def named_in(self, found):
        """The `demarches.Named` of words; a slip is allowed in the terms of several words."""
        exact = demarches.named_in(found, self.terms)
        return exact if exact.slugs else demarches.nearly_named_in(found, self.terms, words_at_least=2)

    def nearly_named_in(self, found):
        return demarches.nearly_named_in(found, self.terms)

    def suggested(self, found):
        """The démarches that have a term which begins like the words being typed."""
        return self.of(demarches.beginning_like(found, self.terms))

    def knows(self, found):
        """Whether the last word typed is a whole word of a démarche."""
        return any(word in self.words for word in demarches.telling(found[-1:]))


def catalogue_of_demarches():
    """The `Catalogue`, asked of the database every minute."""
    return cache.get_or_set("demarches", lambda: Catalogue(Demarche.objects.select_related("partner")), 60)
