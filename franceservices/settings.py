"""The one settings file. Everything that changes from place to place comes from the environment.

`ENVIRONMENT` says where we are: `production` (the default, which refuses to start half-configured),
`local` (what `make run` sets) or `test`. docs/exploitation.md lists every variable.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"


class Env(environ.Env):
    """django-environ as people expect it: `$` is a character like another, and a blank variable is not given.

    On its own, it reads a value that begins with `$` as the name of another variable; a secret key may begin so.
    """

    def get_value(self, var, cast=None, default=environ.Env.NOTSET, parse_default=False):
        text = os.environ.get(var, "").strip()
        return self.parse_value(text, cast) if text else default


env = Env()
ENVIRONMENT = env.str("ENVIRONMENT", "production")
if ENVIRONMENT not in ("production", "local", "test"):
    raise ImproperlyConfigured("ENVIRONMENT doit valoir production, local ou test.")
IN_PRODUCTION = ENVIRONMENT == "production"


def required_in_production(name, otherwise):
    """The environment variable `name`, or `otherwise` away from production."""
    value = env.str(name, "")
    if value or not IN_PRODUCTION:
        return value or otherwise
    raise ImproperlyConfigured(f"Définissez la variable d'environnement {name} avant de démarrer en production.")


DEBUG = False
SECRET_KEY = required_in_production("SECRET_KEY", otherwise="no secret is kept away from production")
ALLOWED_HOSTS = [
    name.strip()
    for name in required_in_production("ALLOWED_HOSTS", otherwise="localhost,127.0.0.1,[::1],testserver").split(",")
    if name.strip()
]
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS ne contient aucun nom : donnez ceux du portail, entre virgules.")

# --- What the project is made of -------------------------------------------------------------------

INSTALLED_APPS = [
    "franceservices.territories",
    "franceservices.accounts",
    "sites",
    "stats",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "import_export",
    "procrastinate.contrib.django",
    "leaflet",
    "widget_tweaks",
    "dsfr",
]
MIDDLEWARE = [
    "franceservices.request_log.RequestLogMiddleware",
    # Headers first: whatever answers or fails further in, they are on the response.
    "franceservices.security.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "franceservices.security.permissions_policy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "franceservices.health.health_checks",
    "django.middleware.security.SecurityMiddleware",
    "franceservices.refusals.too_big_page",
    "franceservices.refusals.method_not_allowed_page",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Public pages never ask who is there: no session is read for them, and no cookie given.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "franceservices.urls"
WSGI_APPLICATION = "franceservices.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sites.context_processors.demonstration",
            ],
            "builtins": ["django.templatetags.static", "sites.templatetags.directory"],
        },
    }
]

# --- Who signs in ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "staff:home"
if ENVIRONMENT == "test":  # a real hash takes half a second
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# `accounts.sessions` says when a session ends; the browser forgets it when it closes.
SESSION_ENGINE = "franceservices.accounts.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IN_PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None
if IN_PRODUCTION:  # the prefix makes browsers refuse one that a neighbouring site would set
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

# `accounts.lockout` holds the limits; a failure while locked out does not make it longer.
AXES_HANDLER = "franceservices.accounts.lockout.LockOut"
AXES_FAILURE_LIMIT = 1
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username", "ip_address"]
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "franceservices.accounts.lockout.account_named"
AXES_CLIENT_IP_CALLABLE = "franceservices.accounts.lockout.line_of"
AXES_LOCKOUT_CALLABLE = "franceservices.accounts.lockout.page"
# It keeps what else came with a wrong password: on some pages, a new password, or the key of a new application.
AXES_SENSITIVE_PARAMETERS = [
    *("username", "ip_address", "csrfmiddlewaretoken", "next", "code", "proof"),
    *("new_password1", "new_password2", "key", "jeton"),
]
AXES_VERBOSE = False

OTP_TOTP_ISSUER = "France services"

# ProConnect signs State agents in. Off unless a client is given; ours are the addresses that its documentation gives.
PROCONNECT_CLIENT_ID = env.str("PROCONNECT_CLIENT_ID", "")
PROCONNECT_ISSUER = env.str("PROCONNECT_ISSUER", "https://auth.agentconnect.gouv.fr/api/v2").rstrip("/")
PROCONNECT_ORIGIN = "/".join(PROCONNECT_ISSUER.split("/")[:3])
OIDC_RP_CLIENT_ID = PROCONNECT_CLIENT_ID
OIDC_RP_CLIENT_SECRET = env.str("PROCONNECT_CLIENT_SECRET", "")
OIDC_OP_AUTHORIZATION_ENDPOINT = env.str("PROCONNECT_AUTHORIZE_URL", f"{PROCONNECT_ISSUER}/authorize")
OIDC_OP_TOKEN_ENDPOINT = env.str("PROCONNECT_TOKEN_URL", f"{PROCONNECT_ISSUER}/token")
OIDC_OP_USER_ENDPOINT = env.str("PROCONNECT_USERINFO_URL", f"{PROCONNECT_ISSUER}/userinfo")
OIDC_OP_JWKS_ENDPOINT = env.str("PROCONNECT_JWKS_URL", f"{PROCONNECT_ISSUER}/jwks")
PROCONNECT_LOGOUT_URL = env.str("PROCONNECT_LOGOUT_URL", f"{PROCONNECT_ISSUER}/session/end")
OIDC_AUTH_REQUEST_EXTRA_PARAMS = {"acr_values": env.str("PROCONNECT_ACR", "eidas1")}
OIDC_AUTHENTICATION_CALLBACK_URL = "accounts:proconnect_return"
OIDC_RP_SCOPES = "openid"  # who it is; their name and e-mail are ours already
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_STORE_ID_TOKEN = True  # to sign out there too
OIDC_TIMEOUT = 3.0
if PROCONNECT_CLIENT_ID:
    AUTHENTICATION_BACKENDS.append("franceservices.accounts.proconnect.ProConnectBackend")

# --- Mail ------------------------------------------------------------------------------------------

# Where links in mails lead, and who they come from. Away from production, mails are files in var/mail.
PORTAL_URL = env.str(
    "PORTAL_URL",
    f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if IN_PRODUCTION else f"http://127.0.0.1:{env.str('PORT', '8000')}",
).rstrip("/")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "France services <ne-pas-repondre@localhost>")
_mail = env.email_url_config(env.str("EMAIL_URL", "smtp://localhost:25" if IN_PRODUCTION else "filemail://"))
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_BACKEND"], _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"] or VAR_DIR / "mail"
EMAIL_TIMEOUT = 10

# --- Language and time -----------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Database --------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url_config(
        required_in_production("DATABASE_URL", otherwise="postgis:///franceservices"),
        engine="django.contrib.gis.db.backends.postgis",
    )
    | {
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
    }
}
# A server that is gone without a word must not keep threads waiting; the address may say otherwise.
DATABASE_OPTIONS = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
} | DATABASES["default"].get("OPTIONS", {})
# Requests give up early (wsgi.py sets a limit); imports and migrations take the time they need.
# Whoever waits for a lock must give up before that: it is told as such, "réessayez dans un instant".
STATEMENT_TIMEOUT_MS = env.int("DATABASE_STATEMENT_TIMEOUT_MS", 0)
LOCK_TIMEOUT_MS = min(10_000, STATEMENT_TIMEOUT_MS * 3 // 5) or 10_000
DATABASE_OPTIONS["options"] = " ".join(
    [
        f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
        f"-c lock_timeout={LOCK_TIMEOUT_MS}",
        "-c idle_in_transaction_session_timeout=60s",
        "-c jit=off",  # compiling a page's query took 300 ms, and running it 20
        DATABASE_OPTIONS.get("options", ""),  # PostgreSQL keeps the last word on each
    ]
).strip()
DATABASES["default"]["OPTIONS"] = DATABASE_OPTIONS

# --- Files sent to browsers ------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "franceservices.static_files.UsedFilesFinder",
]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENVIRONMENT == "test"
        else "franceservices.static_files.CompressedModulesStorage"
    },
}
DSFR_USE_INTEGRITY_CHECKSUMS = False  # the manifest storage rewrites files, which breaks their hashes

# --- Security --------------------------------------------------------------------------------------

TILES_URL = env.str(
    "TILES_URL",
    "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2"
    "&STYLE=normal&FORMAT=image/png&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
)
TILES_ATTRIBUTION = env.str("TILES_ATTRIBUTION", "© IGN – Géoplateforme")
TILES_ORIGIN = "/".join(TILES_URL.split("/")[:3])

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", TILES_ORIGIN],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, PROCONNECT_ORIGIN] if PROCONNECT_CLIENT_ID else [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "upgrade-insecure-requests": IN_PRODUCTION,
    }
}
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", IN_PRODUCTION)
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IN_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IN_PRODUCTION
SECURE_HSTS_PRELOAD = IN_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2500  # a round of 80 stops, in one form
MAX_REQUEST_BYTES = 70 * 1024 * 1024  # a list has at most 64 MB; the rest is for what surrounds it in the form
SILENCED_SYSTEM_CHECKS = ["gis.W001"]  # GDAL 3.6 of Debian 12; no user text ever reaches GDAL

# --- Work that pages do not wait for --------------------------------------------------------------

# The queue is in PostgreSQL; `manage.py procrastinate worker` does the work.
PROCRASTINATE_IMPORT_PATHS = ["sites.imports.tasks", "stats.tasks"]

# --- Figures ---------------------------------------------------------------------------------------

# The public sees no count from 1 to this number less one, nor what would reveal it. 1 hides nothing.
SMALL_NUMBER_THRESHOLD = env.int("SMALL_NUMBER_THRESHOLD", 5)

# --- Services we call ------------------------------------------------------------------------------

GEOCODER_URL = env.str("GEOCODER_URL", "https://data.geopf.fr/geocodage/search")
GEOCODER_DEADLINE_S = env.float("GEOCODER_DEADLINE_S", 3.0)
# The service bears 50 requests a second from one client; each process takes its share.
GEOCODER_REQUESTS_PER_SECOND = 50 / env.int("WEB_CONCURRENCY", 1)
# An OSRM or Valhalla server of the operator's own. Without it, drives are estimated by the model of `drive.py`.
ROUTING_URL = env.str("ROUTING_URL", "")
ROUTING_KIND = env.str("ROUTING_KIND", "osrm")  # or valhalla
if ROUTING_KIND not in ("osrm", "valhalla"):
    raise ImproperlyConfigured("ROUTING_KIND vaut osrm ou valhalla.")
ROUTING_DEADLINE_S = min(env.float("ROUTING_DEADLINE_S", 1.5), 3.0)  # a page waits for it
# "Liste des structures France services" (ANCT, data.gouv.fr/fr/datasets/liste-des-structures-france-services/): the
# permanent address of its CSV file, which redirects to the latest one.
OFFICIAL_LIST_URL = env.str(
    "OFFICIAL_LIST_URL",
    "https://www.data.gouv.fr/fr/datasets/r/afc3f97f-0ef5-429b-bf16-7b7876d27cd4",
)

# --- Maps ------------------------------------------------------------------------------------------

LEAFLET_CONFIG = {
    "DEFAULT_CENTER": (46.6, 2.4),
    "DEFAULT_ZOOM": 6,
    "MIN_ZOOM": 3,
    "MAX_ZOOM": 18,
    "TILES": [("Plan IGN", TILES_URL, {"attribution": TILES_ATTRIBUTION})],
    "ATTRIBUTION_PREFIX": "",
    "RESET_VIEW": False,
    "SCALE": "metric",
    "NO_GLOBALS": True,
    "FORCE_IMAGE_PATH": False,
}

# --- Cache and logs --------------------------------------------------------------------------------

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 5000},
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "franceservices.request_log.JsonFormatter"}},
    "filters": {"discreet": {"()": "franceservices.request_log.Discreet"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["discreet"],
            "stream": sys.stderr,
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": False},
        "django.request": {"level": "ERROR"},  # 4xx are in the request's own line
        "httpx": {"level": "WARNING"},  # its lines hold the typed address
        "httpcore": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},  # the worker's own lines say what was done
        "axes": {"level": "ERROR"},  # what it would say holds addresses; it keeps them in the database
    },
}

# --- Who answers for the portal --------------------------------------------------------------------

# The public-service pages show what is empty as missing: nothing is invented.
PUBLISHER = {
    "name": env.str("PUBLISHER_NAME", ""),
    "address": env.str("PUBLISHER_ADDRESS", ""),
    "director": env.str("PUBLICATION_DIRECTOR", ""),
    "hosting": env.str("HOSTING", ""),
    "email": env.str("CONTACT_EMAIL", ""),
    "data_protection": env.str("DATA_PROTECTION_CONTACT", ""),
    "proxy_logs_kept_for": env.str("PROXY_LOGS_KEPT_FOR", ""),
}
