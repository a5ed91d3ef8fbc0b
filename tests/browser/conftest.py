"""A real portal for a real browser: gunicorn on the demonstration data, Debian's Chromium, no network.

Fixtures live as long as this package: Playwright runs an event loop, next to which Django refuses the database.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests import geocoder_stand_in

ROOT = Path(__file__).resolve().parent.parent.parent
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
TILE = bytes.fromhex(  # one transparent pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478"
    "9c6364f8ffbf1e0005040280e0a5d2320000000049454e44ae426082"
)
CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="package")
def demonstration_url():
    """DATABASE_URL of a database of our own, made as `make run` makes it."""
    given = urlsplit(os.environ["DATABASE_URL"])
    name = f"{given.path[1:]}_browser"
    maintenance = urlunsplit(("postgresql", given.netloc, "/postgres", given.query, ""))
    url = urlunsplit((given.scheme, given.netloc, f"/{name}", given.query, ""))
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
        for command in ("migrate", "load_territories", "load_demarches", "load_demo"):
            run("manage.py", command, DATABASE_URL=url)
        yield url
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="package")
def static_root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("static")
    run("manage.py", "collectstatic", "--noinput", "-v0", STATIC_ROOT=str(folder))
    return str(folder)


def run(*command, **environment):
    subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"ENVIRONMENT": "local"} | environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def serve(**environment):
    """gunicorn with these settings, as the address of its home page without the final slash."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "franceservices.wsgi", "--bind", f"127.0.0.1:{port}"],
        cwd=ROOT,
        env=os.environ | {"ENVIRONMENT": "local", "WEB_CONCURRENCY": "1"} | environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answers(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=40)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with closing(HTTPConnection("127.0.0.1", port, timeout=2)) as connection, suppress(OSError):
        connection.request("GET", "/healthz/live")
        return connection.getresponse().status == 200
    return False


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


@pytest.fixture(scope="package")
def portal_with(demonstration_url, static_root):
    """`portal_with(mode)` is the address of a portal whose geocoder is well or ill as asked."""
    with ExitStack() as stack:

        @cache
        def started(mode):
            geocoder = stack.enter_context(geocoder_stand_in.running(mode))
            return stack.enter_context(
                serve(DATABASE_URL=demonstration_url, STATIC_ROOT=static_root, GEOCODER_URL=geocoder.url)
            )

        yield started


@pytest.fixture(scope="package")
def portal(portal_with):
    return portal_with("good")


@pytest.fixture(scope="package")
def portal_without_database(static_root):
    """A portal whose database can't be reached."""
    nowhere = "postgis://nobody@/nothing?host=/nonexistent"
    with serve(DATABASE_URL=nowhere, STATIC_ROOT=static_root) as address:
        yield address


@pytest.fixture(scope="package")
def browser():
    if not CHROMIUM:
        pytest.skip("Chromium absent : apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """`visit(address, viewport, tiles=True, **context)` opens a page; any error it logs fails the test."""
    contexts, complaints = [], []

    def open_page(address, viewport=DESK, tiles=True, complain=True, **options):
        context = browser.new_context(viewport=viewport, locale="fr-FR", **options)
        contexts.append(context)
        if tiles:
            context.route("**/wmts?**", lambda route: route.fulfill(body=TILE, content_type="image/png"))
        else:
            context.route("**/wmts?**", lambda route: route.abort())
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if complain and tiles:
            page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
