"""The private PostgreSQL cluster behind `make run` and `make test`.

It lives in var/pg, listens only on a Unix socket in a private folder, and is shared by the commands of
one clone: the first one starts it, the last one stops it. Production brings its own database and never
comes here.

`python -m franceservices.postgres local|test …` runs Python with the arguments that follow, with
ENVIRONMENT and DATABASE_URL set.
"""
# ruff: noqa: S603 - every program run here is chosen here

import errno
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from franceservices.cluster import Cluster, ClusterError, DiskFull, account

VAR_DIR = Path(__file__).resolve().parent.parent / "var"
DATABASE = "franceservices"
# Its last commits may be lost in a power cut, which tests do not mind; nothing is ever corrupted.
TESTS_ROLE = "tests"


@contextmanager
def database_url(role="postgres", var_dir=VAR_DIR):
    """The DATABASE_URL to use during the `with` block: the environment's, or the private cluster's."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]  # libpq and the server would both obey a PGPORT, a PGSERVICE…
    with private_cluster(var_dir) as socket_dir:
        yield f"postgis://{role}@/{DATABASE}?host={quote(str(socket_dir))}"


@contextmanager
def private_cluster(var_dir=VAR_DIR):
    """The socket folder of a running cluster, which stops after the `with` block unless others use it."""
    check_writable(var_dir)
    with open(var_dir / "pg.users", "w") as users:
        cluster = Cluster(var_dir)
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            with locked(var_dir / "pg.lock"):
                socket_dir = cluster.start()
                create_database(socket_dir)
            yield socket_dir
        finally:
            with deaf_to_interruptions(), locked(var_dir / "pg.lock"):
                if is_alone(users):
                    cluster.stop()


def check_writable(folder):
    """Raises `ClusterError` unless files can be made in `folder`, which is made first if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder) from error
        if error.errno == errno.EROFS:
            raise ClusterError(f"Le disque qui porte {folder} est en lecture seule.") from error
        raise ClusterError(
            f"L'utilisateur {account(os.getuid()).pw_name} ne peut pas écrire dans {folder} : donnez-lui ce "
            "droit, ou relancez la commande avec l'utilisateur à qui appartient ce dossier."
        ) from error


@contextmanager
def locked(path):
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_alone(users):
    """Nobody else holds the shared lock on `users`. The caller's own is lost."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def deaf_to_interruptions():
    """A second Ctrl-C while tidying up must not leave the cluster behind."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def create_database(socket_dir):
    """Make the project's database and the tests' role unless they exist."""
    import psycopg

    with psycopg.connect(host=str(socket_dir), user="postgres", dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [TESTS_ROLE]).fetchone():
            with connection.transaction():
                connection.execute(f"CREATE ROLE {TESTS_ROLE} SUPERUSER LOGIN")
                connection.execute(f"ALTER ROLE {TESTS_ROLE} SET synchronous_commit = off")


def main(environment, *arguments):
    """Run Python with `arguments` and the database at hand; its exit status."""
    role = TESTS_ROLE if environment == "test" else "postgres"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the cluster stops on the way out
    try:
        with database_url(role) as url:
            return run_python(arguments, os.environ | {"ENVIRONMENT": environment, "DATABASE_URL": url})
    except ClusterError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def run_python(arguments, environment):
    child = subprocess.Popen([sys.executable, *arguments], env=environment)
    # The terminal sends Ctrl-C to the child too: it decides, and the cluster stops after it.
    signal.signal(signal.SIGINT, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: child.send_signal(number))
    status = child.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
