"""What whoever types `make run` sees, and what production refuses."""

import errno
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from django.db import connection

from franceservices import run
from sites.imports import lifecycle
from sites.models import ImportBatch
from tests.sites.imports.lists import RODEZ, csv_of

ROOT = run.BASE_DIR


@pytest.fixture
def port():
    """A free port of this machine."""
    with socket.socket() as probe:
        probe.bind((run.HOST, 0))
        return probe.getsockname()[1]


@pytest.fixture
def _empty_queue(transactional_db):
    """Its tables are not Django's: nothing empties them behind a test that commits."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers, procrastinate_workers CASCADE")


@contextmanager
def started(*arguments, **environment):
    """A Python process with its standard output and errors in one pipe; ended with the `with` block."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def url_of_tests():
    """DATABASE_URL, but of the database that these tests use."""
    name = connection.settings_dict["NAME"]
    return os.environ["DATABASE_URL"].replace(f"/{name.removeprefix('test_')}", f"/{name}")


def test_a_port_that_is_taken_is_told_in_one_sentence():
    with socket.create_server((run.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with started("-m", "franceservices.run", PORT=str(port)) as process:
            said, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert said == (
        f"Le port {port} est déjà pris, par ce portail peut-être, ou par un autre programme : "
        f"arrêtez-le, ou choisissez un autre port : make run PORT={port + 1}.\n"
    )


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "80 80", "８０"])
def test_port_must_be_a_port(text, monkeypatch):
    monkeypatch.setenv("PORT", text)

    with pytest.raises(run.CannotRun, match="de 1 à 65535"):
        run.port_asked_for()


# Without its preparation, which tests have had already.
SERVE = (
    "import sys; from pathlib import Path; from franceservices import run\n"
    "run.VAR_DIR = Path(sys.argv[1]); run.LOG = run.VAR_DIR / 'log' / 'portail.log'\n"
    "run.prepare = lambda log: None; sys.exit(run.main())"
)


@contextmanager
def serving(port, folder):
    """The portal served on the tests' own database: its process, once it says that it is ready.

    It is stopped, and not killed: its server and its worker would outlive it, at work on a database being emptied.
    """
    with started("-c", SERVE, folder, PORT=str(port), DATABASE_URL=url_of_tests()) as process:
        said = ""
        while "est servi" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=30)


def is_ready(port):
    try:
        with urllib.request.urlopen(f"http://{run.HOST}:{port}/healthz/ready", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def children_of(process, named):
    """The numbers of the child processes whose command has this word."""
    found = subprocess.run(
        ["pgrep", "--parent", str(process.pid), "--full", named], capture_output=True, text=True, check=False
    )
    return [int(number) for number in found.stdout.split()]


def soon(condition, within_s):
    """What `condition()` gives once it is true, at most so many seconds from now."""
    deadline = time.monotonic() + within_s
    while not (result := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return result


@pytest.mark.django_db
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_portal_is_announced_once_ready_and_stops_cleanly(number, port, tmp_path):
    with serving(port, tmp_path) as process:
        assert is_ready(port)
        (worker,) = children_of(process, "worker")
        process.send_signal(number)
        rest, _ = process.communicate(timeout=20)

    assert process.returncode == 0
    assert rest.endswith("Arrêté.\n")
    run.check_port_is_free(port)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


@pytest.mark.usefixtures("_empty_queue")
def test_a_worker_that_is_killed_is_replaced_and_the_list_that_waits_is_read(port, tmp_path):
    with serving(port, tmp_path) as process:
        (first,) = soon(lambda: children_of(process, "worker"), within_s=3)
        os.kill(first, signal.SIGKILL)
        batch = lifecycle.receive("liste.csv", csv_of(RODEZ), None, is_complete=False)
        (second,) = soon(lambda: set(children_of(process, "worker")) - {first}, within_s=3)

        soon(lambda: ImportBatch.objects.get(pk=batch.pk).status == "ready", within_s=20)
        assert children_of(process, "worker") == [second]


@pytest.mark.usefixtures("_empty_queue")
def test_a_server_that_is_killed_is_replaced_and_the_work_goes_on(port, tmp_path):
    with serving(port, tmp_path) as process:
        (worker,) = soon(lambda: children_of(process, "worker"), within_s=3)
        (server,) = children_of(process, "gunicorn")
        os.kill(server, signal.SIGKILL)
        batch = lifecycle.receive("liste.csv", csv_of(RODEZ), None, is_complete=False)

        soon(lambda: ImportBatch.objects.get(pk=batch.pk).status == "ready", within_s=20)
        soon(lambda: is_ready(port), within_s=20)
        assert children_of(process, "worker") == [worker]
        assert children_of(process, "gunicorn") != [server]


class Clock:
    now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(run, "time", clock)
    return clock


def seconds_until_started_again(one, clock):
    one.process.wait()
    died_at = clock.now
    while not one.start_again_if_dead():
        clock.now += 1
    return clock.now - died_at


def test_a_process_that_keeps_dying_is_started_less_and_less_often(clock):
    one = run.Kept(["-c", ""], subprocess.DEVNULL)

    waits = [seconds_until_started_again(one, clock) for _ in range(8)]

    assert waits == [0, 1, 2, 4, 8, 16, 30, 30]
    one.stop()


def test_a_process_that_lived_long_is_started_again_at_once(clock):
    one = run.Kept(["-c", ""], subprocess.DEVNULL)
    for _ in range(4):
        seconds_until_started_again(one, clock)
    clock.now += run.HEALTHY_AFTER_S + 1

    assert seconds_until_started_again(one, clock) == 0
    one.stop()


def test_a_step_says_how_long_it_took(capsys):
    with run.step("Base de données"):
        pass

    assert capsys.readouterr().out == "Base de données… 0,0 s\n"


def test_a_failed_step_ends_its_line(capsys):
    with pytest.raises(ZeroDivisionError), run.step("Base de données"):
        raise ZeroDivisionError

    assert capsys.readouterr().out == "Base de données…\n"


def test_full_disk_is_recognised_behind_other_errors():
    error = ValueError("compression impossible")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")

    assert "est plein" in run.reason(error)


def test_a_missing_library_is_named():
    error = ModuleNotFoundError("No module named 'x'", name="x")

    assert run.reason(error) == "La bibliothèque Python x manque : supprimez le dossier .venv puis relancez make run."


def test_an_unexpected_error_goes_to_the_log_in_full(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "LOG", tmp_path / "portail.log")

    sentence = run.reason(ZeroDivisionError("par zéro"))

    assert sentence == f"Erreur inattendue (ZeroDivisionError) : le détail est à la fin de {run.LOG}."
    assert "par zéro" in run.LOG.read_text()


def test_static_files_are_collected_again_when_one_changes(tmp_path, monkeypatch):
    for name in ("requirements.txt", "franceservices/settings.py", "franceservices/static_files.py", "static/a.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a")
    monkeypatch.setattr(run, "BASE_DIR", tmp_path)
    before = run.static_fingerprint()

    assert run.static_fingerprint() == before
    (tmp_path / "static/a.css").write_text("ab")
    assert run.static_fingerprint() != before


PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "s" * 60,
    "ALLOWED_HOSTS": "127.0.0.1",
    "DATABASE_URL": "postgis:///nulle-part",
}


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_production_refuses_to_start_half_configured(missing, port):
    environment = PRODUCTION | {missing: " "}
    with started("-m", "gunicorn", "--bind", f"{run.HOST}:{port}", "franceservices.wsgi", **environment) as process:
        said, _ = process.communicate(timeout=20)

    assert process.returncode != 0
    assert f"Définissez la variable d'environnement {missing}" in said


def settings_under(expression, **environment):
    """What a new process prints for `expression` once it has read the settings, or the end of its traceback."""
    script = f"from django.conf import settings; print(repr({expression}))"
    given = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "franceservices.settings"} | environment
    with started("-c", script, **given) as process:
        said, _ = process.communicate(timeout=20)
    return said.splitlines()[-1]


def test_a_dollar_is_a_character_like_another():
    secret = "$" + "s" * 60

    said = settings_under("(settings.SECRET_KEY, settings.TILES_URL)", SECRET_KEY=secret, TILES_URL="$SECRET_KEY")

    assert said == repr((secret, "$SECRET_KEY"))


def test_a_blank_variable_is_not_given():
    expression = "(settings.GEOCODER_REQUESTS_PER_SECOND, settings.DATABASES['default']['OPTIONS']['options'])"

    said = settings_under(
        f"__import__('franceservices.wsgi') and {expression}", WEB_CONCURRENCY=" ", DATABASE_STATEMENT_TIMEOUT_MS=""
    )

    assert said.startswith("(50.0, '-c statement_timeout=5000 ")


def test_hosts_may_be_written_with_spaces_and_a_last_comma():
    said = settings_under("settings.ALLOWED_HOSTS", ALLOWED_HOSTS="portail.fr, www.portail.fr,")

    assert said == "['portail.fr', 'www.portail.fr']"


def test_hosts_that_name_nobody_are_refused():
    assert "ALLOWED_HOSTS ne contient aucun nom" in settings_under("settings.ALLOWED_HOSTS", ALLOWED_HOSTS=" , ")


def test_server_lets_an_over_long_search_reach_our_own_page(port):
    """gunicorn's own limit is 8 kB, with an answer in English; a proxy's may be lower."""
    arguments = ("-m", "gunicorn", "--bind", f"{run.HOST}:{port}", "--workers", "1", "franceservices.wsgi")
    with started(*arguments, **PRODUCTION) as process:
        while b"Booting worker" not in (line := process.stdout.readline().encode()):
            assert line
        address = f"http://{run.HOST}:{port}/healthz/live?q={'%C3%A9' * 10_000}"
        with urllib.request.urlopen(address, timeout=10) as response:
            assert response.status == 200
        process.terminate()
        process.wait(20)


def test_every_variable_is_documented():
    pattern = r"""(?:env\.\w+|environ\.\w+|required_in_production)\(\s*["']([A-Z_]+)["']"""
    sources = [ROOT / "franceservices" / "settings.py", ROOT / "gunicorn.conf.py", ROOT / "franceservices" / "run.py"]
    variables = {name for source in sources for name in re.findall(pattern, source.read_text())}
    guide = (ROOT / "docs" / "exploitation.md").read_text()

    assert variables >= {"SECRET_KEY", "WEB_CONCURRENCY", "PORT"}
    assert {name for name in variables if f"`{name}`" not in guide} == set()
