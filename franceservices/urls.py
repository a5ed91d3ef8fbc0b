"""Every address of the portal."""

from django.urls import include, path

from franceservices import health

urlpatterns = [
    path("healthz/live", health.live),
    path("healthz/ready", health.ready),
    path("", include("sites.urls")),
]
