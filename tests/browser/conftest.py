"""A real portal for a real browser: gunicorn on the demonstration data, Debian's Chromium, no network.

Fixtures live as long as this package: Playwright runs an event loop, next to which Django refuses the database.
"""

import os
import shutil
import signal
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


@contextmanager
def database_made_by(*commands, suffix, template="template1"):
    """DATABASE_URL of a database of our own, where these commands of `manage.py` have run."""
    given = urlsplit(os.environ["DATABASE_URL"])
    name = f"{given.path[1:]}_{suffix}"
    maintenance = urlunsplit(("postgresql", given.netloc, "/postgres", given.query, ""))
    url = urlunsplit((given.scheme, given.netloc, f"/{name}", given.query, ""))
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        for command in commands:
            run("manage.py", *command.split(), DATABASE_URL=url)
        yield url
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="package")
def without_sites():
    """The name of a database without any site, to make others from: nobody is connected to it."""
    with database_made_by("migrate", "load_territories", "load_demarches", suffix="empty") as url:
        yield urlsplit(url).path[1:]


@pytest.fixture(scope="package")
def demonstration_url(without_sites):
    """DATABASE_URL of a database made as `make run` makes it."""
    commands = "load_demo", "load_demo_activity", "compute_coverage", "load_demo_accounts"
    with database_made_by(*commands, suffix="browser", template=without_sites) as url:
        yield url


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


def output(*command, **environment):
    """The last line that a Python program of the project writes."""
    there = {"ENVIRONMENT": "local", "DJANGO_SETTINGS_MODULE": "franceservices.settings"} | environment
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=os.environ | there, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.splitlines()[-1]


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


@contextmanager
def working(**environment):
    """The worker that reads and applies lists, with these settings: its process."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker", "--shutdown-graceful-timeout", "1"],
        cwd=ROOT,
        env=os.environ | {"ENVIRONMENT": "local", "EMAIL_URL": "dummymail://"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)  # a test may have had it wait
        process.terminate()
        process.wait(timeout=20)


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

    def open_page(address, viewport=DESK, tiles=True, complain=True, cookies=(), **options):
        context = browser.new_context(viewport=viewport, locale="fr-FR", **options)
        contexts.append(context)
        context.add_cookies(list(cookies))
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


SIGN_IN = """
import sys, django
django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django_otp import DEVICE_ID_SESSION_KEY
from franceservices.accounts.models import User

user = User.objects.get(email=sys.argv[1])
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
if "--password-only" not in sys.argv:
    session[DEVICE_ID_SESSION_KEY] = user.totpdevice_set.get().persistent_id
session.create()
print(session.session_key)
"""


@pytest.fixture(scope="package")
def session_of(demonstration_url):
    """`session_of(role)` is the key of a session where agent, lecture or national (see README) has signed in.

    One for all tests, so leave it open; `fresh=True` makes another, to sign out of or to spoil.
    """
    keys = {}

    def key(role, *options, fresh=False):
        if fresh or (role, options) not in keys:
            keys[role, options] = output("-c", SIGN_IN, f"{role}@exemple.fr", *options, DATABASE_URL=demonstration_url)
        return keys[role, options]

    return key


@pytest.fixture
def visit_as(visit, portal, session_of):
    """`visit_as("agent", "/gestion/", viewport)` opens a page of the portal, signed in with the second factor."""

    def open_page(role, address, viewport=DESK, fresh=False, **options):
        cookie = {"name": "sessionid", "value": session_of(role, fresh=fresh), "url": portal}
        return visit(portal + address, viewport, cookies=[cookie], **options)

    return open_page
