"""Lists that were received and analysed, ready to be looked at, as the worker leaves them."""

import hashlib

from sites.imports import lifecycle
from sites.models import ImportBatch, ImportFile, Site
from tests.people import make_national, signed_in
from tests.sites.imports.lists import RODEZ, csv_of, import_rows


def ready(*rows, is_complete=False, data=None):
    """The `ImportBatch` of a file of these rows, once analysed."""
    data = data or csv_of(*rows)
    batch = ImportBatch.objects.create(
        file_name="liste.csv", sha256=hashlib.sha256(data).hexdigest(), is_complete=is_complete
    )
    ImportFile.objects.create(batch=batch, content=data)
    lifecycle.analyse(batch)
    return batch


def applied(batch):
    """The same list, confirmed and applied."""
    lifecycle.confirm(batch, make_national(), valid_rows_only=bool(batch.counts["errors"]))
    return lifecycle.apply_list(batch)


def in_service(*rows):
    """Have these rows be sites of the directory."""
    import_rows(*rows)
    return list(Site.objects.order_by("external_id"))


def numbered(how_many, **fields):
    """[row] of as many sites, far enough from each other."""
    return [
        RODEZ
        | {"id_fs": str(8000 + number), "lib_fs": f"Site {number}", "latitude": f"{44.3 + number / 500:.4f}"}
        | fields
        for number in range(how_many)
    ]


def national():
    """A client where a national administrator has signed in."""
    return signed_in(make_national())
