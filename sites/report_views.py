"""Telling of an error on a site's page."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from franceservices.security import client_address, comes_from_elsewhere
from sites import opening_hours, reports
from sites.models import ErrorReport, Site

LETTERS = (10, 1000)
LINKS_ALLOWED = 2
MAX_BYTES = 20_000
NO_SUBJECT = "Choisissez ce qui est faux."


class ReportForm(forms.Form):
    """What is wrong, in one's own words. `site_web` is a trap: people do not see it, robots fill it in."""

    subject = forms.ChoiceField(
        choices=ErrorReport.Subject.choices, error_messages={"required": NO_SUBJECT, "invalid_choice": NO_SUBJECT}
    )
    message = forms.CharField(
        error_messages={"required": "Écrivez ce qu'il faudrait corriger, par exemple : « fermé le lundi »."}
    )
    email = forms.EmailField(
        required=False,
        error_messages={"invalid": "Cette adresse n'est pas complète. Écrivez-la comme : prenom@exemple.fr"},
    )
    site_web = forms.CharField(required=False)
    jeton = forms.CharField(required=False)

    def clean_message(self):
        text = "\n".join(" ".join(line.split()) for line in self.cleaned_data["message"].splitlines()).strip()
        least, most = LETTERS
        if len(text) < least:
            raise forms.ValidationError(f"Écrivez au moins {least} caractères, pour que l'on comprenne.")
        if len(text) > most:
            raise forms.ValidationError("C'est trop long : écrivez au plus 1 000 caractères.")
        if text.lower().count("http") + text.lower().count("www.") > LINKS_ALLOWED:
            raise forms.ValidationError("Il y a trop de liens dans ce message : gardez-en deux au plus.")
        return text


@never_cache
@csrf_exempt  # nobody has a session or a cookie here: a signed token and the browser's own word stand for Django's
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, external_id, slug=""):
    """The form, and what becomes of what is sent by it."""
    site = Site.objects.exclude(status=Site.Status.WITHDRAWN).with_territories().with_hours()
    site = site.filter(external_id=external_id).first()
    if not site:
        raise Http404
    if request.method == "POST":
        return _sent(request, site)
    if slug != site.slug:
        moved = redirect(site.report_url, permanent=True)
        patch_cache_control(moved, max_age=3600)
        return moved
    if "merci" in request.GET:
        return render(request, "sites/report/thanks.html", {"site": site})
    return _page(request, site, ReportForm())


def _sent(request, site):
    if comes_from_elsewhere(request):
        return render(request, "403_csrf.html", status=403)
    if len(request.body) > MAX_BYTES:
        return HttpResponse("Cet envoi est trop gros.", status=413, content_type="text/plain; charset=utf-8")
    form = ReportForm(request.POST)
    if form.is_valid() and not form.cleaned_data["site_web"]:
        try:
            reports.check_token(site, form.cleaned_data["jeton"])
            reports.keep(
                site, client_address(request), *(form.cleaned_data[name] for name in ("subject", "message", "email"))
            )
        except reports.TooQuick:
            form.add_error(None, "Nous n'avons pas eu le temps de préparer l'envoi. Relisez, puis envoyez à nouveau.")
        except reports.FormTooOld:
            form.add_error(None, "Cette page était ouverte depuis trop longtemps. Relisez, puis envoyez à nouveau.")
        except reports.TooManyReports:
            return render(request, "sites/report/too_many.html", {"site": site}, status=429)
    if form.errors:
        return _page(request, site, form, status=400)
    return redirect(f"{site.report_url}?merci", permanent=False)


def _page(request, site, form, status=200):
    context = {
        "site": site,
        "form": form,
        "token": _token(site, form),
        "subjects": ErrorReport.Subject.choices,
        "week": [] if site.is_itinerant else opening_hours.week_rows(site.schedule, timezone.now()),
    }
    return render(request, "sites/report/form.html", context, status=status)


def _token(site, form):
    """The token that was sent as long as it is good, so that a second sending is no longer too quick."""
    sent = form.data.get("jeton", "")
    try:
        reports.check_token(site, sent)
    except reports.TooQuick:
        return sent
    except reports.FormTooOld:
        return reports.form_token(site)
    return sent
