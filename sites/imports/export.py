"""The directory as the official list writes it: 24 columns, a site a line, which comes back with nothing to change.

What the list cannot say is left empty, since an empty cell never erases: hours that do not come back every week, an
appointment that is required, a text that would be read otherwise.
"""

from sites.imports.cells.columns import COLUMNS, DAYS
from sites.imports.cells.gazetteer import latitude_of, longitude_of
from sites.imports.cells.issues import CellError, Findings
from sites.imports.cells.resource import APPOINTMENTS, FORMATS, KINDS, SiteResource
from sites.imports.files.tables import MAX_CELL_CHARACTERS
from sites.imports.files.text import encode_escapes, guarded, tidy
from sites.imports.held import EVERY_WEEK
from sites.imports.state import days_of, week_as_text
from sites.models import Site
from sites.written_hours import UnreadableHours, parse_day

AT_A_TIME = 2_000
KIND_WORDS, FORMAT_WORDS, APPOINTMENT_WORDS = (
    {value: word for word, value in words.items()} for words in (KINDS, FORMATS, APPOINTMENTS)
)
VALUES = (
    *("external_id", "name", "address", "address_extra", "commune_id", "commune__departement_id", "commune__name"),
    *("postal_code", "x", "y", "email", "phone", "week", "appointment", "note", "kind", "format", "network"),
    "labelled_on",
)


def rows(sites=None):
    """The heading, then the cells of each site in service of the national list, by département and commune.

    `sites`, a queryset, narrows them. One query, read as the rows are asked for.
    """
    yield list(COLUMNS)
    asked = Site.objects.all() if sites is None else sites
    found = (
        asked.open_to_public()
        .official()
        .annotate(x=longitude_of("location"), y=latitude_of("location"), week=week_as_text())
        .order_by("commune__departement", "commune__name", "pk")
        .values(*VALUES)
    )
    for site in found.iterator(chunk_size=AT_A_TIME):
        cells = _cells(site)
        yield [cells[column] for column in COLUMNS]


def _cells(site):
    """{column: text} of the values of a site."""
    return _week(site["week"]) | {
        "id_fs": site["external_id"],
        "insee_dep": site["commune__departement_id"],
        "lib_fs": _text(site["name"]),
        "adresse": _text(site["address"]),
        "complement_adresse": _text(site["address_extra"]),
        "insee_com": site["commune_id"],
        "code_postal": site["postal_code"],
        "lib_com": site["commune__name"],
        "latitude": _degrees(site["y"]),
        "longitude": _degrees(site["x"]),
        "mail": _if_read_back("mail", _text(site["email"]), site["email"]),
        "telephone": _if_read_back("telephone", _text(site["phone"]), site["phone"]),
        "prise_rdv": APPOINTMENT_WORDS.get(site["appointment"], ""),
        "commentaire": _text(site["note"], multiline=True),
        "type_fs": KIND_WORDS[site["kind"]],
        "format_fs": FORMAT_WORDS[site["format"]],
        "groupe_fs": _text(site["network"]),
        "labellisation_fs": _label(site["labelled_on"]),
    }


def _text(text, multiline=False):
    """A text as it is read back; nothing when it is too long for a cell."""
    written = encode_escapes(tidy(text, multiline))
    return written if len(guarded(written)) <= MAX_CELL_CHARACTERS else ""


def _degrees(number):
    return f"{number:.6f}"


def _label(day):
    return _if_read_back("labellisation_fs", f"Espace labellisé {day:%d/%m/%Y}", day) if day else ""


def _if_read_back(column, text, value):
    """`text`, or nothing when the list's own reading of it is not `value`."""
    findings = Findings(line=0)
    try:
        read = SiteResource.fields[column].clean({column: text}, findings=findings)
    except CellError:
        return ""
    return text if read == value and not findings.asides else ""


def _week(text):
    """{column of a day: hours} of a week as `state.week_as_text` gives it; none at all unless each day can be said."""
    written = {column: _day(slots) for column, slots in zip(DAYS, days_of(text).values(), strict=True)}
    return dict.fromkeys(DAYS, "") if None in written.values() else written


def _day(slots):
    """The hours of a day, as the list writes them; None when they would be read otherwise."""
    if any(slot[2:] != EVERY_WEEK for slot in slots):
        return None
    written = " / ".join(f"{opens} - {closes}" for opens, closes, *_ in slots)
    try:
        read = [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in parse_day(written)]
    except UnreadableHours:
        return None
    return written if read == [slot[:2] for slot in slots] else None
