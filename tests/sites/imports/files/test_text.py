"""Cells as a person would have typed them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.imports.files.text import decode_escapes, encode_escapes, guarded, on_one_line, tidy, unguarded


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("  Rodez  ", "Rodez"),
        ("9\N{NO-BREAK SPACE}h\N{NARROW NO-BREAK SPACE}30", "9 h 30"),
        ("Ro\x07d\N{SOFT HYPHEN}e\N{ZERO WIDTH SPACE}z\x7f", "Rodez"),
        ("Place\r\nde\tla  Mairie", "Place de la Mairie"),
        ("Nîmes".replace("î", "i\N{COMBINING CIRCUMFLEX ACCENT}") + "\N{RIGHT-TO-LEFT OVERRIDE}", "Nîmes"),
        ("<b>gras</b> & 'œuf'", "<b>gras</b> & 'œuf'"),
        ("", ""),
    ],
)
def test_invisible_characters_and_odd_spaces_go(text, read):
    assert tidy(text) == read


def test_a_comment_keeps_its_lines():
    assert tidy(" Lundi :\r\n Rodez \r\nMardi : Albi\n", multiline=True) == "Lundi :\nRodez\nMardi : Albi"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"rendez\x2Dvous\x20l\u2019apr\xE8s\x2Dmidi", "rendez-vous l’après-midi"),
        (r"\ud83d\ude8c le bus", "🚌 le bus"),
        (r"\ud83d seule", "\N{REPLACEMENT CHARACTER} seule"),
        (r"C:\xyz \u12", r"C:\xyz \u12"),
    ],
)
def test_javascript_escapes_are_decoded(text, read):
    assert decode_escapes(text) == read


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;titre\x07", "�[2J�]0;titre�"),
        ("\x9b31m rouge\x08\x7f", "�31m rouge��"),
        ("12\N{RIGHT-TO-LEFT OVERRIDE}000\N{ZERO WIDTH SPACE}", "12�000�"),
        (" sur\r\ndeux\tlignes\N{NO-BREAK SPACE}! ", "sur deux lignes !"),
        ("Nœux-les-Mines « été » 🚌", "Nœux-les-Mines « été » 🚌"),
        ("x" * 50, "x" * 30 + "…"),
    ],
)
def test_what_is_shown_in_a_terminal_is_on_one_line_and_visible(text, shown):
    assert on_one_line(text, 30) == shown


@given(st.text() | st.text(alphabet="'=+-@ \t\r\nA＝"))
def test_what_is_guarded_begins_no_formula_and_comes_back(text):
    assert not guarded(text).lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not guarded(text).startswith(("\t", "\r", "\n"))
    assert unguarded(guarded(text)) == text


@given(st.text(alphabet="\\xu0123456789abcdefD'") | st.text(st.characters(codec="utf-8")))
def test_an_escape_that_was_typed_comes_back(text):
    assert decode_escapes(encode_escapes(text)) == text


@given(st.text(st.characters(codec="utf-8")), st.booleans())
def test_tidying_twice_changes_nothing_more(text, multiline):
    once = tidy(text, multiline)

    assert tidy(once, multiline) == once


def test_an_accent_parted_from_its_letter_by_what_cannot_be_seen_is_joined_at_once():
    assert tidy("Ne\N{ZERO WIDTH SPACE}\N{COMBINING ACUTE ACCENT}rac") == "Nérac"
