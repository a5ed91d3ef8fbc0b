"""What there is to do in one's territory, and its sites."""

from django.shortcuts import render

from sites.staff.access import SitesPage


class Home(SitesPage):
    def get(self, request):
        return render(request, "staff/home.html", {"sites": self.sites.with_commune().by_commune()})
