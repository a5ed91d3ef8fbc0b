"""What the real server withstands: a database that never answers, unreadable requests.

Each test talks to a gunicorn of its own, with production's gunicorn.conf.py.
"""

import json
import re
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from tests.test_run import started

HOST = "127.0.0.1"
PATIENCE_S = 5


class Portal:
    """A gunicorn with one worker of four threads."""

    def __init__(self, process, open_connections):
        self.process, self.open_connections = process, open_connections
        self.port = int(self.wait_for(r"Listening at: http://[\d.]+:(\d+)")[1])
        self.wait_for("Booting worker")

    def wait_for(self, pattern):
        for line in self.process.stdout:
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"the server stopped before it said {pattern}")

    def status_of(self, path, timeout=PATIENCE_S):
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}{path}", timeout=timeout) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def connect(self, data=b""):
        connection = self.open_connections.enter_context(
            socket.create_connection((HOST, self.port), timeout=PATIENCE_S)
        )
        connection.sendall(data)
        return connection


@contextmanager
def portal(**environment):
    command = ("-m", "gunicorn", "--bind", f"{HOST}:0", "--graceful-timeout", "1", "franceservices.wsgi")
    few = {"WEB_CONCURRENCY": "1", "WEB_THREADS": "4", "PORT": "", "ALLOWED_HOSTS": HOST}
    with started(*command, **few | environment) as process, ExitStack() as stack:
        yield Portal(process, stack)


def test_silent_database_lets_the_portal_say_so():
    """It takes connections and never speaks. Threads wait 3 seconds at most."""
    with (
        socket.create_server((HOST, 0), backlog=100) as silent,
        portal(DATABASE_URL=f"postgis://x:x@{HOST}:{silent.getsockname()[1]}/x") as server,
        ThreadPoolExecutor() as pool,
    ):
        asked = time.monotonic()
        pages = [pool.submit(server.status_of, address, 30) for address in ("/healthz/ready", "/")]
        time.sleep(0.5)

        assert server.status_of("/healthz/live") == 200
        assert not any(page.done() for page in pages)
        assert [page.result() for page in pages] == [503, 500]
        assert time.monotonic() - asked < 20


def test_logs_never_quote_what_was_typed():
    with portal() as server:
        for request in (
            b"GET /recherche/?q=12 rue de la Paix Nantes HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /recherche/?q=rue%20de%20la%20Paix HTTP/1.1\r\nHost: x\r\nrue de la Paix: x\r\n\r\n",
            b"GET /recherche/?q=rue%20de%20la%20Paix HTTP/1.1\r\nHost: ailleurs.example\r\n\r\n",
            b"rue de la Paix\r\n\r\n",
        ):
            assert server.connect(request).recv(100).startswith(b"HTTP/1.1 400")
        server.process.terminate()
        said, _ = server.process.communicate(timeout=10)

    lines = [json.loads(line) for line in said.splitlines()]
    messages = [line["message"] for line in lines]
    assert "Paix" not in said
    assert f"Invalid request from ip={HOST}: Invalid HTTP Version" in messages
    assert sum(message.startswith("Invalid request from ip=") for message in messages) == 3
    (refused_host,) = [line for line in lines if line["logger"] == "django.security.DisallowedHost"]
    assert refused_host["level"] == "warning"
    assert "ailleurs.example" in refused_host["message"]
    assert "exception" not in refused_host
