"""How gunicorn serves the portal, in production and behind `make run`.

docs/exploitation.md lists the variables.
The address is gunicorn's own default: 127.0.0.1:8000, or every address on $PORT where a platform sets PORT.
"""

import gc
import os
import sys

from gunicorn.http import message

# The settings read it too, to share out what the geocoder bears.
workers = int(os.environ.get("WEB_CONCURRENCY", "").strip() or 2)
os.environ["WEB_CONCURRENCY"] = str(workers)
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "").strip() or 4)
control_socket_disable = True  # one more door, in the home folder, that nobody uses
preload_app = True  # a mistake in the settings stops the start instead of killing workers in a loop

timeout = 30
graceful_timeout = 30
keepalive = 5
max_requests = 20_000  # bounds whatever memory might leak
max_requests_jitter = 2_000

# gunicorn caps the request line at 8 kB and answers in its own words. An over-long search (10,000 accented
# letters are 60 kB) deserves our page.
limit_request_line = message.MAX_REQUEST_LINE = 64 * 1024
limit_request_fields = 100
limit_request_field_size = 8190

# The proxies whose X-Forwarded-Proto is believed.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "").strip() or "127.0.0.1,::1"

# Workers show that they are alive by touching a file: on a disk, a slow write would pass for a hung worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - gunicorn uses mkstemp

accesslog = None  # franceservices.request_log writes the line of each request
logconfig_dict = {
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
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}


def when_ready(_server):
    """What is loaded before the workers start is there for ever: the garbage collector passes over it.

    It would walk through it again every fifty pages or so, for 70 ms.
    """
    gc.collect()
    gc.freeze()
