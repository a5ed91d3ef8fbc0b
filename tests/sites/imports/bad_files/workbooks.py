"""Workbooks that are broken, that lie, or that are made to harm."""

import io
import re
import struct
import zipfile
from datetime import date
from functools import cache

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from sites.imports.cells.columns import COLUMNS
from sites.imports.files import errors
from tests.sites.imports.bad_files.archives import zip_of
from tests.sites.imports.bad_files.expected import accepted, refused, wrong
from tests.sites.imports.list_files import ALBI, RODEZ, csv_of, xlsx_of

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"


def rodez(**cells):
    """A list whose only site is like that of Rodez but for these cells."""
    return csv_of(RODEZ | cells)


def values(row):
    return [row[column] for column in COLUMNS]


@cache
def parts():
    """{name: content} of a right workbook, whose only site is that of Rodez."""
    with zipfile.ZipFile(io.BytesIO(xlsx_of(COLUMNS, values(RODEZ)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook(**more):
    return zip_of(parts() | more)


def sheet(rows, before="", prolog=""):
    """The XML of a sheet from that of its rows."""
    return f"{prolog}<worksheet {MAIN}>{before}<sheetData>{rows}</sheetData></worksheet>".encode()


def sheet_of(rows, **options):
    return workbook(**{SHEET: sheet(rows, **options)})


def of_openpyxl(fill):
    """The bytes of a workbook that `fill` was given to fill."""
    book = openpyxl.Workbook()
    fill(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@accepted(suffix=".xlsx")
def list_renamed_as_a_workbook():
    return rodez()


@accepted(suffix=".csv")
def workbook_renamed_as_text():
    return workbook()


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx")
def truncated_workbook():
    return workbook()[:-300]


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx")
def workbook_cut_in_the_middle():
    data = workbook()
    return data[: len(data) // 2]


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx")
def list_that_starts_like_a_workbook():
    return b"PK\x03\x04" + rodez()


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx")
def workbook_with_a_damaged_sheet():
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        start = archive.getinfo(SHEET).header_offset + 30 + len(SHEET)
    data = bytearray(workbook())
    data[start + 40 : start + 80] = bytes(40)
    return bytes(data)


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx")
def workbook_whose_xml_is_cut():
    return workbook(**{SHEET: parts()[SHEET][:-200]})


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx")
def workbook_whose_entries_are_locked():
    return _in_directory(workbook(), 8, b"\x01\x00", every=True)


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx")
def workbook_of_an_unknown_compression():
    return _in_directory(workbook(), 10, b"\x63\x00", every=True)


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx", heavy=True)
def lying_sizes():
    """Its directory says that the sheet weighs 1 kB: it weighs 100 MB."""
    return _in_directory(_bomb(100), 24, struct.pack("<L", 1_000))


@refused(errors.UnsafeWorkbook, "anormalement compressé", ".xlsx")
def zip_bomb_of_200_kilobytes():
    return _bomb(190)


@refused(errors.FileTooBig, "trop lourd", ".xlsx", heavy=True)
def zip_bomb_of_300_kilobytes():
    return _bomb(300)


def _bomb(megabytes):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts().items():
            if name != SHEET:
                archive.writestr(name, content)
        with archive.open(SHEET, "w") as entry:
            for _ in range(megabytes):
                entry.write(b" " * 1024 * 1024)
    return data.getvalue()


def _in_directory(data, offset, value, every=False):
    """The zip, with `value` at `offset` of its directory's entry of the sheet, or of every entry."""
    changed, at = bytearray(data), data.find(b"PK\x01\x02")
    while at >= 0:
        if every or data[at + 46 : at + 46 + len(SHEET)] == SHEET.encode():
            changed[at + offset : at + offset + len(value)] = value
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(changed)


@refused(errors.FileTooBig, "trop lourd", ".xlsx", heavy=True)
def ten_thousand_and_one_entries():
    empty = {f"xl/media/{number}.png": b"" for number in range(10_001 - len(parts()))}
    return zip_of(parts() | empty)


@refused(errors.UnsafeWorkbook, "deux fois la même partie", ".xlsx")
def same_entry_twice():
    return zip_of([*parts().items(), (SHEET.upper(), parts()[SHEET])])


@accepted(suffix=".xlsx")
def entries_with_paths_outside():
    return workbook(**{"../../../tmp/x.py": b"x", "/etc/cron.d/x": b"x", "C:\\x.exe": b"x"})


@refused(errors.BrokenWorkbook, "aucune feuille", ".xlsx")
def sheet_that_is_a_path_outside():
    relations = parts()["xl/_rels/workbook.xml.rels"].replace(b"/xl/worksheets/sheet1.xml", b"../../../../etc/passwd")
    return workbook(**{"xl/_rels/workbook.xml.rels": relations})


@refused(errors.BrokenWorkbook, "aucune feuille", ".xlsx")
def workbook_without_sheets():
    start, rest = parts()["xl/workbook.xml"].split(b"<sheets>")
    return workbook(**{"xl/workbook.xml": start + b"<sheets/>" + rest.split(b"</sheets>")[1]})


ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx", heavy=True)
def entity_bomb():
    prolog = f'<!DOCTYPE x [<!ENTITY l0 "lol">{ENTITIES}]>'
    return sheet_of('<row><c t="inlineStr"><is><t>&l9;</t></is></c></row>', prolog=prolog)


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx", heavy=True)
def entity_repeated_thousands_of_times():
    prolog = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
    return sheet_of(f'<row><c t="inlineStr"><is><t>{"&a;" * 50_000}</t></is></c></row>', prolog=prolog)


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx")
def entity_that_is_a_file():
    prolog = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return sheet_of('<row><c t="inlineStr"><is><t>&a;</t></is></c></row>', prolog=prolog)


@refused(errors.FileTooBig, "trop lourd", ".xlsx", heavy=True)
def shared_strings_bomb():
    types = parts()["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
        b'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    strings = f"<sst {MAIN}><si><t>{'a' * 19_000}</t></si></sst>".encode()
    cell = '<c t="s"><v>0</v></c>'
    rows = f"<row>{cell * 200}</row>" * 20
    return workbook(**{"[Content_Types].xml": types, "xl/sharedStrings.xml": strings, SHEET: sheet(rows)})


@refused(errors.FileTooBig, "trop de lignes ou de colonnes", ".xlsx", heavy=True)
def row_of_a_million_cells():
    cells = "".join(f"<c><v>{number * 7919 % 100_003}</v></c>" for number in range(1_000_000))
    return sheet_of(f"<row>{cells}</row>")


@refused(errors.FileTooBig, "Ligne 2 : des milliers de lignes vides", ".xlsx")
def row_number_ninety_million():
    return sheet_of('<row r="1"><c><v>1</v></c></row><row r="90000000"><c><v>1</v></c></row>')


@refused(errors.FileTooBig, "Ligne 1 : des milliers de lignes vides", ".xlsx", heavy=True)
def million_rows_of_one_empty_cell():
    numbers = range(1, 1_000_000)
    return sheet_of("".join(f'<row r="{n}"><c r="A{n}" s="{n * 7919 % 13}"/></row>' for n in numbers))


@accepted(suffix=".xlsx", heavy=True)
def hundreds_of_sheets_of_empty_rows():
    rows = sheet("".join(f'<row r="{number}"><c s="1"/></row>' for number in range(1, 3_000)))
    sheets = range(2, 302)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in sheets
    )
    named = "".join(f'<sheet xmlns:r="{OFFICE}" name="f{n}" sheetId="{n}" r:id="f{n}"/>' for n in sheets)
    relations = "".join(
        f'<Relationship Id="f{n}" Target="worksheets/sheet{n}.xml" Type="{OFFICE}/worksheet"/>' for n in sheets
    )
    added = {
        "[Content_Types].xml": ("</Types>", types),
        "xl/workbook.xml": ("</sheets>", named),
        "xl/_rels/workbook.xml.rels": ("</Relationships>", relations),
    }
    more = {name: parts()[name].replace(end.encode(), (xml + end).encode()) for name, (end, xml) in added.items()}
    return workbook(**more, **{f"xl/worksheets/sheet{n}.xml": rows for n in sheets})


@refused(errors.FileTooBig, "trop de lignes ou de colonnes", ".xlsx", heavy=True)
def elements_one_in_another_without_end():
    names = [f"a{number * 7919 % 100_003}" for number in range(300_000)]
    return sheet_of("".join(f"<{name}>" for name in names) + "".join(f"</{name}>" for name in reversed(names)))


@refused(errors.UnsafeWorkbook, "Cellule C2 : le classeur contient des formules", ".xlsx")
def formula_cells():
    return xlsx_of(COLUMNS, values(RODEZ | {"lib_fs": '=HYPERLINK("http://exemple.fr","Rodez")'}))


@refused(errors.UnsafeWorkbook, "Cellule A2 : le classeur contient des formules", ".xlsx")
def formula_with_a_value_kept():
    formula = b'<c r="A2"><f>7000+1</f><v>7001</v></c>'
    return workbook(**{SHEET: re.sub(rb'<c r="A2".*?</c>', formula, parts()[SHEET])})


@refused(errors.UnsafeWorkbook, "macros", ".xlsm")
def macros():
    return workbook(**{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


@refused(errors.UnsafeWorkbook, "macros", ".xlsx")
def macros_of_excel_4():
    return workbook(**{"xl/macrosheets/sheet1.xml": b"<xm:macrosheet/>"})


@accepted(suffix=".xlsx")
def external_links():
    link = b'<externalLink><externalBook r:id="rId1"/></externalLink>'
    return workbook(**{"xl/externalLinks/externalLink1.xml": link})


@accepted(suffix=".xlsx")
def hidden_sheet_first():
    def fill(book):
        book.active.append(COLUMNS)
        book.active.append(values(ALBI | {"lib_fs": "Brouillon"}))
        book.active.sheet_state = "hidden"
        shown = book.create_sheet("Liste")
        shown.append(COLUMNS)
        shown.append(values(RODEZ))

    return of_openpyxl(fill)


@accepted(suffix=".xlsx")
def readme_sheet_first():
    def fill(book):
        book.active.append(["Lisez-moi", "version", "auteur"])
        book.create_sheet("<b>'Liste'").append(COLUMNS)
        book.worksheets[1].append(values(RODEZ))

    return of_openpyxl(fill)


@refused(errors.BrokenWorkbook, "ne s'ouvre pas", ".xlsx")
def chart_sheet_only():
    def fill(book):
        book.create_chartsheet()
        del book["Sheet"]

    return of_openpyxl(fill)


@accepted(suffix=".xlsx")
def lying_dimension():
    lying = parts()[SHEET].replace(b'<dimension ref="A1:X2"', b'<dimension ref="A1:XFD1048576"')
    assert lying != parts()[SHEET]
    return workbook(**{SHEET: lying})


@accepted(suffix=".xlsx")
def dates_of_1904():
    def fill(book):
        book.epoch = CALENDAR_MAC_1904
        book.active.append(COLUMNS)
        book.active.append([*values(RODEZ)[:-1], date(2022, 1, 1)])

    return of_openpyxl(fill)


@wrong((3, "lib_fs", "required"), suffix=".xlsx")
def merged_cells():
    def fill(book):
        for row in (COLUMNS, values(RODEZ), values(ALBI)):
            book.active.append(row)
        book.active.merge_cells("C2:D3")

    return of_openpyxl(fill)


@wrong((2, "latitude", "coordinates"), suffix=".xlsx")
def error_cell():
    return xlsx_of(COLUMNS, values(RODEZ | {"latitude": "#REF!"}))


@refused(errors.FileTooBig, "Cellule T2 : son contenu est trop long", ".xlsx")
def workbook_cell_of_20001_characters():
    return xlsx_of(COLUMNS, values(RODEZ | {"commentaire": "x" * 20_001}))


@refused(errors.FileTooBig, "trop de lignes ou de colonnes", ".xlsx")
def workbook_of_300_columns():
    return xlsx_of([*COLUMNS, *(f"colonne {number}" for number in range(276))], values(RODEZ))


@refused(errors.HeaderOnly, "que sa ligne d'en-tête", ".xlsx")
def workbook_with_a_header_only():
    return xlsx_of(COLUMNS)


@refused(errors.EmptyFile, "vide", ".xlsx")
def workbook_with_an_empty_sheet():
    return xlsx_of()
