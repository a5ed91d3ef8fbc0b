"""The addresses under /gestion/ that deal with sites."""

from django.urls import path

from sites.staff import home_views, proposal_views, provisional_views, report_views

app_name = "staff"

urlpatterns = [
    path("", home_views.Home.as_view(), name="home"),
    path("sites.csv", home_views.TableFile.as_view(), name="sites_csv"),
    path("sites.xlsx", home_views.TableWorkbook.as_view(), name="sites_xlsx"),
    path("sites/verifier/", home_views.StillRight.as_view(), name="still_right"),
    path("sites/<slug:external_id>/", provisional_views.Edit.as_view(), name="edit"),
    path("sites/<slug:external_id>/historique/", provisional_views.History.as_view(), name="history"),
    path("signalements/", report_views.Queue.as_view(), name="reports"),
    path("signalements/<int:pk>/corrige/", report_views.Accept.as_view(), name="accept_report"),
    path("signalements/<int:pk>/refuser/", report_views.Reject.as_view(), name="reject_report"),
    path("propositions/", proposal_views.Proposals.as_view(), name="proposals"),
    path("propositions/<int:pk>/garder/", proposal_views.KeepOurs.as_view(), name="dismiss_proposal"),
]
