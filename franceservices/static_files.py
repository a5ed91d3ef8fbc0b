"""Which files of the installed packages are sent to browsers.

Packages ship far more than the pages use (all of DSFR takes 48 s to compress); `static/vendor/` holds the
parts of DSFR that are used (see bin/vendor).
"""

from fnmatch import fnmatch

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage

USED_FILES = [
    "leaflet/leaflet.*",
    "leaflet/images/*",
    "leaflet/draw/leaflet.draw.*",
    "leaflet/draw/images/*",
    "admin/*",
    "import_export/import.css",
]
UNUSED_FILES = [
    "admin/js/vendor/select2/i18n/[!f]*",
    "admin/js/vendor/select2/i18n/f[!r]*",
    "admin/js/vendor/xregexp/xregexp.js",
]


class UsedFilesFinder(AppDirectoriesFinder):
    """Finds only `USED_FILES` in installed applications."""

    def list(self, ignore_patterns):
        for path, storage in super().list(ignore_patterns):
            if is_used(path):
                yield path, storage

    def find_in_app(self, app, path):
        return super().find_in_app(app, path) if is_used(path) else None


def is_used(path):
    """fnmatch's `*` goes into folders too."""
    return any(fnmatch(path, one) for one in USED_FILES) and not any(fnmatch(path, one) for one in UNUSED_FILES)


class CompressedModulesStorage(CompressedManifestStaticFilesStorage):
    """The same, where scripts that import others name them by the address that changes with their content."""

    support_js_module_import_aggregation = True
