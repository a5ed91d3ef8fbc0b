"""What gunicorn serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "franceservices.settings")
# A page that takes longer than this is better refused than waited for; commands have no such limit.
os.environ["DATABASE_STATEMENT_TIMEOUT_MS"] = os.environ.get("DATABASE_STATEMENT_TIMEOUT_MS", "").strip() or "5000"

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from franceservices.call_stack import with_room

application = with_room(get_wsgi_application())
get_resolver().url_patterns  # noqa: B018 - the views are loaded now, once, not by the first request of each worker
