"""The lists received so far, and one of them."""

from django.shortcuts import render

from sites.staff.imports.access import ImportPage, ImportsPage


class Imports(ImportsPage):
    def get(self, request):
        return render(request, "staff/imports/imports.html", {"batches": self.batches})


class Import(ImportPage):
    def get(self, request, pk):
        return render(request, "staff/imports/import.html", {"batch": self.batch})
