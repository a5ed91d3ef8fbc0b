"""The addresses under /gestion/ that deal with sites."""

from django.urls import include, path, re_path

from sites.staff import edit_views, history_views, home_views, proposal_views, report_views

app_name = "staff"
OF_A_SITE = r"^sites/(?P<external_id>[0-9A-Za-z]+)/"

urlpatterns = [
    path("", home_views.Home.as_view(), name="home"),
    path("sites.csv", home_views.TableFile.as_view(), name="sites_csv"),
    path("sites.xlsx", home_views.TableWorkbook.as_view(), name="sites_xlsx"),
    path("sites/verifier/", home_views.StillRight.as_view(), name="still_right"),
    re_path(rf"{OF_A_SITE}$", edit_views.Edit.as_view(), name="edit"),
    re_path(rf"{OF_A_SITE}historique/$", history_views.History.as_view(), name="history"),
    re_path(rf"{OF_A_SITE}comparer/$", history_views.Compare.as_view(), name="compare"),
    re_path(rf"{OF_A_SITE}retablir/$", history_views.PutBack.as_view(), name="put_back"),
    path("signalements/", report_views.Queue.as_view(), name="reports"),
    path("signalements/<int:pk>/corrige/", report_views.Accept.as_view(), name="accept_report"),
    path("signalements/<int:pk>/refuser/", report_views.Reject.as_view(), name="reject_report"),
    path("propositions/", proposal_views.Proposals.as_view(), name="proposals"),
    path("propositions/<int:pk>/garder/", proposal_views.KeepOurs.as_view(), name="dismiss_proposal"),
    path("imports/", include("sites.staff.imports.urls")),
]
