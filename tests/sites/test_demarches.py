"""What people type names démarches, and leaves the place where they are."""

import tomllib

import pytest
from django.conf import settings

from franceservices.territories import names
from sites.demarches import beginning_like, named_in, nearly_named_in, terms_of

ROWS = tomllib.loads((settings.BASE_DIR / "fixtures" / "demarches.toml").read_text())["demarche"]
TERMS = [term for row in ROWS for term in terms_of(row["slug"], [row["nom"], *row["mots"]])]


def named(text):
    return named_in(names.words(text), TERMS)


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("RSA", ["rsa"]),
        ("carte grise", ["carte-grise", "carte-grise-adresse"]),
        ("Refaire ma carte d'identité", ["carte-identite"]),
        ("je veux demander un passeport", ["passeport"]),
        ("PASSEPORTS", ["passeport"]),
        ("impots", ["declaration-impots", "payer-impots"]),
        ("impôt", ["declaration-impots", "payer-impots"]),
        ("retraite", ["retraite", "releve-de-carriere"]),
        ("permis", ["permis-de-conduire"]),
        ("permis étranger", ["permis-etranger"]),
        ("pôle emploi", ["inscription-chomage", "actualisation"]),
        ("changement d'adresse carte grise", ["carte-grise-adresse"]),
        ("chèque énergie", ["cheque-energie"]),
    ],
)
def test_plain_words_name_demarches(text, slugs):
    assert list(named(text).slugs) == slugs
    assert named(text).is_all


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("carte grise Rodez", "rodez"),
        ("refaire mon passeport à La Rochelle", "la rochelle"),
        ("Rodez permis", "rodez"),
        ("RSA dans le 12000", "12000"),
        ("impôts Saint-Étienne-de-Saint-Geoirs", "saint etienne de saint geoirs"),
    ],
)
def test_what_is_left_is_the_place(text, where):
    assert named(text).slugs
    assert named(text).where == where
    assert not named(text).is_all


@pytest.mark.parametrize("text", ["Rodez", "pimms", "toulose", "rue de Rivoli", "", "de la", "12000"])
def test_other_words_name_none(text):
    assert not named(text).slugs
    assert not named(text).is_all


@pytest.mark.parametrize(
    ("text", "slug"),
    [("pasport", "passeport"), ("carte didentité", "carte-identite"), ("retrete", ""), ("Vitalle", "carte-vitale")],
)
def test_a_slip_is_understood_when_it_is_slight(text, slug):
    slugs = nearly_named_in(names.words(text), TERMS).slugs

    assert slugs[:1] == ((slug,) if slug else ())


@pytest.mark.parametrize(
    ("text", "slug"),
    [("carte gr", "carte-grise"), ("pass", "passeport"), ("refaire ma carte d'id", "carte-identite"), ("rs", "rsa")],
)
def test_what_is_being_typed_begins_a_term(text, slug):
    assert slug in beginning_like(names.words(text), TERMS)


@pytest.mark.parametrize("text", ["", "r", "de", "de la", "rodez"])
def test_what_is_being_typed_may_begin_none(text):
    assert beginning_like(names.words(text), TERMS) == []


def test_each_demarche_has_what_its_page_shows():
    assert len(ROWS) >= 40
    for row in ROWS:
        assert row["apporter"], row["slug"]
        assert row["mots"], row["slug"]
        assert row["en_bref"].endswith(".")
        assert row["fiche"][0] in "FN"
        assert row["fiche"][1:].isdigit()


def test_the_nine_partners_have_a_demarche():
    assert len({row["partenaire"] for row in ROWS if "partenaire" in row}) == 9
