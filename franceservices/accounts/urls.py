"""The addresses under /gestion/ that deal with who one is."""

from django.urls import path

from franceservices.accounts import account_views, password_views, proconnect, second_factor_views, sign_in

app_name = "accounts"

urlpatterns = [
    path("connexion/", sign_in.SignIn.as_view(), name="sign_in"),
    path("deconnexion/", sign_in.SignOut.as_view(), name="sign_out"),
    path("second-facteur/", second_factor_views.GiveCode.as_view(), name="second_factor"),
    path("second-facteur/installer/", second_factor_views.SetUp.as_view(), name="set_up"),
    path("second-facteur/codes/", second_factor_views.RecoveryCodes.as_view(), name="recovery_codes"),
    path("invitation/", password_views.Invitation.as_view(), name="invitation"),
    path("mot-de-passe/", password_views.ChangePassword.as_view(), name="change_password"),
    path("mot-de-passe/oublie/", password_views.ForgottenPassword.as_view(), name="forgotten_password"),
    path("mot-de-passe/nouveau/", password_views.NewPassword.as_view(), name="new_password"),
    path("proconnect/", proconnect.Start.as_view(), name="proconnect"),
    path("proconnect/retour/", proconnect.Return.as_view(), name="proconnect_return"),
    path("compte/", account_views.Account.as_view(), name="account"),
]
