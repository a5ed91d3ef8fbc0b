"""The public addresses of the directory."""

from django.urls import path, re_path

from sites import pages, views

app_name = "sites"

urlpatterns = [
    path("", views.home, name="home"),
    path("recherche/", views.search, name="search"),
    path("recherche/suggestions/", views.suggestions, name="suggestions"),
    path("carte/sites.json", views.map_sites, name="map_sites"),
    re_path(r"^sites/(?P<external_id>[0-9A-Za-z]+)(?:-(?P<slug>[-\w]*))?/$", views.site, name="site"),
    *(path(f"{slug}/", pages.written, {"slug": slug}, name=slug) for slug in pages.WRITTEN),
    path("plan-du-site/", pages.site_map, name="plan-du-site"),
    path("stats/", pages.statistics, name="stats"),
]
