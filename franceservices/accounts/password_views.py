"""The pages where a password is chosen: by invitation, after having forgotten it, or from one's account."""

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.views import View

from franceservices.accounts import passwords, proconnect
from franceservices.accounts.access import VerifiedPage
from franceservices.accounts.links import INVITATION, NEW_PASSWORD
from franceservices.accounts.passwords import ChoosePasswordForm, ForgottenPasswordForm
from franceservices.accounts.proof import ProvenForm


class LinkPage(View):
    """Choosing a password with a link received by mail; the second factor comes next."""

    link = NEW_PASSWORD
    template = "accounts/new_password.html"

    def dispatch(self, request, *args, **kwargs):
        self.token = request.POST.get("jeton", request.GET.get("jeton", ""))
        self.owner = self.link.owner(self.token)
        response = super().dispatch(request, *args, **kwargs) if self.owner else self._over(request)
        add_never_cache_headers(response)
        # The page's own address holds the token: style sheets are asked for without it. (Under `no-referrer`, browsers
        # would send the form as from nowhere, and Django would refuse it.)
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    def get(self, request):
        return self._page(request, ChoosePasswordForm(self.owner))

    def post(self, request):
        form = ChoosePasswordForm(self.owner, request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        form.save()
        login(request, self.owner, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("accounts:second_factor")

    def _page(self, request, form, status=200):
        context = {"form": form, "token": self.token, "owner": self.owner, "proconnect": proconnect.is_on()}
        return render(request, self.template, context, status=status)

    def _over(self, request):
        return render(request, "accounts/link_over.html", {"is_invitation": self.link is INVITATION}, status=410)


class Invitation(LinkPage):
    link = INVITATION
    template = "accounts/invitation.html"


class NewPassword(LinkPage):
    pass


class AnswerFirst(HttpResponse):
    """An answer, then some work that nobody waits for nor can time."""

    def __init__(self, content, work):
        super().__init__(content)
        self.work = work

    def close(self):
        self.work()
        super().close()


class ForgottenPassword(View):
    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def get(self, request):
        return render(request, "accounts/forgotten_password.html", {"form": ForgottenPasswordForm()})

    def post(self, request):
        form = ForgottenPasswordForm(request.POST)
        if not form.is_valid():
            return render(request, "accounts/forgotten_password.html", {"form": form}, status=400)
        email = form.cleaned_data["email"]
        page = render_to_string("accounts/link_sent.html", {"email": email}, request)
        return AnswerFirst(page, work=lambda: passwords.send_link(email))


class ChangePassword(VerifiedPage):
    """Sessions that are open elsewhere end with the password that opened them."""

    def get(self, request):
        return self._page(request, ProvenForm(request), ChoosePasswordForm(request.user))

    def post(self, request):
        proof, form = ProvenForm(request, request.POST), ChoosePasswordForm(request.user, request.POST)
        if not (form.is_valid() and proof.is_valid()):
            return self._page(request, proof, form, status=400)
        form.save()
        update_session_auth_hash(request, form.user)
        messages.success(request, "Votre mot de passe est changé. Les sessions ouvertes ailleurs sont terminées.")
        return redirect("accounts:account")

    def _page(self, request, proof, form, status=200):
        return render(request, "accounts/change_password.html", {"proof": proof, "form": form}, status=status)
