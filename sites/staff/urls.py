"""The addresses under /gestion/ that deal with sites."""

from django.urls import path, re_path

from sites.staff import edit_views, history_views, home_views

app_name = "staff"
OF_A_SITE = r"^sites/(?P<external_id>[0-9A-Za-z]+)/"

urlpatterns = [
    path("", home_views.Home.as_view(), name="home"),
    path("signalements/", home_views.Home.as_view(), name="reports"),
    path("sites/verifier/", home_views.Home.as_view(), name="still_right"),
    re_path(rf"{OF_A_SITE}$", edit_views.Edit.as_view(), name="edit"),
    re_path(rf"{OF_A_SITE}historique/$", history_views.History.as_view(), name="history"),
    re_path(rf"{OF_A_SITE}comparer/$", history_views.Compare.as_view(), name="compare"),
    re_path(rf"{OF_A_SITE}retablir/$", history_views.PutBack.as_view(), name="put_back"),
]
