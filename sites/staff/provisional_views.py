"""Provisional: stands where the pages that edit a site and show its history will be."""

from django.http import HttpResponse

from franceservices.accounts.access import Needs
from sites.staff.access import SitePage


class Edit(SitePage):
    needs = Needs.EDIT

    def get(self, request, external_id):
        return HttpResponse(f"Provisoire : {self.site.external_id}", content_type="text/plain; charset=utf-8")


class History(Edit):
    needs = Needs.READ
