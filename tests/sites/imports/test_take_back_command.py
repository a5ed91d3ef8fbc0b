"""`manage.py take_back_list`: says what it would do, does it when asked, and tells what it leaves."""

import pytest
from django.core.management import CommandError, call_command

from sites.models import Site
from tests.sites.imports.checksums import checksum
from tests.sites.imports.lists import ALBI, RODEZ, import_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def renamed():
    """A list that renamed a site, and its number."""
    import_rows(RODEZ, ALBI)
    before = checksum()
    _, batch = import_rows(RODEZ | {"lib_fs": "Maison du Rouergue"}, ALBI)
    return batch, before


def test_without_apply_it_only_tells(renamed, capsys):
    batch, _ = renamed

    call_command("take_back_list", batch.pk)

    assert "1 site remis comme avant" in capsys.readouterr().out
    assert Site.objects.filter(name="Maison du Rouergue").exists()


def test_with_apply_the_directory_is_as_before(renamed, capsys):
    batch, before = renamed

    call_command("take_back_list", batch.pk, apply=True)

    batch.refresh_from_db()
    assert (batch.status, checksum()) == ("taken_back", before)
    assert "1 site remis comme avant" in capsys.readouterr().out


def test_a_list_that_is_not_applied_cannot_be_taken_back(renamed):
    batch, _ = renamed
    call_command("take_back_list", batch.pk, apply=True, verbosity=0)

    with pytest.raises(CommandError, match="n'est pas appliquée"):
        call_command("take_back_list", batch.pk, apply=True)
