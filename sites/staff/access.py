"""The sites that a page of the staff may show or change: no page asks for sites in another way."""

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from franceservices.accounts.access import Needs, StaffPage
from sites.models import ErrorReport, Site


class SitesPage(StaffPage):
    """A page on the sites of one's territory: those one may read or, where the page `needs` it, edit."""

    @property
    def territories(self):
        return self.scope.reads if self.needs is Needs.READ else self.scope.edits

    @property
    def sites(self):
        return Site.objects.within_territories(self.territories)

    @property
    def reports(self):
        """What citizens told of those sites."""
        return ErrorReport.objects.filter(site__in=self.sites)


class SitePage(SitesPage):
    """A page on one of those sites; 404 when it is not one of them."""

    @cached_property
    def site(self):
        return get_object_or_404(self.sites.with_territories(), external_id=self.kwargs["external_id"])
