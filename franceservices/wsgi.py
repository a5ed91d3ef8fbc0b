"""What gunicorn serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "franceservices.settings")
# A page that takes longer than this is better refused than waited for; commands have no such limit.
os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT_MS", "5000")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
