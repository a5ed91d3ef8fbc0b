"""Text of a cell, as a person would have typed it. Pure."""

import re
import unicodedata

# What a spreadsheet runs, wide signs included; and, since exports put an apostrophe before it, that apostrophe's place.
STARTS_A_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
JAVASCRIPT_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})")


def tidy(text, multiline=False):
    """`text` without control or invisible characters, each run of spaces as one; line breaks kept if `multiline`."""
    if not text.isprintable():  # any space but the plain one counts as not printable
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = unicodedata.normalize("NFC", "".join(_plain_character(character) for character in text))
    if multiline:
        return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
    return " ".join(text.split())


def _plain_character(character):
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp"):
        return " "
    return "" if category[0] == "C" else character


def on_one_line(text, limit):
    """`text` for a message or a terminal: on one line, nothing invisible, at most `limit` characters and "…".

    A file may hold sequences that clear the screen, colour it or write from right to left.
    """
    text = " ".join(text.split())
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return text if len(text) <= limit else f"{text[:limit]}…"


def decode_escapes(text):
    r"""`text` with JavaScript's escapes (`\x27`, `\u2019`) replaced by the characters they stand for."""
    if "\\" not in text:
        return text
    decoded = JAVASCRIPT_ESCAPE.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), text)
    # Beyond 16 bits JavaScript writes a character as two halves; a half on its own is no character.
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def encode_escapes(text):
    """`text` that `decode_escapes` leaves as it is: who typed the characters of an escape gets them back."""
    return JAVASCRIPT_ESCAPE.sub(lambda escape: f"\\x5c{escape[0][1:]}", text)


def guarded(text):
    """`text` with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if STARTS_A_FORMULA.match(text) else text


def unguarded(text):
    """What was given to `guarded`."""
    return text[1:] if text.startswith("'") and STARTS_A_FORMULA.match(text[1:]) else text
