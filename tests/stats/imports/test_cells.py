"""What cells of figures may hold, and what is made of it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.imports.cells.issues import CellError
from stats.imports.cells import Cache, Demarches, Partners, read_month, read_number
from stats.months import NAMES, SHORT_NAMES

JANUARY = date(2024, 1, 1)
MONTHS = st.dates(date(2020, 1, 1), date(2099, 12, 31)).map(lambda day: day.replace(day=1))
PARTNERS = Partners(
    [
        ("caf", "Allocations familiales"),
        ("ants", "France Titres"),
        ("assurance-maladie", "Assurance maladie"),
        ("assurance-retraite", "Assurance retraite"),
        ("dgfip", "Finances publiques"),
        ("la-poste", "La Poste"),
        ("msa", "Mutualité sociale agricole"),
        ("point-justice", "Point-justice"),
        ("france-travail", "France Travail"),
        ("mairie", "Mairie"),
    ]
)
DEMARCHES = Demarches(
    [
        ("carte-grise", "Carte grise", "ants", ["immatriculation", "certificat"]),
        ("passeport", "Passeport", "ants", ["papiers"]),
        ("casier-judiciaire", "Casier judiciaire", "point-justice", ["certificat"]),
        ("carte-identite", "Carte d'identité", "ants", ["papiers"]),
        ("liste-electorale", "S'inscrire sur les listes électorales", None, ["voter"]),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        *("2024-01", "2024-1", "2024/01", "01/2024", "1/2024", "01-2024", "01.2024"),
        *(
            "janvier 2024",
            "Janvier 2024",
            "JANVIER 2024",
            "janv. 2024",
            "janv 2024",
            "janv-24",
            "jan. 24",
            "1er janvier 2024",
        ),
        *("2024-01-01", "2024-01-31", "01/01/2024", "31/01/2024", "2024-01-01 00:00:00", "2024-01-01T00:00:00"),
        *(" 2024-01 ", "janvier\N{NO-BREAK SPACE}2024", "45292", "45292,0"),
    ],
)
def test_a_month_is_read_however_it_is_written(text):
    assert read_month(text) == JANUARY


@given(MONTHS)
def test_any_month_is_read_in_each_writing(month):
    name, short = NAMES[month.month - 1], SHORT_NAMES[month.month - 1]
    year = month.year
    writings = [f"{month:%Y-%m}", f"{month:%m/%Y}", f"{month.month}/{year}", f"{name} {year}", f"{short} {year}"]
    writings += [f"{month:%Y-%m-%d}", f"{month:%d/%m/%Y}", f"{(month - date(1899, 12, 30)).days}"]

    assert {read_month(text) for text in writings} == {month}


def test_a_number_of_a_day_before_the_launch_is_no_day_of_2023():
    """It would be one, counted from 1904: the file is told that the month is before the launch."""
    assert read_month(f"{(date(2019, 12, 1) - date(1899, 12, 30)).days}") == date(2019, 12, 1)


@pytest.mark.parametrize(
    "text",
    ["2024", "2024-13", "13/2024", "32/01/2024", "30/02/2024", "jui 2024", "mois", "1824-01", "2024-01-01-01", "-"],
)
def test_what_is_no_month_is_refused(text):
    with pytest.raises(CellError, match="écrivez-le comme 2024-01") as error:
        read_month(text)

    assert error.value.code == "month"


def test_a_month_is_required():
    with pytest.raises(CellError) as error:
        read_month(" \N{NO-BREAK SPACE}")

    assert error.value.code == "required"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("0", 0), ("12", 12), ("12,0", 12), ("12.0", 12), ("12.00", 12), ("012", 12), (" 12 ", 12), ("-0", 0)),
        *(
            ("1 234", 1234),
            ("1\N{NO-BREAK SPACE}234", 1234),
            ("1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567", 1234567),
        ),
        *(("", None), ("  ", None), ("\N{NO-BREAK SPACE}", None)),
    ],
)
def test_a_number_is_read_and_blank_is_not_zero(text, number):
    assert read_number(text) == number


@given(st.integers(0, 100_000_000), st.sampled_from([" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", ""]))
def test_any_number_is_read_as_the_french_write_it(number, space):
    assert read_number(f"{number:,}".replace(",", space)) == number
    assert read_number(f"{number},0") == number


@given(st.text())
def test_no_text_is_read_as_a_wrong_number(text):
    try:
        number = read_number(text)
    except CellError:
        return
    assert number is None or 0 <= number <= 100_000_000


@given(st.text())
def test_no_text_breaks_the_reading_of_months(text):
    try:
        assert read_month(text).day == 1
    except CellError:
        return


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(
            ("-3", "negative"),
            ("\N{MINUS SIGN}3", "negative"),
            ("1,5", "fraction"),
            ("1.5", "fraction"),
            ("1.234", "fraction"),
        ),
        *(
            ("12 34", "number"),
            ("NC", "number"),
            ("-", "number"),
            ("1e3", "number"),
            ("=1", "number"),
            ("12a", "number"),
        ),
        *(("100000001", "too_big"), ("9" * 5000, "too_big"), ("٣", "number")),
    ],
)
def test_a_number_that_is_no_count_is_refused(text, code):
    with pytest.raises(CellError) as error:
        read_number(text)

    assert error.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(
            ("CAF", "caf"),
            ("caf", "caf"),
            ("Allocations familiales", "caf"),
            ("caisse d’allocations familiales", "caf"),
        ),
        *(("ANTS", "ants"), ("France Titres", "ants"), ("france-titres", "ants")),
        *(("DGFiP", "dgfip"), ("Impôts", "dgfip"), ("finances publiques", "dgfip")),
        *(("CPAM", "assurance-maladie"), ("Assurance Maladie", "assurance-maladie")),
        *(
            ("CARSAT", "assurance-retraite"),
            ("CNAV", "assurance-retraite"),
            ("assurance retraite", "assurance-retraite"),
        ),
        *(("MSA", "msa"), ("La Poste", "la-poste"), ("la-poste", "la-poste"), ("LA POSTE", "la-poste")),
        *(("Justice", "point-justice"), ("point-justice", "point-justice"), ("Point Justice", "point-justice")),
        *(("Pôle emploi", "france-travail"), ("POLE EMPLOI", "france-travail"), ("France Travail", "france-travail")),
        *(("Mairie", "mairie"), ("Banque", None)),
    ],
)
def test_partners_are_known_by_what_people_call_them(text, code):
    assert PARTNERS.find(text) == code


@pytest.mark.parametrize(
    ("text", "partner", "slug"),
    [
        *(("carte-grise", "ants", "carte-grise"), ("Carte grise", "ants", "carte-grise")),
        *(("IMMATRICULATION", "ants", "carte-grise"), ("", "ants", None), (" ", "caf", None)),
        *(("certificat", "ants", "carte-grise"), ("certificat", "point-justice", "casier-judiciaire")),
        ("voter", "caf", "liste-electorale"),
    ],
)
def test_a_demarche_is_known_by_its_slug_its_name_or_a_keyword(text, partner, slug):
    assert DEMARCHES.read(text, partner) == slug


@pytest.mark.parametrize(
    ("text", "partner", "code"),
    [("permis de chasse", "ants", "demarche"), ("papiers", "ants", "demarche"), ("Passeport", "caf", "other_partner")],
)
def test_a_demarche_that_is_not_told_is_refused(text, partner, code):
    with pytest.raises(CellError) as error:
        DEMARCHES.read(text, partner)

    assert error.value.code == code


def test_a_text_is_read_once():
    read = []
    cache = Cache(lambda text: read.append(text) or read_number(text))

    assert [cache[text] for text in ("1", "1", "x", "x")] == [1, 1, None, None]
    assert read == ["1", "x"]


def test_a_workbooks_last_day_is_of_its_month():
    assert read_month(f"{(date(2024, 2, 1) - timedelta(days=1) - date(1899, 12, 30)).days}") == JANUARY
