"""Security headers that neither Django nor django-csp sets."""

PERMISSIONS_POLICY = ", ".join(
    ["geolocation=(self)", *(f"{feature}=()" for feature in ("camera", "microphone", "payment", "usb"))]
)


def permissions_policy(get_response):
    """Middleware: our pages may ask for the position, and for nothing else."""

    def middleware(request):
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return middleware
