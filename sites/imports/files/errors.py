"""Why a whole file cannot be taken. Each message is a French sentence that can be shown as it is."""


class FileError(Exception):
    """The file as a whole is at fault: nothing of it can be used."""


class EmptyFile(FileError):
    def __init__(self):
        super().__init__("Le fichier est vide.")


class HeaderOnly(FileError):
    def __init__(self):
        super().__init__("Le fichier ne contient que sa ligne d'en-tête : aucun site à importer.")


class FileTooBig(FileError):
    """Bigger than what a list of sites can be, in bytes, rows or cells."""


class NotATable(FileError):
    """Neither a CSV file nor an XLSX workbook."""


class UnreadableText(FileError):
    """No known encoding fits, or several are mixed."""


class BrokenRecord(FileError):
    """A quote is not closed, or stands where it should not."""


class UnsafeWorkbook(FileError):
    """An XLSX file that holds formulas or macros, or that was made to exhaust memory."""


class BrokenWorkbook(FileError):
    """An XLSX file that cannot be opened: truncated, protected by a password, or not really XLSX."""


class WrongHeader(FileError):
    """Columns are missing, or the same one comes twice."""
