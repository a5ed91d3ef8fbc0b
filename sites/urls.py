"""The public addresses of the directory."""

from django.urls import path

from sites import views

app_name = "sites"

urlpatterns = [
    path("", views.home, name="home"),
]
