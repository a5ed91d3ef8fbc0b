"""What there is to do in one's territory, and the table of its sites."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from franceservices.accounts.access import Needs
from sites.locks import SitesBusy
from sites.staff import checking, listing, table_files, to_check
from sites.staff.access import SitesPage

A_PAGE = 50
NAMED = 3
NONE_TICKED = "Aucun site n'est coché : cochez ceux dont la fiche est toujours exacte."
BUSY = "Ces fiches sont en cours de modification par un import : attendez un instant, puis recommencez."
HEADINGS = (("nom", "Site"), ("commune", "Commune"))


class SitesTable(SitesPage):
    """A page that shows the sites that its address asks for, in its order."""

    def departements(self):
        """{code: name} of those that there are sites in, by code."""
        path = "commune__departement"
        return dict(self.sites.order_by(path).values_list(path, f"{path}__name").distinct())

    def asked(self, now):
        """The form of the address, and the sites that it asks for."""
        form = listing.ListForm(self.request.GET, self.departements())
        return form, form.wanted(self.sites, now)


class Home(SitesTable):
    def get(self, request):
        now = timezone.now()
        form, wanted = self.asked(now)
        page = Paginator(listing.for_rows(wanted), A_PAGE).get_page(request.GET.get("page"))
        context = {
            "form": form,
            "page": page,
            "rows": listing.rows(page, now, self.scope.edits),
            "tiles": to_check.counts(self.sites, now),
            "departements": form.departements,
            "by_name": listing.columns(form, *HEADINGS),
            "by_check": listing.columns(form, ("verifie", "Vérifié")),
            "by_reports": listing.columns(form, ("-signalements", "À vérifier")),
            "edits": bool(self.scope.edits),
        }
        return render(request, "staff/home.html", context)


class TableFile(SitesTable):
    """The sites that the page shows, all its pages, in the same order, as a file."""

    write, content_type, name = staticmethod(table_files.as_csv), "text/csv; charset=utf-8", "sites.csv"

    def get(self, request):
        now = timezone.now()
        _form, wanted = self.asked(now)
        response = HttpResponse(self.write(listing.rows(listing.for_rows(wanted), now)), content_type=self.content_type)
        response["Content-Disposition"] = f'attachment; filename="{timezone.localdate(now)}-{self.name}"'
        return response


class TableWorkbook(TableFile):
    write, name = staticmethod(table_files.as_xlsx), "sites.xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class StillRight(SitesPage):
    """ "Toujours exact", for the sites that were ticked, or for the one whose button was pressed."""

    needs = Needs.EDIT

    def post(self, request):
        alone = request.POST.get("seul")
        self._stamp([alone] if alone else request.POST.getlist("site"))
        query = QueryDict(request.POST.get("retour", "")[:1000]).urlencode()
        return redirect(f"{reverse('staff:home')}?{query}" if query else "staff:home")

    def _stamp(self, wanted):
        try:
            names = checking.stamp(self.sites, wanted, self.request.user)
        except checking.NotAllKnown:
            raise Http404 from None
        except SitesBusy:
            messages.error(self.request, BUSY)
            return
        if names:
            messages.success(self.request, _said(names))
        else:
            messages.error(self.request, NONE_TICKED)


def _said(names):
    if len(names) == 1:
        return f"« {names[0]} » : la fiche est marquée comme vérifiée aujourd'hui."
    others = f" et {len(names) - NAMED} autre{'s' if len(names) > NAMED + 1 else ''}" if len(names) > NAMED else ""
    return f"{len(names)} fiches marquées comme vérifiées aujourd'hui : {', '.join(names[:NAMED])}{others}."
