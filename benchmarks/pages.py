"""Pages as a visitor gets them: from gunicorn, in a real browser. Loopback only, bounded in time and count."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.client import HTTPConnection

THREADS = 4
SECONDS = 5
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
QUESTION = "/recherche/?q=Rodez"


def collect_static():
    """The static files as they are served: without their manifest no page is rendered."""
    environment = os.environ | {"ENVIRONMENT": "local"}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], env=environment, check=True)


@contextmanager
def server():
    """gunicorn on a free port of the loopback, as (host, port)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"ENVIRONMENT": "local"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "franceservices.wsgi", "--bind", f"127.0.0.1:{port}"],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_ready(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(port):
    for _attempt in range(100):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("gunicorn ne répond pas")


def throughput(address):
    """First result pages a second, from `THREADS` clients that keep their connection."""
    counts = [0] * THREADS
    end = time.monotonic() + SECONDS

    def visit(number):
        connection = HTTPConnection(address, timeout=10)
        while time.monotonic() < end:
            connection.request("GET", QUESTION, headers={"Accept-Encoding": "gzip"})
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            counts[number] += 1

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(THREADS)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    print(f"recherches par seconde      {sum(counts) / SECONDS:6.0f}      ({THREADS} clients)")


def weight(address):
    """Bytes and requests of a first result page in Chromium, cache empty, tiles aside."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if not chromium:
        print("poids de la page : chromium absent")
        return
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        for name, viewport in (("ordinateur", DESK), ("téléphone", PHONE)):
            kilobytes, requests = weigh(browser, f"http://{address}{QUESTION}", viewport)
            print(f"première page, {name:10}   {kilobytes:6.1f} ko   {requests:3d} requêtes   (250 ko et 20 au plus)")
        browser.close()


def weigh(browser, url, viewport):
    page = browser.new_page(viewport=viewport)
    page.route("**/wmts**", lambda route: route.abort())
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes, inlined = [], set()
    session.on(
        "Network.requestWillBeSent",
        lambda event: event["request"]["url"].startswith("data:") and inlined.add(event["requestId"]),
    )
    session.on(
        "Network.loadingFinished",
        lambda event: event["requestId"] in inlined or sizes.append(event["encodedDataLength"]),
    )
    page.goto(url, wait_until="networkidle")
    page.close()
    return sum(sizes) / 1000, len(sizes)
