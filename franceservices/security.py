"""Security headers that neither Django nor django-csp sets, or that they set too late; and who sends a form."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.middleware.security import SecurityMiddleware

PERMISSIONS_POLICY = ", ".join(
    ["geolocation=(self)", *(f"{feature}=()" for feature in ("camera", "microphone", "payment", "usb"))]
)


class SecurityHeadersMiddleware(SecurityMiddleware):
    """Django's own headers, but not its redirect, which may itself be refused and needs them on that answer too."""

    def process_request(self, request):
        """Leave the redirect to Django's own middleware, further in."""


def permissions_policy(get_response):
    """Middleware: our pages may ask for the position, and for nothing else."""

    def middleware(request):
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return middleware


def client_address(request):
    """The address of who asks: behind a proxy, the last that it wrote, since whoever asks may write others before."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")


def line_of_address(address):
    """The line that an IP address belongs to, as text: an IPv6 line has as many addresses as one likes, its /64.

    A server that listens on [::] sees IPv4 addresses as ::ffff:192.0.2.1. Raises ValueError when it is no address.
    """
    parsed = ipaddress.ip_address(address)
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False).network_address)


def comes_from_elsewhere(request):
    """Whether a browser says that another site sent this form. Old browsers, which say nothing, are believed."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site and site not in ("same-origin", "none"):
        return True
    return bool(origin) and urlsplit(origin).netloc != request.get_host()
