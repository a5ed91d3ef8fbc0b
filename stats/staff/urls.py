"""The addresses under /gestion/ that deal with figures."""

from django.urls import path

from stats.staff import import_pages, publication_pages

app_name = "figures"

urlpatterns: list = [
    # Imports of figures
    path("activite/", import_pages.Imports.as_view(), name="imports"),
    path("activite/<int:pk>/", import_pages.Import.as_view(), name="import"),
    path("activite/<int:pk>/confirmer/", import_pages.Confirm.as_view(), name="confirm_import"),
    path("activite/<int:pk>/abandonner/", import_pages.Abandon.as_view(), name="abandon_import"),
    path("activite/<int:pk>/annuler/", import_pages.TakeBack.as_view(), name="take_back"),
    path("activite/<int:pk>/fichier/", import_pages.ReceivedFile.as_view(), name="received_file"),
    path("activite/<int:pk>/remarques.csv", import_pages.RemarksFile.as_view(), name="remarks_file"),
    # Publications
    path("publications/", publication_pages.Publish.as_view(), name="publications"),
]
