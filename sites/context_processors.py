"""What every page needs to know of the directory."""

from django.db import Error
from django.utils.functional import SimpleLazyObject

from sites.models import Site


def demonstration(request):
    """`shows_demonstration`: whether the sites shown are fictitious. Asked of the database once a page."""
    return {"shows_demonstration": SimpleLazyObject(_shows_demonstration)}


def _shows_demonstration():
    try:
        return Site.objects.demonstration().exists()
    except Error:  # "page introuvable" needs no database; a page that shows sites fails on its own queries
        return False
