"""Text that is read by pieces, whose borders fall anywhere."""

import pytest

from sites.imports.files import characters
from sites.imports.files.characters import Characters, find_encoding, readable
from sites.imports.files.errors import NotATable, UnreadableText

TEXT = "id,nom\r\n1,Cœur d'été 😀\r\n\r2,Nîmes\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.fixture(params=[1, 2, 3, 1024])
def _pieces(request, monkeypatch):
    monkeypatch.setattr(characters, "AT_A_TIME", request.param)


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_border_of_a_piece_may_cut_a_character_or_a_line_ending(encoding):
    text = readable(TEXT.encode(encoding), encoding)

    assert text.open().read() == text.open().read() == TEXT


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize(("encoding", "octet"), [("utf-8", 11), ("utf-8-sig", 14)])
def test_a_byte_that_cannot_be_read_is_counted_from_the_first(encoding, octet):
    with pytest.raises(UnreadableText, match=rf"\(octet {octet}\)"):
        readable("id,nom\n1,N".encode(encoding) + "îmes\n".encode("cp1252"), encoding)


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_nul_byte_is_told_with_its_line(encoding, newline):
    with pytest.raises(NotATable, match="Ligne 3 : le fichier contient des octets nuls"):
        readable("id,nom\n1,Rodez\n2,Ni\0mes\n".replace("\n", newline).encode(encoding), encoding)


@pytest.mark.usefixtures("_pieces")
def test_what_is_not_utf8_is_windows_own():
    assert find_encoding(TEXT.encode()) == "utf-8"
    assert find_encoding("Nîmes".encode("cp1252")) == "cp1252"


def test_what_is_skipped_is_never_read():
    text = Characters("\ufeffsep=;\nid;nom\n".encode(), "utf-8")
    text.skip(5)

    assert text.start(3) == "\nid"
