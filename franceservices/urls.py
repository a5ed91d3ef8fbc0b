"""Every address of the portal, but for /healthz/live and /healthz/ready: `health.health_checks` answers those first."""

from django.urls import include, path

from franceservices import administration

urlpatterns = [
    path("", include("sites.urls")),
    path("statistiques/", include("stats.urls")),
    path("gestion/", include("franceservices.accounts.urls")),
    path("gestion/", include("sites.staff.urls")),
    path("gestion/", include("stats.staff.urls")),
    path("admin/", administration.site.urls),
]
