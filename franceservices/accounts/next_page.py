"""Where one wanted to go before being asked who one is: a page of ours, or nowhere."""

from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def next_page(request):
    """The `next` that a form or an address carries; "" unless it is a page of this very portal."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    if not wanted.startswith(("/", "http")):  # "admin:index" or "-1": no address that we ever gave
        return ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""


def with_next(address, request):
    """An address that remembers where one wanted to go."""
    wanted = next_page(request)
    return f"{address}?{urlencode({'next': wanted})}" if wanted else address


def go_on(request):
    """On to the page that was wanted, or to one's sites."""
    return HttpResponseRedirect(next_page(request) or resolve_url("staff:home"))
