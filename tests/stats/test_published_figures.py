"""The figures that the prefecture of Occitanie published in May 2023 come out of the demonstration data, whole."""

import re

import pytest
from django.core.management import call_command

from stats import demo

OCCITANIE = "/statistiques/regions/76-occitanie/"


@pytest.mark.django_db
def test_the_release_of_occitanie_comes_out_of_the_demonstration(client):
    call_command("load_demarches", verbosity=0)
    call_command("load_demo", verbosity=0)
    call_command("load_demo_activity", verbosity=0)

    april = client.get(OCCITANIE, {"au": "2023-04-01"}).content.decode()
    march = client.get(OCCITANIE, {"au": "2023-03-01"}).content.decode()

    assert 'data-indicator="sites" data-value="313"' in march
    for code, value in (
        ("sites", "313"),
        ("requests_since_launch", "1982080"),
        ("completed_share", "0.8"),
        ("very_satisfied_share", "0.93"),
    ):
        assert f'data-indicator="{code}" data-value="{value}"' in april
    assert "1\u00a0982\u00a0080" in april
    demarches = client.get(f"{OCCITANIE}demarches.csv", {"au": "2023-04-01"}).content.decode()
    assert re.split(r"\r?\n", re.sub(r";.*", "", demarches))[1:6] == [theme for theme, *_ in demo.MAIN]
