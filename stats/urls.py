"""The public addresses of figures, under /statistiques/."""

from django.urls import path, re_path

from stats import publication_views, views
from stats.coverage import views as coverage_views

app_name = "stats"
REGION = r"^regions/(?P<code>\d\d)(?:-(?P<slug>[-\w]*))?/"
DEPARTEMENT = r"^departements/(?P<code>\d[\dAB]\d?)(?:-(?P<slug>[-\w]*))?/"
TABLE = r"(?P<table>chiffres|mois|partenaires|demarches|classement|declarations)\.(?P<file_format>csv|xlsx)"
COVERAGE = r"proximite/"
COVERAGE_TABLE = r"(?P<table>communes|regions|departements)\.(?P<file_format>csv|xlsx)"
SITE = r"^sites/(?P<code>[0-9A-Za-z]+)(?:-(?P<slug>[-\w]*))?/"

urlpatterns = [
    # Dashboards, and each of their tables as a file
    path("", views.france, name="france"),
    re_path(f"^{TABLE}$", views.france, name="france_table"),
    re_path(f"{REGION}$", views.region, name="region"),
    re_path(f"{REGION}{TABLE}$", views.region, name="region_table"),
    re_path(f"{DEPARTEMENT}$", views.departement, name="departement"),
    re_path(f"{DEPARTEMENT}{TABLE}$", views.departement, name="departement_table"),
    re_path(f"{SITE}$", views.site, name="site"),
    re_path(f"{SITE}{TABLE}$", views.site, name="site_table"),
    # Comparison
    path("comparer/", views.compare, name="compare"),
    re_path(r"^comparer/(?P<table>chiffres|mois)\.(?P<file_format>csv|xlsx)$", views.compare, name="compare_table"),
    # Coverage
    path("et-si/", coverage_views.what_if, name="what_if"),
    re_path(f"^{COVERAGE}$", coverage_views.france, name="coverage"),
    re_path(f"^{COVERAGE}{COVERAGE_TABLE}$", coverage_views.france, name="coverage_table"),
    re_path(f"{REGION}{COVERAGE}$", coverage_views.region, name="region_coverage"),
    re_path(f"{REGION}{COVERAGE}{COVERAGE_TABLE}$", coverage_views.region, name="region_coverage_table"),
    re_path(f"{DEPARTEMENT}{COVERAGE}$", coverage_views.departement, name="departement_coverage"),
    re_path(f"{DEPARTEMENT}{COVERAGE}{COVERAGE_TABLE}$", coverage_views.departement, name="departement_coverage_table"),
    # Publications
    path("publications/", publication_views.all_of_them, name="publications"),
    path("publications/<int:pk>/", publication_views.one, name="publication"),
]
