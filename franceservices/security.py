"""Security headers that neither Django nor django-csp sets, or that they set too late."""

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
