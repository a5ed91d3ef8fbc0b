"""Takes each permission check out of a copy of the project, one at a time: the tests of access must go red.

    .venv/bin/python -m franceservices.postgres test -m tests.break_access [words of a check]

Run by hand: about half a minute for each check. Exit status 1 when a check can be taken out without being missed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
MATRIX = "tests/test_access.py"
NAMES = f"{MATRIX}::test_the_table_names_every_address_and_no_other"
ANONYMOUS, PASSWORD_ONLY, AGENT, GRANT_OVER, READER, NATIONAL = (
    f"{MATRIX}::test_who_gets_what[{role}]"
    for role in ("anonymous", "password_only", "agent", "grant_over", "reader", "national")
)
ADMIN = "tests/accounts/test_admin.py"
SCOPES = "tests/accounts/test_scopes.py"
LEFT_OUT = (".git", ".venv", "var", "node_modules", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache")


@dataclass(frozen=True)
class Check:
    """A check of the code: `text` of a file, and what is there without it.

    `test` is what misses it: the role of the table that would get in, else the tests of the rule.
    """

    what: str
    path: str
    text: str
    without: str
    test: str


DOOR, SCOPE = "franceservices/accounts/access.py", "franceservices/accounts/scopes.py"
STAFF, ADMIN_SITE, PEOPLE = (
    "sites/staff/access.py",
    "franceservices/accounts/admin_site.py",
    "franceservices/accounts/admin.py",
)


def page(name, module, test=AGENT):
    """The check that a page is for those who edit."""
    return Check(f"page: {name}", f"sites/staff/{module}.py", "needs = Needs.EDIT", "needs = Needs.READ", test)


CHECKS = [
    Check("door: signed in", DOOR, "if not request.user.is_authenticated:", "if False:", ANONYMOUS),
    Check("door: second factor", DOOR, "if not request.user.is_verified():", "if False:", PASSWORD_ONLY),
    Check("door: what the page needs", DOOR, "if self.needs.is_met_by(self.scope):", "if True:", AGENT),
    Check("door: no page for who holds nothing", DOOR, "Needs.READ: scope.reads", "Needs.READ: True", GRANT_OVER),
    Check("door: reading is not editing", DOOR, "Needs.EDIT: scope.edits", "Needs.EDIT: True", READER),
    Check(
        "door: editing is not administering", DOOR, "Needs.NATIONAL: scope.is_national", "Needs.NATIONAL: True", AGENT
    ),
    Check("scope: grants end", SCOPE, "user.scopes.exclude(valid_until__lt=today)", "user.scopes.all()", GRANT_OVER),
    Check("scope: only what may be edited is", SCOPE, "row for row in rows if row[1]", "row for row in rows", SCOPES),
    Check(
        "scope: reading all is not administering",
        SCOPE,
        "return self.edits.everywhere",
        "return self.reads.everywhere",
        SCOPES,
    ),
    Check("scope: nothing for who is not active", SCOPE, "if not user.is_active:", "if False:", SCOPES),
    Check(
        "scope: the territory",
        SCOPE,
        'return queryset if self.everywhere else queryset.filter(**{f"{path}__in": self.departements})',
        "return queryset",
        AGENT,
    ),
    Check(
        "staff: sites of the territory",
        STAFF,
        "Site.objects.within_territories(self.territories)",
        "Site.objects.all()",
        AGENT,
    ),
    Check(
        "staff: one reads more than one edits",
        STAFF,
        "self.scope.reads if self.needs is Needs.READ else self.scope.edits",
        "self.scope.reads",
        AGENT,
    ),
    Check(
        "staff: reports of the territory",
        STAFF,
        "ErrorReport.objects.filter(site__in=self.sites)",
        "ErrorReport.objects.all()",
        AGENT,
    ),
    Check(
        "staff: a site of the territory",
        STAFF,
        "get_object_or_404(self.sites.with_territories()",
        "get_object_or_404(Site.objects.with_territories()",
        AGENT,
    ),
    Check(
        "page: lists are for national administrators",
        "sites/staff/imports/access.py",
        "needs = Needs.NATIONAL",
        "needs = Needs.READ",
        AGENT,
    ),
    page("a record is edited", "edit_views"),
    page("a version is put back", "history_views"),
    page("records are said to be right", "home_views", READER),
    page("reports are decided", "report_views"),
    page("proposals are decided", "proposal_views"),
    Check(
        "page: proposals of the territory",
        "sites/staff/proposal_views.py",
        "ListProposal.objects.waiting().filter(site__in=self.sites)",
        "ListProposal.objects.waiting()",
        AGENT,
    ),
    Check("admin: behind the door", ADMIN_SITE, "return NationalPage.as_view(page=view)", "return view", ANONYMOUS),
    Check("admin: national administrators", ADMIN_SITE, "needs = Needs.NATIONAL", "needs = Needs.READ", AGENT),
    Check("admin: no sign-in page of its own", ADMIN_SITE, 'NOT_OURS = {"login",', "NOT_OURS = {", NAMES),
    Check("admin: NUL", ADMIN_SITE, 'if "\\0" in unquote(request.get_full_path()):', "if False:", ADMIN),
    Check(
        "admin: nothing is deleted",
        ADMIN_SITE,
        "    def has_delete_permission(self, request, obj=None):\n        return False",
        "    def has_delete_permission(self, request, obj=None):\n        return True",
        NATIONAL,
    ),
    Check(
        "admin: tables that are only read: nothing is added",
        ADMIN_SITE,
        "    def has_add_permission(self, request, obj=None):\n        return False",
        "    def has_add_permission(self, request, obj=None):\n        return True",
        NATIONAL,
    ),
    Check(
        "admin: tables that are only read: nothing is changed",
        ADMIN_SITE,
        "    def has_change_permission(self, request, obj=None):\n        return False",
        "    def has_change_permission(self, request, obj=None):\n        return True",
        NATIONAL,
    ),
    Check(
        "people: one's own account",
        PEOPLE,
        "return super().has_change_permission(request, obj) and obj != request.user",
        "return super().has_change_permission(request, obj)",
        NATIONAL,
    ),
    Check("people: actions leave oneself out", PEOPLE, "queryset.exclude(pk=request.user.pk)", "queryset", ADMIN),
    Check(
        "people: what a form holds",
        PEOPLE,
        '"is_active", "second_factor"',
        '"is_active", "is_superuser", "second_factor"',
        ADMIN,
    ),
    Check(
        "people: an address that has signed in",
        PEOPLE,
        "if obj and obj.last_login else always",
        "if False else always",
        ADMIN,
    ),
    Check(
        "people: scopes are changed on the person's page only",
        PEOPLE,
        "class ScopeAdmin(ReadOnlyAdmin)",
        "class ScopeAdmin(NationalAdmin)",
        NATIONAL,
    ),
]


def main(*words):
    """Try the checks whose name holds all the words; 1 when one was not missed."""
    not_missed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        if not words and fails(copy, MATRIX, ADMIN, SCOPES):
            print("The tests of access are red as it is: nothing is proved.")
            return 1
        for check in CHECKS:
            if all(word in check.what for word in words):
                seen = try_without(check, copy)
                not_missed += seen == "NOT MISSED"
                print(f"{check.what:60} {seen}", flush=True)
    return min(not_missed, 1)


def try_without(check, copy):
    """Whether the tests go red without a check, in a word."""
    path = copy / check.path
    whole = path.read_text()
    assert check.text in whole, f"{check.what}: not in {check.path} any more"
    path.write_text(whole.replace(check.text, check.without))
    try:
        return "red" if fails(copy, check.test) else "NOT MISSED"
    finally:
        path.write_text(whole)


def fails(copy, *tests):
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--reuse-db", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "DATABASE_URL": a_database_of_its_own()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert run.returncode in (0, 1, 2), f"pytest itself failed: {run.returncode}"
    return run.returncode != 0


def a_database_of_its_own():
    """So that other tests may run meanwhile."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit((url.scheme, url.netloc, f"{url.path}_broken", url.query, ""))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
