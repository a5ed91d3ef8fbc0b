"""The addresses under /gestion/ that deal with sites."""

from django.urls import path

from sites.staff import home_views

app_name = "staff"

urlpatterns = [
    path("", home_views.Home.as_view(), name="home"),
    path("signalements/", home_views.Home.as_view(), name="reports"),
]
