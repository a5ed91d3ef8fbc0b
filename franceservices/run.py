"""The steps of `make run`: from the private cluster to a page that answers. Not for production.

Only the standard library is imported at the top, so that a broken installation is told of in a sentence.
"""
# ruff: noqa: S603 - every program run here is chosen here

import errno
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from franceservices.cluster import ClusterError, DiskFull, is_full
from franceservices.postgres import check_writable, database_url, locked

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
LOG = VAR_DIR / "log" / "portail.log"
HOST = "127.0.0.1"
START_PATIENCE_S = 30
STOP_PATIENCE_S = 10
WATCH_S = 1
LONGEST_WAIT_S = 30
HEALTHY_AFTER_S = 60
GUNICORN = ["-m", "gunicorn", "franceservices.wsgi", "--graceful-timeout", "5"]
# What reads and applies lists, and writes to agents. Two at a time: messages and upkeep do not wait for a long list.
WORKER = ["manage.py", "procrastinate", "worker", "--concurrency", "2", "--shutdown-graceful-timeout", "5"]


class CannotRun(Exception):
    """`make run` cannot go on. The message, in French, says why and what to do about it."""


class Interrupted(BaseException):
    """Ctrl-C, or the terminal or a supervisor wants us to stop."""


def main():
    """Serve until interrupted; the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        serve()
    except Interrupted:
        say("Arrêté.\n")
        return 0
    except Exception as error:  # noqa: BLE001 - a person, not a program, reads what comes out
        say(f"{reason(error)}\n", sys.stderr)
        return 1
    return 0


def interrupt(*_):
    raise Interrupted


def serve():
    started = time.perf_counter()
    port = port_asked_for()
    check_port_is_free(port)
    check_writable(VAR_DIR)
    LOG.parent.mkdir(exist_ok=True)
    os.chdir(BASE_DIR)
    with open(LOG, "w") as log, step_database() as url:
        os.environ |= {
            "ENVIRONMENT": "local",
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "franceservices.settings",
        }
        with locked(VAR_DIR / "run.lock"):  # two on one new clone would make the same tables
            prepare(log)
        check_port_is_free(port)
        with kept([*GUNICORN, "--bind", f"{HOST}:{port}"], log) as server, kept(WORKER, log) as worker:
            with step("Démarrage du serveur"):
                wait_until_ready(server.process, port)
            duration = seconds(time.perf_counter() - started)
            say(f"Le portail est servi sur http://{HOST}:{port}/ (prêt en {duration})\n")
            say(f"Gestion : http://{HOST}:{port}/gestion/ (agent@exemple.fr, lecture@, national@ : voir README)\n")
            say(f"Journal des requêtes : {os.path.relpath(LOG, BASE_DIR)}. Ctrl-C pour arrêter.\n")
            while True:
                for name, one in (("Le serveur", server), ("Le traitement des listes", worker)):
                    if one.start_again_if_dead():
                        say(
                            f"{name} s'est arrêté de lui-même : il redémarre. Voyez {os.path.relpath(LOG, BASE_DIR)}.\n"
                        )
                time.sleep(WATCH_S)


# --- Steps -----------------------------------------------------------------------------------------


@contextmanager
def step_database():
    """The `with` block runs after this step, which only covers what comes before."""
    with step("Base de données") as done, database_url() as url:
        done()
        yield url


def prepare(log):
    with step("Chargement de l'application"):
        load_django(log)
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connections

    with step("Structure de la base"):
        call_command("migrate", interactive=False, verbosity=0)
    with step("Communes, départements et régions"):
        call_command("load_territories", stdout=log)
    with step("Démarches"):
        call_command("load_demarches", stdout=log)
    sites = apps.get_model("sites", "Site").objects
    if not sites.exists():
        with step("Sites de démonstration"):
            call_command("load_demo", stdout=log)
    figures = (apps.get_model("stats", name).objects for name in ("MonthlyActivity", "MonthlySatisfaction"))
    if sites.filter(is_demo=True).exists() and not any(one.exists() for one in figures):
        with step("Activité de démonstration"):
            call_command("load_demo_activity", stdout=log)
    with step("Proximité des sites"):
        call_command("compute_coverage", if_changed=True, stdout=log)
    with step("Petits nombres"):
        call_command("hide_small_numbers", stdout=log)
    with step("Comptes de démonstration"):
        call_command("load_demo_accounts", stdout=log)
    connections.close_all()
    with step("Feuilles de style, scripts et images"):
        collect_static_files(log)


def load_django(log):
    import logging

    import django

    django.setup()
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(log)  # JSON lines would drown the steps


def collect_static_files(log):
    """Compressing takes seconds, so only when what goes in has changed."""
    from django.conf import settings
    from django.core.management import call_command

    fingerprint, stamp = static_fingerprint(), Path(settings.STATIC_ROOT).with_suffix(".fingerprint")
    if stamp.exists() and stamp.read_text() == fingerprint and Path(settings.STATIC_ROOT).exists():
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, stderr=log)
    stamp.write_text(fingerprint)


def static_fingerprint():
    """Changes with the project's static files, the packages, and how files are chosen and stored."""
    fingerprint = hashlib.sha256()
    for name in ("requirements.txt", "franceservices/settings.py", "franceservices/static_files.py"):
        fingerprint.update((BASE_DIR / name).read_bytes())
    for path in sorted((BASE_DIR / "static").rglob("*")):
        found = path.stat()
        fingerprint.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return fingerprint.hexdigest()


@contextmanager
def step(label):
    """Say what is being done, a dot a second so that it never looks dead, and how long it took."""
    started = time.perf_counter()
    over = threading.Event()

    def show_life():
        while not over.wait(1):
            say(".")

    def done():
        if not over.is_set():
            over.set()
            life.join()
            say(f" {seconds(time.perf_counter() - started)}\n")

    say(f"{label}…")
    life = threading.Thread(target=show_life, daemon=True)
    life.start()
    try:
        yield done
        done()
    except BaseException:
        if not over.is_set():
            over.set()
            say("\n")
        raise


def seconds(duration):
    return f"{duration:.1f} s".replace(".", ",")


def say(text, stream=None):
    stream = stream or sys.stdout
    with suppress(OSError):  # the terminal may be gone
        stream.write(text)
        stream.flush()


# --- The server ------------------------------------------------------------------------------------


def port_asked_for():
    text = os.environ.get("PORT") or "8000"
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise CannotRun(f"PORT doit être un nombre de 1 à 65535, et non « {text} ».")


def check_port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except PermissionError:
            raise CannotRun(
                f"Le port {port} est réservé à root : choisissez-en un autre, par exemple make run PORT=8000."
            ) from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise CannotRun(
                f"Le port {port} est déjà pris, par ce portail peut-être, ou par un autre programme : "
                f"arrêtez-le, ou choisissez un autre port : make run PORT={port + 1}."
            ) from None


class Kept:
    """A process that is started again when it dies: at once, then, if it keeps dying, after waits that grow."""

    def __init__(self, command, log):
        self.command, self.log = command, log
        self.wait_s = 0
        self.died_at: float | None = None
        self._start()

    def start_again_if_dead(self):
        """Whether it was."""
        if self.process.poll() is None:
            return False
        now = time.monotonic()
        if self.died_at is None:
            self.died_at = now
            if now - self.started_at > HEALTHY_AFTER_S:
                self.wait_s = 0
        if now - self.died_at < self.wait_s:
            return False
        self.wait_s = min(LONGEST_WAIT_S, 2 * self.wait_s or 1)
        self._end_what_it_left()
        self._start()
        return True

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._end_what_it_left()
            self.process.wait()

    def _start(self):
        self.process = start(self.command, self.log)
        self.started_at, self.died_at = time.monotonic(), None

    def _end_what_it_left(self):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # gunicorn's own processes hold the port for a second more


@contextmanager
def kept(command, log):
    """A `Kept` process, stopped with the `with` block."""
    one = Kept(command, log)
    try:
        yield one
    finally:
        one.stop()


def start(command, log):
    """A Python process, in a session of its own so that Ctrl-C reaches it through us, before the cluster stops."""
    command = [sys.executable, *command]
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "TERM", *command]  # even kill -9 of this process ends it
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)


def wait_until_ready(process, port):
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotRun(f"Le serveur n'a pas démarré ({last_line(LOG)}) : voyez {LOG}.")
        if answers(port):
            return
        time.sleep(0.05)
    raise CannotRun(f"Le serveur ne répond pas après {START_PATIENCE_S} secondes : voyez {LOG}.")


def last_line(path):
    return (path.read_text(errors="replace").splitlines() or ["sans un mot"])[-1]


def answers(port):
    connection = http.client.HTTPConnection(HOST, port, timeout=START_PATIENCE_S)
    try:
        connection.request("GET", "/healthz/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# --- What went wrong -------------------------------------------------------------------------------


def reason(error):
    """One French sentence for whoever typed `make run`. What they cannot mend goes to the log in full."""
    if isinstance(error, (CannotRun, ClusterError)):
        return str(error)
    if is_about_room(error):
        return str(DiskFull(VAR_DIR))
    if isinstance(error, ModuleNotFoundError):
        return f"La bibliothèque Python {error.name} manque : supprimez le dossier .venv puis relancez make run."
    if isinstance(error, PermissionError):
        return f"Le fichier {error.filename} ne peut pas être écrit par cet utilisateur."
    if type(error).__name__ == "OperationalError":
        write_traceback(error)
        return f"La base de données de DATABASE_URL ne répond pas ({str(error).splitlines()[0]})."
    if type(error).__name__ in ("CommandError", "ImproperlyConfigured"):
        return str(error)
    write_traceback(error)
    return f"Erreur inattendue ({type(error).__name__}) : le détail est à la fin de {LOG}."


def is_about_room(error):
    """Is a full disk behind `error`? PostgreSQL may just drop connections when it cannot write."""
    while error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            return True
        if getattr(error, "sqlstate", None) == "53100" or "No space left on device" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return is_full((VAR_DIR / "pg").resolve())


def write_traceback(error):
    import traceback

    with suppress(OSError), open(LOG, "a") as log:
        traceback.print_exception(error, file=log)


if __name__ == "__main__":
    sys.exit(main())
