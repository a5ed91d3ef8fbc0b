"""The characters of a text file: which encoding gives them, and how to read them without holding them all. Pure.

Python may need 4 bytes for a character: 64 MB of text, held as a whole, would take 256.
"""

import codecs
import io
import re

from sites.imports.files.errors import NotATable, UnreadableText

BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WAYS_TO_SAVE = "enregistrez-le au format « CSV UTF-8 » ou XLSX, puis recommencez"
AT_A_TIME = 1024 * 1024
LINE = re.compile(rb"[^\r\n]+")


class Characters:
    """Some bytes as text, that is opened each time it is read, past its byte order mark if it has one."""

    def __init__(self, data, encoding, errors="strict"):
        self.data, self.encoding, self.errors = data, encoding, errors
        self.skipped = 0
        self.skipped = int(self.start(1) == "\ufeff")

    def start(self, length):
        """The first characters, at most so many."""
        return self.open().read(length)

    def skip(self, length):
        """Leave so many more characters out from now on."""
        self.skipped += length

    def open(self):
        """A text stream, whose lines keep their endings."""
        stream = io.TextIOWrapper(io.BytesIO(self.data), self.encoding, self.errors, newline="")
        stream.read(self.skipped)
        return stream


def readable(data, encoding=""):
    """The `Characters` of `data`: UTF-8, UTF-16 or Windows' Western European (cp1252), unless `encoding` is given.

    Raises `UnreadableText`, or `NotATable` when some are NUL.
    """
    encoding = encoding or find_encoding(data)
    lines = 0
    for text in _pieces(data, encoding):
        if isinstance(text, int):
            raise UnreadableText(f"Les caractères du fichier sont illisibles (octet {text + 1}) : {WAYS_TO_SAVE}.")
        if (nul := text.find("\0")) >= 0:
            line = lines + text.count("\n", 0, nul) + 1
            raise NotATable(
                f"Ligne {line} : le fichier contient des octets nuls, ce n'est pas un tableau de texte ; "
                f"{WAYS_TO_SAVE}."
            )
        lines += text.count("\n")
    return Characters(data, encoding)


def find_encoding(data):
    """The name of the encoding of `data`, for `bytes.decode`."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    start = data[:2000]
    # Without a mark, the zero half of each Latin letter tells UTF-16 and its byte order.
    if start[1::2].count(0) > len(start) / 4 and not start[::2].count(0):
        return "utf-16-le"
    if start[::2].count(0) > len(start) / 4 and not start[1::2].count(0):
        return "utf-16-be"
    fault = next((piece for piece in _pieces(data, "utf-8") if isinstance(piece, int)), None)
    if fault is None:
        return "utf-8"
    if b"\0" not in data:  # or it is no text at all
        _refuse_mixed(data, fault)
    return "cp1252"


def _pieces(data, encoding):
    """The text of `data` by pieces, each line ending as "\\n"; a number ends it: the byte that cannot be read."""
    # The mark of UTF-8 stays in the text, so that positions count from the first byte.
    inner = codecs.getincrementaldecoder("utf-8" if encoding == "utf-8-sig" else encoding)()
    decoder = io.IncrementalNewlineDecoder(inner, translate=True)
    for begins in range(0, len(data), AT_A_TIME):
        waiting = len(inner.getstate()[0])
        try:
            yield decoder.decode(data[begins : begins + AT_A_TIME], begins + AT_A_TIME >= len(data))
        except UnicodeDecodeError as error:
            yield begins - waiting + error.start
            return


def _refuse_mixed(data, fault):
    """A file that is UTF-8 on some lines and not on others was pasted together: reading it would spoil accents."""
    if any(not line[0].isascii() and _is_utf8(line[0]) for line in LINE.finditer(data)):
        line_at_fault = max(data.count(ending, 0, fault) for ending in (b"\n", b"\r")) + 1
        raise UnreadableText(
            f"Ligne {line_at_fault} : deux encodages de caractères sont mêlés dans le fichier "
            f"(UTF-8 et Windows-1252) ; {WAYS_TO_SAVE}."
        )


def _is_utf8(line):
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
