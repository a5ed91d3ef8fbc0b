"""The addresses under /gestion/imports/."""

from django.urls import path

from sites.staff.imports import file_views, list_views

urlpatterns = [
    path("", list_views.Imports.as_view(), name="imports"),
    path("liste.csv", file_views.DirectoryAsCsv.as_view(), name="list_csv"),
    path("liste.xlsx", file_views.DirectoryAsWorkbook.as_view(), name="list_xlsx"),
    path("<int:pk>/", list_views.Import.as_view(), name="import"),
    path("<int:pk>/fichier/", file_views.ReceivedFile.as_view(), name="import_file"),
    path("<int:pk>/fichier-annote/", file_views.AnnotatedFile.as_view(), name="import_annotated"),
]
