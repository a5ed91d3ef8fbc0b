"""What every page needs to know of the directory."""

from django.utils.functional import SimpleLazyObject

from sites.models import Site


def demonstration(request):
    """`shows_demonstration`: whether the sites shown are fictitious. Asked of the database once a page."""
    return {"shows_demonstration": SimpleLazyObject(Site.objects.demonstration().exists)}
