"""Which démarches a text names: 'refaire ma carte grise à Rodez' names « carte grise », and leaves 'rodez'. Pure.

A term is a name or a keyword of a démarche, as its words that matter: 'carte d'identité' is ('carte', 'identite').
"""

from difflib import SequenceMatcher
from typing import NamedTuple

from franceservices.territories import names

# Words that say nothing of which démarche is meant.
IDLE_WORDS = names.IDLE_WORDS | set(
    """
    un une mon ma mes son sa ses notre vos votre au aux pour par sur je j ai veux voudrais dois faut comment ou quoi
    faire refaire fait demander demande demandes obtenir avoir besoin renouveler renouvellement aide aider question
    probleme prendre rendez rdv demarche demarches dossier papier s m se me
    """.split()  # noqa: SIM905 (a list of words reads better so)
)
LIKENESS = 0.84  # from which a word is another one, mistyped
LONG_ENOUGH = 5  # characters from which that can be told


class Named(NamedTuple):
    """The slugs of the démarches that a text names best, in their order, and the words of the text that are left."""

    slugs: tuple[str, ...]
    rest: list[str]

    @property
    def is_all(self):
        """Whether the text names them and nothing else."""
        return bool(self.slugs) and not telling(self.rest)

    @property
    def where(self):
        """What is left, which may be a place: 'à La Rochelle' -> 'la rochelle'."""
        kept = [place for place, word in enumerate(self.rest) if word not in IDLE_WORDS]
        first = kept[0] if kept else 0
        has_article = first and self.rest[first - 1] in names.ARTICLES and self.rest[first].isalpha()
        starts = first - 1 if has_article else first
        return " ".join(self.rest[starts : kept[-1] + 1]) if kept else ""


def telling(found):
    """The words that matter, without their plural: ['mes', 'impots'] -> ['impot']."""
    return [stem(word) for word in found if word not in IDLE_WORDS]


def stem(word):
    return word.rstrip("sx") if len(word) > 3 else word


def terms_of(slug, texts):
    """The terms of a démarche, from its name and keywords: [(words, slug)]. Those without a word that matters are left
    out."""
    terms = {tuple(telling(names.words(text))) for text in texts}
    return [(words, slug) for words in terms if words]


def named_in(found, terms):
    """The `Named` of words (see `names.words`): the longest term that they hold, spelt as it should be."""
    return _best(found, terms, lambda a, b: a == b)


def nearly_named_in(found, terms, words_at_least=1):
    """The same, a slip allowed in each word; only by terms of so many words."""
    return _best(found, [term for term in terms if len(term[0]) >= words_at_least], resembles)


def resembles(a, b):
    if a == b:
        return True
    if min(len(a), len(b)) < LONG_ENOUGH or (a[:2] != b[:2] and a[-3:] != b[-3:]):
        return False
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= LIKENESS


def _best(found, terms, same):
    kept = [(place, stem(word)) for place, word in enumerate(found) if word not in IDLE_WORDS]
    best: tuple[int, dict[str, None], set[int]] = (0, {}, set())
    for words, slug in terms:
        where = _where(kept, words, same) if len(words) >= best[0] else None
        if where is None:
            continue
        if len(words) > best[0]:
            best = (len(words), {}, where)
        best[1][slug] = None
    _, slugs, taken = best
    return Named(tuple(slugs), [word for place, word in enumerate(found) if place not in taken])


def _where(kept, words, same):
    """Where the words stand in a row, as a set of places in the text, or None."""
    for start in range(len(kept) - len(words) + 1):
        run = kept[start : start + len(words)]
        if all(same(word, wanted) for (_, word), wanted in zip(run, words, strict=True)):
            return {place for place, _ in run}
    return None


def beginning_like(found, terms):
    """The slugs of the démarches that have a term whose words are those being typed, the last one not yet whole."""
    typed = telling(found[:-1]) + found[-1:] if found else []
    if not typed or len(typed[-1]) < 2 or typed[-1] in IDLE_WORDS:
        return []
    slugs = [slug for words, slug in terms if _is_being_typed(typed, words)]
    return list(dict.fromkeys(slugs))


def _is_being_typed(typed, words):
    *whole, last = typed
    for start in range(len(words) - len(typed) + 1):
        run = words[start : start + len(typed)]
        if list(run[:-1]) == whole and run[-1].startswith(stem(last)):
            return True
    return False
