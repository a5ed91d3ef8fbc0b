"""A stand-in for an OSRM or Valhalla server on this machine, well or ill as asked.

In a test: `with running("hangs") as stand_in: settings.ROUTING_URL = stand_in.url`.
"""

import contextlib
import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

SECONDS = 600  # to the first destination; twice as many to the second, and so on
MODES = {}


def mode(function):
    MODES[function.__name__] = function
    return function


def osrm(times):
    return json.dumps({"code": "Ok", "durations": [[0, *times]]}).encode()


def valhalla(times):
    cells = [{"from_index": 0, "to_index": rank, "time": time} for rank, time in enumerate(times)]
    return json.dumps({"sources_to_targets": [cells]}).encode()


@mode
def good(handler, times, shape):
    handler.answer(shape(times))


@mode
def unreachable(handler, times, shape):
    handler.answer(shape([None, *times[1:]]))


@mode
def hangs(handler, times, shape):
    handler.server.stopping.wait(30)


@mode
def drips(handler, times, shape):
    """One byte at a time, each well before any timeout between two reads."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for byte in shape(times) * 100:
        if handler.server.stopping.wait(0.05):
            return
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()


@mode
def huge(handler, times, shape):
    handler.answer(shape(times)[:-1] + b', "filler": "' + b"a" * 5_000_000 + b'"}')


@mode
def redirects(handler, times, shape):
    handler.send_response(302)
    handler.send_header("Location", f"{handler.server.url}/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@mode
def error(handler, times, shape):
    handler.answer(b'{"code": "InternalError"}', status=500)


@mode
def refuses(handler, times, shape):
    handler.answer(b'{"code": "NoTable"}', status=400)


@mode
def html(handler, times, shape):
    handler.answer(shape(times), kind="text/html")


@mode
def not_json(handler, times, shape):
    handler.answer(shape(times)[:-3])


@mode
def deep(handler, times, shape):
    handler.answer(b"[" * 90_000)


@mode
def nonsense(handler, times, shape):
    handler.answer(b'{"code": "Ok", "durations": 3, "sources_to_targets": null}')


@mode
def negative(handler, times, shape):
    handler.answer(shape([-1, *times[1:]]))


@mode
def nan(handler, times, shape):
    handler.answer(shape([float("nan"), *times[1:]]))


@mode
def text(handler, times, shape):
    handler.answer(shape(["600", *times[1:]]))


@mode
def too_few(handler, times, shape):
    handler.answer(shape(times[1:]))


@mode
def too_many(handler, times, shape):
    handler.answer(shape([*times, 1]))


@mode
def hangs_up(handler, times, shape):
    handler.close_connection = True


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        points = urlsplit(self.path).path.rsplit("/", 1)[1].split(";")
        self.serve(len(points) - 1, osrm, "")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.serve(len(json.loads(body)["targets"]), valhalla, body.decode())

    def serve(self, how_many, shape, body):
        self.server.requests.append((self.path, body, dict(self.headers)))
        with contextlib.suppress(ConnectionError):  # the client left
            MODES[self.server.mode](self, [SECONDS * rank for rank in range(1, how_many + 1)], shape)

    def answer(self, body, status=200, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class StandIn(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """`mode` may be changed while it runs; `requests` are (path, body, headers) as they came."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, mode="good"):
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode, self.requests, self.stopping = mode, [], threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def running(mode="good"):
    """A stand-in that answers until the block ends."""
    with StandIn(mode) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()
