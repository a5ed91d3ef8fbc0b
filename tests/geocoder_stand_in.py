"""A stand-in for the State's geocoder on this machine, well or ill as asked.

In a test: `with running("hangs") as stand_in: settings.GEOCODER_URL = stand_in.url`.
By hand: `python -m tests.geocoder_stand_in MODE PORT`, then GEOCODER_URL=http://127.0.0.1:PORT/search.
"""

import contextlib
import json
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from franceservices.territories.names import IDLE_WORDS, words

# label, longitude, latitude, type, citycode, context. Real places.
ADDRESSES = [
    ("12 Rue de la Paix 75002 Paris", 2.33132, 48.86917, "housenumber", "75102", "75, Paris, Île-de-France"),
    ("12 Rue de la Paix 59000 Lille", 3.06250, 50.63680, "housenumber", "59350", "59, Nord, Hauts-de-France"),
    ("Rue Béteille 12000 Rodez", 2.57960, 44.35470, "street", "12202", "12, Aveyron, Occitanie"),
    ("5 Rue Béteille 12000 Rodez", 2.57870, 44.35380, "housenumber", "12202", "12, Aveyron, Occitanie"),
    ("1 Rue de Paris 97400 Saint-Denis", 55.44810, -20.87810, "housenumber", "97411", "974, La Réunion"),
]
MODES = {}


def mode(function):
    MODES[function.__name__] = function
    return function


def feature(address, score=0.95):
    label, longitude, latitude, kind, citycode, context = address
    street, city = label.rsplit(" ", 1)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": {
            "label": label,
            "score": score,
            "type": kind,
            "citycode": citycode,
            "postcode": street.rsplit(" ", 1)[1],
            "city": city,
            "context": context,
        },
    }


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def well_answered(typed):
    """The addresses that have all the words typed, as the service scores them."""
    asked = {word for word in words(typed) if word not in IDLE_WORDS}
    return collection(*[feature(one) for one in ADDRESSES if asked <= set(words(one[0]))])


@mode
def good(handler, typed):
    handler.answer(well_answered(typed))


@mode
def empty(handler, typed):
    handler.answer(collection())


@mode
def always_paris(handler, typed):
    handler.answer(collection(feature(ADDRESSES[0])))


@mode
def unsure(handler, typed):
    handler.answer(collection(feature(ADDRESSES[0], score=0.2)))


@mode
def town_only(handler, typed):
    handler.answer(collection(feature(("Rodez 12000 Rodez", 2.5734, 44.3526, "municipality", "12202", "12"))))


@mode
def hangs(handler, typed):
    handler.server.stopping.wait(30)


@mode
def slow(handler, typed):
    """A good answer, `delay_s` of the server late."""
    if not handler.server.stopping.wait(handler.server.delay_s):
        handler.answer(well_answered(typed))


@mode
def drips(handler, typed):
    """One byte at a time, each well before any timeout between two reads."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for byte in well_answered(typed) * 100:
        if handler.server.stopping.wait(0.05):
            return
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()


@mode
def drips_headers(handler, typed):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.server.stopping.wait(0.05):
        handler.wfile.write(b"a")
        handler.wfile.flush()


@mode
def error(handler, typed):
    handler.answer(b'{"code": 500}', status=500)


@mode
def too_many(handler, typed):
    handler.answer(b"{}", status=429)


@mode
def refuses(handler, typed):
    handler.answer(b'{"code": 400, "message": "q is not valid"}', status=400)


@mode
def html(handler, typed):
    handler.answer(b"<!doctype html><title>Maintenance</title>", kind="text/html")


@mode
def nonsense(handler, typed):
    handler.answer(b'{"features": [{"geometry": null}]}')


@mode
def not_json(handler, typed):
    handler.answer(b'{"features": [')


@mode
def deep(handler, typed):
    handler.answer(b"[" * 100_000)


@mode
def nan(handler, typed):
    handler.answer(collection(feature(ADDRESSES[0])).replace(b"48.86917", b"NaN"))


@mode
def infinite(handler, typed):
    handler.answer(collection(feature(ADDRESSES[0])).replace(b"48.86917", b"1e999"))


@mode
def nan_score(handler, typed):
    handler.answer(collection(feature(ADDRESSES[0])).replace(b"0.95", b"NaN"))


@mode
def called_html(handler, typed):
    handler.answer(collection(feature(ADDRESSES[0])), kind="text/html")


@mode
def hangs_up(handler, typed):
    handler.close_connection = True


@mode
def text_coordinates(handler, typed):
    handler.answer(collection(feature(ADDRESSES[0])).replace(b"48.86917", b'"48.86917"'))


LONDON = ("12 Rue de la Paix 75002 Paris", -0.1276, 51.5072, "street", "75102", "75")


@mode
def abroad(handler, typed):
    handler.answer(collection(feature(LONDON)))


@mode
def one_good(handler, typed):
    """A good address among what no address should be."""
    unread = [None, [], "", {}, {"geometry": None}, {"geometry": {"coordinates": [2.33]}, "properties": {}}]
    no_score, no_label = feature(ADDRESSES[1], score="0.95"), feature(ADDRESSES[1])
    no_label["properties"]["label"] = "\x00"
    handler.answer(collection(*unread, no_score, no_label, feature(LONDON), feature(ADDRESSES[3])))


@mode
def abroad_and_unread(handler, typed):
    handler.answer(collection(feature(LONDON), {"geometry": None}))


@mode
def without_codes(handler, typed):
    """Two towns' addresses, one of them with null codes and the other one with none."""
    features = [feature(one) for one in ADDRESSES[:2]]
    for name in ("citycode", "context"):
        features[0]["properties"][name] = None
        del features[1]["properties"][name]
    handler.answer(collection(*features))


@mode
def not_a_list(handler, typed):
    handler.answer(b'{"features": {}}')


@mode
def huge(handler, typed):
    handler.answer(b'{"features": [], "filler": "' + b"a" * 5_000_000 + b'"}')


@mode
def redirects(handler, typed):
    handler.send_response(302)
    handler.send_header("Location", f"{handler.server.url.removesuffix('/search')}/elsewhere?q=Rodez")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@mode
def sets_cookie(handler, typed):
    handler.answer(well_answered(typed), cookie="spy=1")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.requests.append((parts.path, query, dict(self.headers)))
        with contextlib.suppress(ConnectionError):  # the client left
            MODES[self.server.mode](self, query.get("q", ""))

    def answer(self, body, status=200, kind="application/json; charset=utf-8", cookie=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class StandIn(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """`mode` and `delay_s` may be changed while it runs; `requests` are (path, query, headers) as they came."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, mode="good", port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.mode, self.requests, self.stopping = mode, [], threading.Event()
        self.delay_s = 2.5
        self.url = f"http://127.0.0.1:{self.server_address[1]}/search"


@contextlib.contextmanager
def running(mode="good", port=0):
    """A stand-in that answers until the block ends."""
    with StandIn(mode, port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in MODES:
        sys.exit(f"usage: python -m tests.geocoder_stand_in {'|'.join(MODES)} PORT")
    with running(sys.argv[1], int(sys.argv[2])) as stand_in, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(f"{sys.argv[1]} : {stand_in.url}\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)
