"""A slow phone: how long until the first result is visible, cache empty. Loopback only.

The throttling is Chromium's own: 1.6 Mbit/s, 150 ms of latency, a CPU four times slower.
"""

import shutil
import statistics
import time

PHONE = {"width": 390, "height": 844}
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
RUNS = 5
TYPED = "5 rue Béteille Rodez"  # tests.geocoder_stand_in knows it
FIRST_RESULT = ".fs-result"


def first_result(address):
    """Medians of `RUNS`: a deep link, then an address typed on the home page already open."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if not chromium:
        print("téléphone lent : chromium absent")
        return
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        for name, journey, aim in (("lien direct", deep_link, 1.5), ("adresse tapée", typed_address, 4)):
            seconds = [on_a_phone(browser, address, journey) for _ in range(RUNS)]
            print(
                f"téléphone lent, {name:13} {statistics.median(seconds):5.2f} s    pire {max(seconds):5.2f} s"
                f"      (moins de {aim:g} s)"
            )
        browser.close()


def on_a_phone(browser, address, journey):
    """The seconds that a journey takes in a new, slowed browser context."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    try:
        page = context.new_page()
        page.route("**/wmts**", lambda route: route.abort())
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", NETWORK)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        return journey(page, f"http://{address}")
    finally:
        context.close()


def deep_link(page, portal):
    began = time.monotonic()
    page.goto(f"{portal}/recherche/?q=Rodez", wait_until="commit")
    wait_until_painted(page)
    return time.monotonic() - began


def wait_until_painted(page):
    """The first result is laid out, and the page's styles let it be painted."""
    page.locator(FIRST_RESULT).first.wait_for()
    while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
        page.wait_for_timeout(10)


def typed_address(page, portal):
    """From the opening of the home page; the typing itself takes no time, as when it is pasted."""
    began = time.monotonic()
    page.goto(portal, wait_until="domcontentloaded")
    page.fill("[name=q]", TYPED)
    page.press("[name=q]", "Enter")
    wait_until_painted(page)
    return time.monotonic() - began
