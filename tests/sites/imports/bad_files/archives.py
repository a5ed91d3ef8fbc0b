"""Zips, right or wrong."""

import io
import zipfile


def zip_of(entries, **options):
    """A zip of {name: content}, or of (name, content) pairs where a name comes twice."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()
