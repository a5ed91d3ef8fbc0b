"""One's own account: who one is here, what is granted, and how one signs in."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone

from franceservices.accounts import proconnect
from franceservices.accounts.access import VerifiedPage
from franceservices.accounts.models import User


class NameForm(forms.ModelForm):
    """The only thing about themselves that people change: the rest is granted."""

    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": "Prénom et nom"}
        widgets = {"name": forms.TextInput(attrs={"class": "fr-input", "autocomplete": "name"})}


class Account(VerifiedPage):
    def get(self, request):
        return self._page(request, NameForm(instance=request.user))

    def post(self, request):
        form = NameForm(request.POST, instance=User.objects.get(pk=request.user.pk))
        if not form.is_valid():
            return self._page(request, form, status=400)
        User.objects.filter(pk=request.user.pk).update(name=form.cleaned_data["name"])
        messages.success(request, "Votre nom est enregistré.")
        return redirect("accounts:account")

    def _page(self, request, form, status=200):
        context = {
            "form": form,
            "scopes": request.user.scopes.select_related("departement", "region").order_by("kind", "pk"),
            "today": timezone.localdate(),
            "device": request.user.otp_device,
            "codes_left": request.user.recovery_codes.count(),
            "proconnect": proconnect.is_on(),
        }
        return render(request, "accounts/account.html", context, status=status)
