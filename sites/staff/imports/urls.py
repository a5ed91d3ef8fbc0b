"""The addresses under /gestion/imports/."""

from django.urls import path

from sites.staff.imports import list_views, undo_views

urlpatterns = [
    path("", list_views.Imports.as_view(), name="imports"),
    path("<int:pk>/", list_views.Import.as_view(), name="import"),
    path("<int:pk>/annuler/", undo_views.TakeBack.as_view(), name="take_back"),
]
