"""The addresses under /gestion/ that deal with sites."""

from django.urls import path

from sites.staff import edit_views, home_views

app_name = "staff"

urlpatterns = [
    path("", home_views.Home.as_view(), name="home"),
    path("signalements/", home_views.Home.as_view(), name="reports"),
    path("sites/verifier/", home_views.Home.as_view(), name="verify"),
    path("sites/<str:external_id>/", edit_views.Edit.as_view(), name="edit"),
    path("sites/<str:external_id>/historique/", home_views.Home.as_view(), name="history"),
]
