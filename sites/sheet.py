"""The sheet of a site: a printed page, in large print, that sends back to the portal by a QR code.

Importing this module takes half a second (WeasyPrint): import it where a sheet is asked for.
"""

from mimetypes import guess_type
from pathlib import Path

import segno
from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

OWN = "fiche:"  # what the sheet's own style and fonts begin with
STATIC = Path(settings.BASE_DIR, "static").resolve()
SIZES = ("large", "smaller", "smallest")  # of print, in css/fiche.css: the first that holds in one page


class NotOurs(FatalURLFetchingError):
    """A sheet asked for something that is not one of the project's own files."""


class OwnFiles(URLFetcher):
    """Reads the project's own static files; nothing else, not even the network."""

    def fetch(self, url, headers=None):
        path = (STATIC / url.removeprefix(OWN)).resolve()
        if not url.startswith(OWN) or not path.is_relative_to(STATIC):
            raise NotOurs(url)
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": guess_type(path)[0] or ""})


def sheet_of(context):
    """The A4 page of a site as the bytes of a PDF that assistive tools can read (PDF/UA).

    `context` is that of the template, plus `url`, the address of the QR code.
    """
    qr_code = segno.make(context["url"], error="m", micro=False).svg_inline(
        scale=4, border=0, dark="#000", omitsize=True
    )
    for size in SIZES:
        html = render_to_string("sites/sheet.html", {**context, "qr_code": qr_code, "size": size})
        document = HTML(string=html, base_url=OWN, url_fetcher=OwnFiles()).render(pdf_variant="pdf/ua-1")
        if len(document.pages) == 1:
            break
    return document.write_pdf(pdf_variant="pdf/ua-1")
