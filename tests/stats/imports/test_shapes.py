"""What a header announces."""

from datetime import date

import pytest

from sites.imports.files.errors import WrongHeader
from stats.imports import shapes

from .test_cells import PARTNERS


def recognised(header):
    return shapes.recognise(tuple(header.split(";")), PARTNERS)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("id_fs;mois;partenaire;demarche;demandes;finalisees", shapes.Long),
        ("id_fs;mois;partenaire;demandes", shapes.Long),
        ("Identifiant;Mois d'activité;Opérateur;Nb demandes;Finalisées", shapes.Long),
        ("demandes;partenaire;mois;id_fs", shapes.Long),
        ("id_fs;mois;CAF;ANTS;Pôle emploi", shapes.ByPartner),
        ("id_fs;nom;mois;MSA", shapes.ByPartner),
        ("id_fs;partenaire;2024-01;2024-02", shapes.ByMonth),
        ("id_fs;partenaire;demarche;janvier 2024;févr. 2024", shapes.ByMonth),
        ("id_fs;mois;repondants;tres_satisfaits", shapes.Satisfaction),
        ("id_fs;mois;Nombre de répondants;Dont très satisfaits", shapes.Satisfaction),
    ],
)
def test_a_header_tells_the_kind_of_file(header, kind):
    assert type(recognised(header)) is kind


def test_what_the_headings_of_a_wide_file_mean_is_told_with_their_place():
    assert recognised("id_fs;mois;CAF;ANTS").spread == ((2, "caf"), (3, "ants"))
    assert recognised("id_fs;partenaire;01/02/2024").spread == ((2, date(2024, 2, 1)),)


def test_columns_that_are_not_read_are_told():
    assert recognised("id_fs;nom;mois;CAF;total").unknown == (1, 4)
    assert recognised("id_fs;mois;partenaire;demandes;repondants").unknown == (4,)


@pytest.mark.parametrize(
    "header",
    ["a;b", "id_fs;mois", "id_fs;demandes", "mois;partenaire;demandes", "id_fs;mois;nom", "id_fs;partenaire;total"],
)
def test_another_header_is_refused_with_what_is_expected(header):
    with pytest.raises(WrongHeader, match=r"id_fs;mois;partenaire;demarche;demandes;finalisees.*Colonnes trouvées"):
        recognised(header)


@pytest.mark.parametrize(
    "header",
    [
        "id_fs;id_fs;mois;CAF",
        "id_fs;mois;partenaire;demandes;nb demandes",
        "id_fs;mois;CAF;Allocations familiales",
        "id_fs;partenaire;2024-01;janvier 2024",
    ],
)
def test_two_columns_that_mean_the_same_are_refused(header):
    with pytest.raises(WrongHeader, match="disent la même chose"):
        recognised(header)
