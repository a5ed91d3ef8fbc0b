"""One JSON line for each request, with an id that the response carries too.

Query strings are never logged: they hold what people typed, often their home address.
"""

import json
import logging
import re
import time
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime

logger = logging.getLogger("franceservices.requests")
current_request_id = ContextVar("current_request_id", default="")
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestLogMiddleware:
    """Gives each request an id (the proxy's `X-Request-ID` if it is a sane one) and logs its outcome."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        proposed = request.headers.get("X-Request-ID", "")
        request_id = proposed if ACCEPTABLE_ID.fullmatch(proposed) else uuid.uuid4().hex
        token = current_request_id.set(request_id)
        try:
            response = self.get_response(request)
            logger.info(
                "request",
                extra={
                    "fields": {
                        "method": request.method,
                        "path": request.path,
                        "status": response.status_code,
                        "duration_ms": round((time.perf_counter() - started) * 1000, 1),
                    }
                },
            )
        finally:
            current_request_id.reset(token)
        response.headers["X-Request-ID"] = request_id
        return response


class Discreet(logging.Filter):
    """Keeps every record, but cuts what people typed, and makes one short line of what a hostile client provokes.

    gunicorn quotes what it cannot read, and the address with its query when a request fails. Django writes an error
    with a traceback for each request under a wrong name: thousands a day from scanners.
    """

    UNREADABLE = re.compile(r"(Invalid request from ip=\S*: [^:'\"]*).*", re.DOTALL)
    FAILED = re.compile(r"(Error handling request [^?]*).*", re.DOTALL)
    LONGEST = 200

    def filter(self, record):
        if record.name == "gunicorn.error":
            said = record.getMessage()
            if cut := self.UNREADABLE.fullmatch(said) or self.FAILED.fullmatch(said):
                record.msg, record.args = cut[1], ()
        elif record.name.startswith("django.security."):
            record.msg, record.args = record.getMessage()[: self.LONGEST], ()
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, request id, and the record's `fields`."""

    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := current_request_id.get():
            line["request_id"] = request_id
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
