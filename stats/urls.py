"""The public addresses of figures, under /statistiques/."""

from django.urls import path, re_path

from stats import views

app_name = "stats"
REGION = r"^regions/(?P<code>\d\d)(?:-(?P<slug>[-\w]*))?/"
DEPARTEMENT = r"^departements/(?P<code>\d[\dAB]\d?)(?:-(?P<slug>[-\w]*))?/"
SITE = r"^sites/(?P<code>[0-9A-Za-z]+)(?:-(?P<slug>[-\w]*))?/"

urlpatterns = [
    # Dashboards
    path("", views.france, name="france"),
    re_path(f"{REGION}$", views.region, name="region"),
    re_path(f"{DEPARTEMENT}$", views.departement, name="departement"),
    re_path(f"{SITE}$", views.site, name="site"),
    # Coverage
    # Publications
]
