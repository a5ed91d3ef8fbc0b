"""Reading what people type for a place: the same words for every way of spelling a name. No Django, no data."""

import re
import unicodedata

MAX_LENGTH = 200  # characters; no address is longer
MAX_WORDS = 16

ARTICLES = {"le", "la", "les", "l"}
ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "ss": "sous"}
# Words that say nothing of which place is meant, beside its name.
IDLE_WORDS = ARTICLES | {"de", "du", "des", "d", "en", "dans", "a", "france", "cedex"}
STREET_WORDS = frozenset(
    """
    rue r avenue av ave boulevard bd bld boul place pl chemin ch chem che route rte impasse imp allee allees all
    quai cours square sq passage residence res lotissement lot cite hameau ham lieu lieudit bourg sentier voie
    esplanade promenade faubourg fg rond zone za zi zac zae parc villa mail traverse montee cote ruelle venelle
    clos immeuble batiment bat bis ter
    """.split()  # noqa: SIM905 (a list of words reads better so)
)
WORD = re.compile(r"[a-z0-9]+")
DIGIT = re.compile(r"\d")
ORDINAL = re.compile(r"\b0?(\d{1,2}) ?(?:e|er|ere|eme|ieme)\b")
DISTRICT = re.compile(r"(\b\d{1,2}e?) (?:arrondissement|arrdt|ardt|arrt|arr)\b")
CEDEX = re.compile(r"\bcedex(?: \d{1,2})?\b")
COORDINATES = re.compile(r"\(?\s*([+-]?\d{1,3}(?:[.,]\d+)?)\s*(?:°\s*)?[,;/\s]\s*([+-]?\d{1,3}(?:[.,]\d+)?)\s*°?\s*\)?")


def cleaned(text):
    """The text without control characters or repeated blanks. Empty when there is nothing to read."""
    text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 4 * MAX_LENGTH])
    return " ".join(text.split())


def words(text):
    """'Châlons-en-Champagne' -> ['chalons', 'en', 'champagne'].

    No case, accent, ligature, hyphen or apostrophe; St and Ste in full; '3 ème arrondissement' -> '3e'.
    A text without Latin letters or digits gives [].
    """
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    text = " ".join(WORD.findall(text))
    if DIGIT.search(text):
        text = ORDINAL.sub(r"\1e", text)
        text = DISTRICT.sub(r"\1", text)
    text = CEDEX.sub("", text)
    found = [ABBREVIATIONS.get(word, word) for word in text.split()]
    return ["sur" if word == "s" and 0 < i < len(found) - 1 else word for i, word in enumerate(found)]


def without_article(found):
    """The words without the article that they begin with, unless nothing would be left."""
    return found[1:] if len(found) > 1 and found[0] in ARTICLES else found


def normalise(text):
    """The form under which names are compared: "L'Haÿ-les-Roses" -> 'hay les roses', 'St-Lô' -> 'saint lo'."""
    return " ".join(without_article(words(text)))


def label_form(text):
    """The form under which two labels are the same: unlike `normalise`, it keeps brackets and commas."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return re.sub(r"[\s'’‑–-]+", " ", text).strip()


def spans(found):
    """Every run of words as (start, end, normalised name): where a name may be hidden."""
    return [
        (start, end, " ".join(without_article(found[start:end])))
        for start in range(len(found))
        for end in range(start + 1, len(found) + 1)
    ]


def says(found, qualifiers):
    """Whether the words are nothing but `qualifiers` (normalised phrases), one after the other, or idle words."""
    found = [word for word in found if word not in IDLE_WORDS]
    phrases = [[word for word in phrase.split() if word not in IDLE_WORDS] for phrase in qualifiers]
    return _is_made_of(found, [phrase for phrase in phrases if phrase])


def _is_made_of(found, phrases):
    return not found or any(
        found[: len(phrase)] == phrase and _is_made_of(found[len(phrase) :], phrases) for phrase in phrases
    )


def postal_code_in(found):
    """The first word of five digits, or ''."""
    return next((word for word in found if re.fullmatch(r"\d{5}", word)), "")


def looks_like_address(found):
    """Whether the words name a street or begin with a house number: the gazetteer knows neither."""
    if len(found) < 2:
        return False
    return bool(re.fullmatch(r"\d{1,4}[a-d]?", found[0])) or not STREET_WORDS.isdisjoint(found)


def coordinates(text):
    """'44.35, 2.57' or '44,35 2,57' -> (44.35, 2.57), latitude first; None when the text is nothing like it."""
    match = COORDINATES.fullmatch(text)
    if not match or not re.search(r"[.,;/]", text):  # '12 34' is no position
        return None
    latitude, longitude = (float(number.replace(",", ".")) for number in match.groups())
    return latitude, longitude
