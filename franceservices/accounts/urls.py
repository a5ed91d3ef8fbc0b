"""The addresses under /gestion/ that deal with who one is."""

from django.urls import path

from franceservices.accounts import views

app_name = "accounts"

urlpatterns = [
    path("connexion/", views.sign_in, name="sign_in"),
    path("deconnexion/", views.sign_out, name="sign_out"),
    path("second-facteur/", views.second_factor, name="second_factor"),
    path("compte/", views.account, name="account"),
]
