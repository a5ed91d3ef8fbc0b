"""The addresses under /gestion/imports/."""

from django.urls import path

from sites.staff.imports import difference_views, file_views, held_views, list_views, undo_views

urlpatterns = [
    path("", list_views.Imports.as_view(), name="imports"),
    path("liste.csv", file_views.DirectoryAsCsv.as_view(), name="list_csv"),
    path("liste.xlsx", file_views.DirectoryAsWorkbook.as_view(), name="list_xlsx"),
    path("<int:pk>/", list_views.Import.as_view(), name="import"),
    path("<int:pk>/relire/", list_views.ReadAgain.as_view(), name="read_again"),
    path("<int:pk>/confirmer/", list_views.Confirm.as_view(), name="confirm_import"),
    path("<int:pk>/abandonner/", list_views.Abandon.as_view(), name="abandon_import"),
    path("<int:pk>/annuler/", undo_views.TakeBack.as_view(), name="take_back"),
    path("<int:pk>/lignes/", difference_views.Rows.as_view(), name="import_rows"),
    path("<int:pk>/lignes.csv", difference_views.RowsFile.as_view(), name="import_rows_csv"),
    path("<int:pk>/remarques/", difference_views.Issues.as_view(), name="import_issues"),
    path("<int:pk>/carte/", difference_views.Map.as_view(), name="import_map"),
    path("<int:pk>/carte.json", difference_views.MapPoints.as_view(), name="import_map_points"),
    path("<int:pk>/tenus/", held_views.Held.as_view(), name="import_held"),
    path("<int:pk>/fichier/", file_views.ReceivedFile.as_view(), name="import_file"),
    path("<int:pk>/fichier-annote/", file_views.AnnotatedFile.as_view(), name="import_annotated"),
]
