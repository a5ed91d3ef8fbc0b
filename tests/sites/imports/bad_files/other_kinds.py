"""What people send instead of a list."""

import gzip
import json
import random

from sites.imports.cells.columns import COLUMNS
from sites.imports.files import errors
from tests.sites.imports.bad_files.archives import zip_of
from tests.sites.imports.bad_files.expected import refused
from tests.sites.imports.list_files import ALBI, RODEZ, csv_of, xlsx_of


def compound(*names):
    """A compound file's signature, and the names of streams as its directory holds them."""
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *names))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + directory + bytes(2_048)


@refused(errors.NotATable, "(.xls)", ".xls")
def old_excel_workbook():
    return compound("Workbook", "\x05SummaryInformation")


@refused(errors.BrokenWorkbook, "protégé par un mot de passe", ".xlsx")
def password_protected():
    return compound("EncryptionInfo", "EncryptedPackage")


@refused(errors.NotATable, "PDF", ".pdf")
def pdf():
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"


@refused(errors.NotATable, "RTF", ".xlsx")
def formatted_text():
    return rb"{\rtf1\ansi id_fs,lib_fs\par 1,Rodez}"


@refused(errors.NotATable, "LibreOffice", ".ods")
def open_document():
    return zip_of({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<office/>"})


@refused(errors.NotATable, "Word", ".xlsx")
def word_document_renamed():
    return zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"})


@refused(errors.NotATable, ".xlsb", ".xlsx")
def binary_workbook_renamed():
    return zip_of({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01"})


@refused(errors.NotATable, "sortez-en la liste", ".zip")
def workbook_in_an_archive():
    return zip_of({"liste.xlsx": xlsx_of(COLUMNS, list(RODEZ.values())), "lisez-moi.txt": b"Bonjour"})


@refused(errors.NotATable, "archive vide", ".xlsx")
def empty_archive():
    return b"PK\x05\x06" + bytes(18)


@refused(errors.NotATable, "gzip", ".csv")
def gzipped_list():
    return gzip.compress(csv_of(RODEZ), mtime=0)


@refused(errors.NotATable, "page web", ".csv")
def sign_in_page_of_a_portal():
    return b"\r\n<!DOCTYPE html>\n<html><head><title>Connexion</title></head><body>a;b,c</body></html>\n"


@refused(errors.NotATable, "page web", ".xls")
def web_table_saved_as_a_workbook():
    return "\ufeff<table><tr><td>id_fs</td></tr></table>".encode("utf-16-le")


@refused(errors.NotATable, "XML", ".xls")
def xml_workbook_of_2003():
    return b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>'


@refused(errors.NotATable, "JSON", ".csv")
def json_records():
    return json.dumps([RODEZ, ALBI]).encode()


@refused(errors.NotATable, "n'est pas un tableau")
def letter_in_prose():
    return "Bonjour\nVoici la liste que vous avez demandée.\nCordialement\n".encode()


@refused(errors.UnreadableText, "illisibles (octet")
def random_bytes():
    return random.Random(1).randbytes(100_000)


@refused(errors.NotATable, "image", ".xlsx")
def picture_of_a_table():
    return b"\x89PNG\r\n\x1a\n" + bytes(1_000)
