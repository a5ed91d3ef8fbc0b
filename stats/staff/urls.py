"""The addresses under /gestion/ that deal with figures."""

from django.urls import path

from stats.staff import publication_pages

app_name = "figures"

urlpatterns: list = [
    # Imports of figures
    # Publications
    path("publications/", publication_pages.Publish.as_view(), name="publications"),
]
