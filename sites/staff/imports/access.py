"""The lists that a page of the national administrators may show or change: no page asks for lists in another way."""

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from franceservices.accounts.access import Needs, StaffPage
from sites.models import ImportBatch


class ImportsPage(StaffPage):
    """A page on the lists that were received; demonstration data is no list."""

    needs = Needs.NATIONAL

    @property
    def batches(self):
        return ImportBatch.objects.filter(is_demo=False)


class ImportPage(ImportsPage):
    """A page on one of those lists; 404 when it is not one of them."""

    @cached_property
    def batch(self):
        return get_object_or_404(self.batches.select_related("received_by", "applied_by"), pk=self.kwargs["pk"])
