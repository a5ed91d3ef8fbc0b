"""The public addresses of the directory."""

from django.urls import path, re_path

from sites import demarche_views, map_views, pages, place_views, report_views, site_views, sitemaps, views

app_name = "sites"

urlpatterns = [
    path("", views.home, name="home"),
    path("recherche/", views.search, name="search"),
    path("recherche/suggestions/", views.suggestions, name="suggestions"),
    path("carte/", map_views.sites_map, name="map"),
    path("carte/sites.json", map_views.map_sites, name="map_sites"),
    re_path(r"^carte/sites-(?P<version>[0-9a-f]{16})\.json$", map_views.map_sites_of, name="map_sites_of"),
    path("carte/retenus.json", map_views.map_shown, name="map_shown"),
    re_path(r"^carte/sites/(?P<external_id>[0-9A-Za-z]+)/$", map_views.map_popup, name="map_popup"),
    re_path(r"^sites/(?P<external_id>[0-9A-Za-z]+)(?:-(?P<slug>[-\w]*))?/$", site_views.site, name="site"),
    re_path(r"^sites/(?P<external_id>[0-9A-Za-z]+)(?:-(?P<slug>[-\w]*))?\.pdf$", site_views.sheet, name="sheet"),
    re_path(r"^sites/(?P<external_id>[0-9A-Za-z]+)(?:-(?P<slug>[-\w]*))?\.ics$", site_views.calendar, name="calendar"),
    re_path(
        r"^sites/(?P<external_id>[0-9A-Za-z]+)(?:-(?P<slug>[-\w]*))?/signaler/$", report_views.report, name="report"
    ),
    re_path(r"^communes/(?P<insee>\d[\dAB]\d{3})(?:-(?P<slug>[-\w]*))?/$", place_views.commune, name="commune"),
    re_path(
        r"^departements/(?P<code>\d[\dAB]\d?)(?:-(?P<slug>[-\w]*))?/$", place_views.departement, name="departement"
    ),
    re_path(r"^regions/(?P<code>\d\d)(?:-(?P<slug>[-\w]*))?/$", place_views.region, name="region"),
    path("demarches/", demarche_views.demarches, name="demarches"),
    path("demarches/<slug:slug>/", demarche_views.demarche, name="demarche"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.part, name="sitemap_part"),
    *(path(f"{slug}/", pages.written, {"slug": slug}, name=slug) for slug in pages.WRITTEN),
    path("plan-du-site/", pages.site_map, name="plan-du-site"),
    path("stats/", pages.statistics, name="stats"),
]
