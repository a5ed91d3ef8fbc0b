"""Who gets what at every address: `access_matrix.csv`, and the means to read it, to write it and to try it.

    .venv/bin/python -m franceservices.postgres test -m tests.write_access_matrix

A line of the table is an address and an object: `own` is in the territory that the agent edits, `seen` in what he or
she only reads (both are the regional reader's), `other` in neither, `missing` nowhere; `any` when all are answered
alike. A column is a role; a cell holds what is answered to GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, in that
order, or once when it is the same for all. POST sends an empty form, or `BODIES`.

Whoever adds an address writes the table anew and READS each new line: the table says what is right, not what happens.
"""

import csv
import io
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from django.utils.regex_helper import normalize

from franceservices import health
from sites.models import Closure, ErrorReport, ImportBatch, ImportFile, ImportRow, ListProposal, SitePartner
from sites.records.record import record_of
from sites.staff import putting_back
from sites.staff.edit_choices import Choices
from sites.staff.edit_views import Opened
from sites.staff.imports.list_views import analysis_shown
from sites.staff.record_forms import RecordForm
from stats import publications, territory
from stats.models import ActivityFile, Publication
from stats.staff.import_pages import analysis_shown as figures_shown
from tests.factories import METZ, RODEZ, TOULOUSE, make_import, make_site, make_stop
from tests.people import grant, make_agent, make_national, make_reader, signed_in
from tests.sites.imports.lists import RODEZ as LINE
from tests.sites.imports.lists import csv_of
from tests.sites.staff.forms import sent_by

TABLE = Path(__file__).with_name("access_matrix.csv")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ROLES = ("anonymous", "password_only", "agent", "grant_over", "reader", "national")
OBJECTS = ("own", "seen", "other", "missing")
STAFF = ("/gestion/", "/admin/")
# A word of each site, in all that is told of it: where it may not be read, nothing of the site was said.
FIGURES_COUNTS = ("rows", "written", "unchanged", "errors", "warnings")
WORDS = {"own": "Rouerguetemoin", "seen": "Toulousetemoin", "other": "Messintemoin"}
NEVER = "nulle0part"  # what no address leads to


def record_changed(world, role, key):
    """The form of a site's record as a browser would send it, the note changed."""
    site = world.sites.get(key, world.sites["own"])
    record = record_of(site)
    choices = Choices.of(site, record)
    form = RecordForm(record, choices, timezone.localdate())
    return sent_by(form) | {"opened": Opened(record).signed(site), "note": "Sonnez"}


def version_put_back(world, role, key):
    """What the page to put a version back would send, signed for whoever asks."""
    site, user = world.sites.get(key, world.sites["own"]), world.people.get(role, world.people["national"])
    held = {"site": site.pk, "user": user.pk, "asked": {}, "of": timezone.now().isoformat()}
    held |= {"shown": {"note": site.note}, "wanted": {"note": "Sonnez"}}
    return {"jeton": signing.dumps(held, salt=putting_back.SALT)}


def still_right(world, role, key):
    return {"seul": world.sites[key].external_id}


def list_confirmed(world, role, key):
    return {"analyse": analysis_shown(world.lists.get(key, world.lists["own"]))}


def figures_confirmed(world, role, key):
    return {"analyse": figures_shown(world.figures.get(key, world.figures["own"]))}


def figures_sent(world, role, key):
    return {"file": SimpleUploadedFile("mars.csv", b"id_fs;mois\n")}


def figures_published(world=None, role=None, key=None):
    frozen = publications.figures_of(territory.comparable()["france"], date(2023, 4, 1))
    return {"territoire": "france", "au": "2023-04-01", "titre": "", "vu": publications.fingerprint(frozen)}


def list_sent(world, role, key):
    return {"file": SimpleUploadedFile("liste.csv", csv_of(LINE)), "mode": "partielle"}


# What the page of an address is asked for, where it says nothing otherwise.
QUERIES = {
    "staff:put_back": lambda: {"etat": timezone.now().isoformat(), "champ": "note"},
    "staff:import_annotated": lambda: {"lignes": "erreurs"},
}
# What the page of an address is sent by POST, where an empty form would write nothing anyway.
BODIES = {
    "staff:edit": record_changed,
    "staff:put_back": version_put_back,
    "staff:still_right": still_right,
    "staff:reject_report": {"reason": "0"},
    "staff:imports": list_sent,
    "staff:confirm_import": list_confirmed,
    "staff:import_held": {"prendre": "note"},
    "figures:imports": figures_sent,
    "figures:confirm_import": figures_confirmed,
    "figures:publications": figures_published,
    "admin:accounts_user_change": {
        "email": "autre@exemple.fr",
        "name": "Autre",
        "is_active": "on",
        "scopes-TOTAL_FORMS": 0,
        "scopes-INITIAL_FORMS": 0,
    },
    "admin:accounts_user_add": {
        "email": "nouvelle@exemple.fr",
        "name": "Nouvelle",
        "scopes-TOTAL_FORMS": 0,
        "scopes-INITIAL_FORMS": 0,
    },
    "admin:sites_partner_delete": {"post": "yes"},
    "admin:sites_demarche_delete": {"post": "yes"},
}


def _page_of(name):
    """The page whose arguments an address has: 'stats:region' for that of one of its tables, or of its coverage."""
    for page in ("stats:region", "stats:departement", "stats:site"):
        if name == page or name.startswith(f"{page}_"):
            return page
    return name


@dataclass(frozen=True)
class Address:
    """`pattern` is a path where each `{argument}` stands for one of `World.values`."""

    name: str
    pattern: str
    arguments: tuple[str, ...]

    @property
    def is_of_staff(self):
        return self.pattern.startswith(STAFF)


def addresses():
    """Every address that the project answers, in the order in which they are looked for."""
    yield from (Address(f"health:{view.__name__}", path, ()) for path, view in health.VIEWS.items())
    yield from _below(get_resolver(), "", "")


def _below(resolver, namespaces, prefix):
    for one in resolver.url_patterns:
        path = prefix + str(one.pattern.regex.pattern).removeprefix("^").replace(r"\Z", "$")
        if hasattr(one, "url_patterns"):
            inside = f"{namespaces}{one.namespace}:" if one.namespace else namespaces
            yield from _below(one, inside, path)
        else:
            yield _address(f"{namespaces}{one.name or 'unnamed'}", path)


def _address(name, regex):
    """The longest way to write it: with its optional parts."""
    text, arguments = max(normalize(regex), key=lambda way: len(way[1]))
    return Address(name, "/" + text.replace("%(", "{").replace(")s", "}"), tuple(arguments))


class World:
    """Three sites and all that is theirs, the people of each role, and what each argument of an address may be."""

    def __init__(self):
        call_command("load_demarches", verbosity=0)
        yesterday = timezone.localdate() - timedelta(days=1)
        self.people = {
            "agent": make_agent("12"),
            "grant_over": make_agent("12", valid_until=yesterday),
            "reader": make_reader("76"),
            "national": make_national(),
        }
        grant(self.people["agent"], departement="31")
        self.stranger = make_agent("57")
        self.sites = {
            key: self._site(key, commune) for key, commune in (("own", RODEZ), ("seen", TOULOUSE), ("other", METZ))
        }
        self.reports = {key: self._report(key) for key in WORDS}
        self.lists = {
            key: self._list(key, status)
            for key, status in (("own", "ready"), ("seen", "applied"), ("other", "taken_back"))
        }
        self.batch = self.lists["seen"]
        self.figures = {
            key: self._figures(status)
            for key, status in (("own", "ready"), ("seen", "applied"), ("other", "abandoned"))
        }
        self.publications = {key: self._publication(key) for key in WORDS}
        self.proposals = {
            key: ListProposal.objects.create(site=site, field="note", value=WORDS[key], batch=self.batch)
            for key, site in self.sites.items()
        }
        self.clients = {role: self._client(role) for role in ROLES}

    def _site(self, key, commune):
        word = WORDS[key]
        site = make_site(
            commune,
            name=f"France services {word}",
            external_id=f"A{commune}",
            address=f"1 rue {word}",
            network=word,
            note=word,
            email=f"{word}@exemple.fr".lower(),
            format="bus",
        )
        make_stop(site, commune, place=word)
        Closure.objects.create(site=site, starts=date(2030, 1, 1), reason=word)
        SitePartner.objects.create(site=site, partner_id="caf", note=word)
        return site

    def _list(self, key, status):
        """A list that would rename a site, and says of its note what its prefecture does not."""
        site = self.sites[key]
        one = ImportBatch(file_name="liste.csv", sha256="0" * 64, status=status)
        names = ("rows", "created", "updated", "closed", "reopened", "unchanged", "absent", "errors", "warnings")
        one.analysed_at = timezone.now()
        one.counts = dict.fromkeys(names, 0) | {"rows": 1, "updated": 1}
        if status != "ready":
            one.applied_at = one.taken_back_at = timezone.now()
        one.save()
        ImportFile.objects.create(batch=one, content=csv_of(LINE))
        ImportRow.objects.create(
            batch=one,
            line=2,
            action="update",
            site=site,
            external_id=site.external_id,
            name=site.name,
            departement_id=site.commune.departement_id,
            before={"name": site.name},
            after={"name": f"{WORDS[key]} bis"},
            held={"note": [site.note, f"{WORDS[key]} ter"]},
        )
        return one

    def _figures(self, status):
        """A file of monthly figures that would write one."""
        one = make_import(
            status=status, analysed_at=timezone.now(), counts=dict.fromkeys(FIGURES_COUNTS, 0) | {"written": 1}
        )
        ActivityFile.objects.create(batch=one, content=b"id_fs;mois\n")
        return one

    def _publication(self, key):
        dates = {"at": date(2023, 4, 1), "since": date(2020, 1, 1)}
        return Publication.objects.create(
            territory="france", territory_name="France", title=f"Publication {key}", figures={}, **dates
        )

    def _report(self, key):
        word = WORDS[key]
        return ErrorReport.objects.create(site=self.sites[key], subject="hours", message=f"{word} : fermé le lundi")

    def _client(self, role):
        if role == "anonymous":
            client = Client()
        elif role == "password_only":
            client = Client()
            client.force_login(self.people["national"])
        else:
            client = signed_in(self.people[role])
        client.raise_request_exception = False
        return client

    def values(self, address, key):
        """What the arguments of an address are for the object `key`: {argument: text}."""
        return {argument: self.value(address, argument, key) for argument in address.arguments}

    def value(self, address, argument, key):
        """By the name of the address and the argument, or else by the argument alone.

        Whoever adds an address with an argument of its own adds it here.
        """
        site = self.sites.get(key)
        known = {
            "external_id": site.external_id if site else NEVER,
            "slug": site.slug if site else NEVER,
            "insee": {"own": RODEZ, "other": METZ}.get(key, "12999"),
            "code": {"own": "12", "other": "57"}.get(key, "99"),
            "version": "0" * 16,
            "section": {"own": "sites", "other": "communes"}.get(key, NEVER),
            "app_label": "sites",
            "url": NEVER,
            "sites:commune slug": "nom",
            "sites:departement slug": "nom",
            "sites:region slug": "nom",
            "sites:region code": {"own": "76", "other": "44"}.get(key, "99"),
            "sites:demarche slug": {"own": "rsa", "other": "passeport"}.get(key, NEVER),
            "stats:region slug": "nom",
            "stats:region code": {"own": "76", "other": "44"}.get(key, "99"),
            "stats:departement slug": "nom",
            "stats:site code": site.external_id if site else NEVER,
            "stats:site slug": site.slug if site else NEVER,
            "file_format": "csv",
            "table": {"own": "mois", "other": "mois"}.get(key, NEVER),
            "object_id": self._row(address, key),
            "pk": self._number(address, key),
        }
        return str(known.get(f"{_page_of(address.name)} {argument}", known.get(argument, NEVER)))

    def _number(self, address, key):
        """That of a list, of what it proposes, or of a report."""
        rows = self.reports
        if "proposal" in address.name:
            rows = self.proposals
        elif address.pattern.startswith("/gestion/imports/"):
            rows = self.lists
        elif address.pattern.startswith("/gestion/activite/"):
            rows = self.figures
        elif address.name == "stats:publication":
            rows = self.publications
        return rows[key].pk if key in rows else 987654321

    def _row(self, address, key):
        """The key of a row in Django's admin; one's `own` account is that of the national administrator."""
        if key == "missing":
            return "987654321"
        table = address.name.removeprefix("admin:").rpartition("_")[0]
        return {
            "accounts_user": {"own": self.people["national"].pk, "other": self.stranger.pk},
            "accounts_territoryscope": {
                "own": self.people["national"].scopes.get().pk,
                "other": self.stranger.scopes.get().pk,
            },
            "sites_site": {one: site.pk for one, site in self.sites.items()},
            "sites_errorreport": {one: report.pk for one, report in self.reports.items()},
            "sites_importbatch": dict.fromkeys(WORDS, self.batch.pk),
            "sites_partner": {"own": "caf", "other": "msa"},
            "sites_demarche": {"own": "rsa", "other": "passeport"},
            "territories_region": {"own": "76", "other": "44"},
            "territories_departement": {"own": "12", "other": "57"},
            "territories_commune": {"own": RODEZ, "other": METZ},
        }.get(table, dict.fromkeys(WORDS, NEVER))[key]


# --- Trying ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What a request was answered, and what it wrote (tables)."""

    status: str
    words: frozenset[str]
    wrote: frozenset[str]


def ask(world, role, address, key, method):
    """Send one request, look, and put everything back."""
    path = quote(address.pattern.format(**world.values(address, key)))
    send = getattr(world.clients[role], method.lower())
    with undone(world.clients[role]):
        before = written_rows()
        if method == "POST":
            response = send(path, body_of(world, role, address, key))
        else:
            response = send(path, query_params=QUERIES.get(address.name, dict)())
        text = everything_said(response)
        return Answer(
            status_of(response),
            frozenset(key for key, word in WORDS.items() if word.lower() in text),
            frozenset(table for table, count in written_rows().items() if count != before.get(table)),
        )


def body_of(world, role, address, key):
    body = BODIES.get(address.name, {})
    return body if isinstance(body, dict) else body(world, role, key)


def status_of(response):
    """Its code, and where it sends who has not signed in with both factors."""
    for page in ("connexion", "second-facteur"):
        if response.get("Location", "").startswith(f"/gestion/{page}/"):
            return f"{response.status_code}-{page}"
    return str(response.status_code)


@contextmanager
def undone(client):
    """What is done inside is as if it had not been, for the client too."""
    cookies = client.cookies.output()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(cookies.replace("Set-Cookie: ", "")) if cookies else SimpleCookie()


# Sessions live, and failures to sign in are counted, whatever is asked.
SPARED = ("django_session", "axes_")


def written_rows():
    """{table: rows written since the transaction began}, by PostgreSQL's own count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return {table: count for table, count in cursor.fetchall() if not table.startswith(SPARED)}


def everything_said(response):
    """Body and headers, in lower case; the content of an archive (XLSX) unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return (body.decode("utf-8", "replace") + str(response.headers)).lower()


# --- The table -------------------------------------------------------------------------------------

HEADER = ("name", "address", "object", *ROLES)


def read():
    """{(name, address, object): {role: statuses}} of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert tuple(rows[0]) == HEADER
    return {tuple(row[:3]): dict(zip(ROLES, row[3:], strict=True)) for row in rows[1:]}


def answers_to(world, role, address, key):
    """{method: Answer} for one role, address and object."""
    return {method: ask(world, role, address, "own" if key == "any" else key, method) for method in METHODS}


def cell(answers):
    """The statuses of one role, as the table writes them."""
    statuses = [answers[method].status for method in METHODS]
    return statuses[0] if len(set(statuses)) == 1 else " ".join(statuses)


def statuses_of(text):
    """{method: status} of a cell."""
    statuses = text.split()
    return dict(zip(METHODS, statuses * len(METHODS) if len(statuses) == 1 else statuses, strict=False))


def keys_of(address):
    """The objects to ask an address for. What is `seen` only differs where one edits."""
    if not address.arguments:
        return ("any",)
    return OBJECTS if address.pattern.startswith("/gestion/") else ("own", "other", "missing")


def live(world):
    """The table as the project answers today."""
    for address in addresses():
        rows = []
        for key in keys_of(address):
            rows.append((key, [cell(answers_to(world, role, address, key)) for role in ROLES]))
        if len({tuple(cells) for _, cells in rows}) == 1:
            rows = [("any", rows[0][1])]
        yield from ((address.name, address.pattern, key, *cells) for key, cells in rows)


def write(world):
    rows = list(live(world))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)
