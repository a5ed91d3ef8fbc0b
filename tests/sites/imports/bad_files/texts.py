"""Text that holds nothing, that cannot be read, or only with care."""

from sites.imports.cells.columns import COLUMNS
from sites.imports.files import errors
from tests.sites.imports.bad_files.expected import accepted, refused
from tests.sites.imports.list_files import ALBI, RODEZ, csv_of

HEADER = ",".join(COLUMNS)
LINE = ",".join(RODEZ.values())


def rodez(**cells):
    """A list whose only site is like that of Rodez but for these cells."""
    return csv_of(RODEZ | cells)


def text(data):
    return data.decode()


@refused(errors.EmptyFile, "vide")
def empty_file():
    return b""


@refused(errors.EmptyFile, "vide")
def only_blank_lines():
    return b" \r\n\t\r\n" * 100


@refused(errors.EmptyFile, "vide")
def only_a_byte_order_mark():
    return b"\xef\xbb\xbf"


@refused(errors.EmptyFile, "vide")
def only_separators():
    return b";;;;;\n" * 10


@refused(errors.HeaderOnly, "que sa ligne d'en-tête")
def header_only():
    return csv_of()


@refused(errors.NotATable, "Ligne 2 : le fichier contient des octets nuls")
def nul_bytes():
    return rodez(lib_fs="France\0services")


@refused(errors.NotATable, "octets nuls", heavy=True)
def sixty_million_nul_bytes():
    return b"id_fs,lib_fs\n" + bytes(60_000_000)


@refused(errors.UnreadableText, "Ligne 3 : deux encodages")
def mixed_encodings():
    return rodez(lib_fs="Nîmes") + text(csv_of(ALBI | {"lib_fs": "Bézu"})).split("\n", 1)[1].encode("cp1252")


@refused(errors.UnreadableText, "illisibles")
def half_a_utf16_pair():
    return b"\xff\xfe" + text(rodez()).replace("Rodez", "\ud83d", 1).encode("utf-16-le", "surrogatepass")


@refused(errors.UnreadableText, "illisibles")
def bytes_of_no_encoding():
    return b"id_fs,lib_fs\n7001,Rod\x81\x8d\x8f\n"


@accepted()
def utf16_without_a_mark():
    return text(rodez(lib_fs="Nîmes")).encode("utf-16-le")


@accepted(2)
def byte_order_mark_in_the_middle():
    return csv_of(RODEZ, ALBI | {"id_fs": "\ufeff7002"})


@accepted()
def carriage_returns_only():
    return csv_of(RODEZ, newline="\r")


@accepted()
def old_mac_and_windows_endings_mixed():
    return csv_of(RODEZ, newline="\r") + b"\r\n\n\r\r\n"


@refused(errors.BrokenRecord, "Ligne 2 : un guillemet est ouvert et n'est jamais refermé")
def unclosed_quote():
    return text(csv_of(RODEZ, ALBI)).replace("1 Place", '"1 Place', 1).encode()


@refused(errors.BrokenRecord, "Ligne 2 : un guillemet est mal placé")
def misplaced_quote():
    return text(rodez()).replace("1 Place de la Mairie", '"1 Place" de la Mairie').encode()


@refused(errors.FileTooBig, "Ligne 2 : une cellule dépasse 20000 caractères")
def unclosed_quote_over_thousands_of_lines():
    return (HEADER + '\n7001,12,"France services\n' + "7002,81,x\n" * 60_000).encode()


@refused(errors.FileTooBig, "Ligne 2 : une cellule dépasse 20000 caractères")
def cell_of_20001_characters():
    return rodez(commentaire="x" * 20_001)


@refused(errors.FileTooBig, "Ligne 2")
def megabyte_of_emoji_in_a_cell():
    return rodez(commentaire="😀" * 250_000)


@refused(errors.FileTooBig, "dépasse 64 Mo", heavy=True)
def cell_of_200_megabytes():
    return HEADER.encode() + b'\n7001,12,"' + b"x" * 200_000_000 + b'"\n'


@refused(errors.FileTooBig, "Ligne 2 : plus de 500000 caractères", heavy=True)
def cell_of_60_megabytes_of_emoji():
    return HEADER.encode() + b'\n7001,12,"' + "😀".encode() * 15_000_000 + b'"\n'


@refused(errors.FileTooBig, "200000 lignes", heavy=True)
def two_hundred_thousand_and_one_lines():
    return HEADER.encode() + b"\n" + f"{LINE}\n".encode() * 200_001


@accepted(heavy=True)
def quarter_of_a_million_empty_lines():
    return rodez() + b"\r\n" * 250_000


@refused(errors.FileTooBig, "lignes vides comprises", heavy=True)
def millions_of_empty_lines():
    return rodez() + b"\n" * 60_000_000


@refused(errors.FileTooBig, "Ligne 1 : plus de 200 colonnes")
def three_hundred_columns():
    return (",".join([*COLUMNS, *(f"colonne {number}" for number in range(276))]) + "\n" + "1," * 300).encode()
