"""The private cluster, for real: each test starts and stops a PostgreSQL of its own."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from franceservices import cluster, postgres
from franceservices.cluster import ClusterError, DiskFull
from franceservices.postgres import database_url, private_cluster

pytestmark = pytest.mark.skipif(not cluster.installed_servers(), reason="PostgreSQL absent de cette machine")


@contextmanager
def folder():
    """A folder with a space and an accent in its name, that the server's account can enter."""
    made = Path(tempfile.mkdtemp(prefix="un été "))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def var_dir():
    """Shared by the tests of this module, who leave the server stopped."""
    with folder() as made:
        yield made / "var"


@pytest.fixture
def small_disk():
    """Makes a folder on a disk of the given size."""
    with folder() as made:

        def mount(size):
            command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", made]
            if os.getuid() or subprocess.run(command).returncode:
                pytest.skip("il faut être root, avec le droit de monter un petit disque")
            return made

        yield mount
        if made.is_mount():
            subprocess.run(["umount", made], check=True)


def connect(socket_dir):
    return psycopg.connect(host=str(socket_dir), user="postgres", dbname=postgres.DATABASE, autocommit=True)


def server_pid(var_dir):
    return int((var_dir / "pg" / "postmaster.pid").read_text().split()[0])


def show(socket_dir, setting):
    with connect(socket_dir) as connection:
        return connection.execute(f"SHOW {setting}").fetchone()[0]


def test_cluster_serves_then_stops_and_leaves_nothing_behind(var_dir):
    with private_cluster(var_dir) as socket_dir:
        assert show(socket_dir, "server_encoding") == "UTF8"

    assert not (var_dir / "pg" / "postmaster.pid").exists()
    assert not socket_dir.exists()


def test_cluster_is_reached_by_its_private_socket_only(var_dir):
    with private_cluster(var_dir) as socket_dir:
        assert show(socket_dir, "listen_addresses") == ""
        assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
        assert len(f"{socket_dir}/.s.PGSQL.5432.lock") < 107


def test_what_make_run_writes_survives_a_power_cut(var_dir):
    with private_cluster(var_dir) as socket_dir:
        durable = [show(socket_dir, name) for name in ("fsync", "synchronous_commit", "full_page_writes")]

    assert durable == ["on", "on", "on"]


def test_the_tests_role_does_not_wait_for_the_disk(var_dir):
    with (
        private_cluster(var_dir) as socket_dir,
        psycopg.connect(host=str(socket_dir), user=postgres.TESTS_ROLE, dbname="postgres") as connection,
    ):
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("off",)


def test_commands_share_the_cluster_and_the_last_one_stops_it(var_dir):
    with private_cluster(var_dir) as first:
        with private_cluster(var_dir) as second:
            assert first == second
        assert show(first, "port") == "5432"

    assert not first.exists()


def test_cluster_left_by_a_killed_command_is_taken_over(var_dir):
    killed = (
        "import os, sys; from pathlib import Path; from franceservices.postgres import private_cluster\n"
        "with private_cluster(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", killed, var_dir], check=False)
    left = server_pid(var_dir)

    with private_cluster(var_dir) as socket_dir:
        assert server_pid(var_dir) == left
        assert show(socket_dir, "port") == "5432"

    assert not (var_dir / "pg" / "postmaster.pid").exists()


def test_committed_rows_are_there_after_the_server_was_killed(var_dir):
    with private_cluster(var_dir) as socket_dir:
        with connect(socket_dir) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 12 AS n")
        os.kill(server_pid(var_dir), signal.SIGKILL)
        time.sleep(0.2)

    with private_cluster(var_dir) as new_socket_dir, connect(new_socket_dir) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (12,)
        assert not socket_dir.exists()


def test_stale_pid_file_that_names_another_living_process_is_no_obstacle(var_dir):
    pid_file = var_dir / "pg" / "postmaster.pid"
    with private_cluster(var_dir):
        content = pid_file.read_text()
    somebody = subprocess.Popen(["/usr/bin/sleep", "60"], **cluster.Cluster(var_dir).identity())
    try:
        pid_file.write_text(content.replace(content.split()[0], str(somebody.pid), 1))

        with private_cluster(var_dir) as socket_dir:
            assert show(socket_dir, "port") == "5432"
    finally:
        somebody.kill()
        somebody.wait()


def test_variables_of_libpq_do_not_lead_astray(var_dir, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGSERVICE", "ailleurs")

    with database_url(var_dir=var_dir) as url:
        assert url.startswith("postgis://postgres@/franceservices?host=")
        assert show(url.rpartition("=")[2].replace("%2F", "/"), "port") == "5432"


def test_with_database_url_no_cluster_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgis://ailleurs/base")

    with database_url(var_dir=tmp_path / "var") as url:
        assert url == "postgis://ailleurs/base"

    assert not (tmp_path / "var").exists()


def test_data_of_an_absent_version_are_not_touched(tmp_path):
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "PG_VERSION").write_text("9\n")

    with (
        pytest.raises(ClusterError, match=r"écrites par PostgreSQL 9.*postgresql-9-postgis-3"),
        private_cluster(tmp_path),
    ):
        pass

    assert (tmp_path / "pg" / "PG_VERSION").read_text() == "9\n"


def test_a_folder_that_holds_something_else_is_not_touched(tmp_path):
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "photos").touch()

    with pytest.raises(ClusterError, match="ne contient pas de base PostgreSQL"), private_cluster(tmp_path):
        pass

    assert (tmp_path / "pg" / "photos").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "fichier").touch()

    with (
        pytest.raises(ClusterError, match=r"ne peut pas écrire dans .*/fichier/var"),
        private_cluster(tmp_path / "fichier" / "var"),
    ):
        pass


@pytest.mark.parametrize("size", ["100k", "12m"])
def test_full_disk_is_told_in_one_sentence(size, small_disk):
    with pytest.raises(DiskFull, match="est plein"), private_cluster(small_disk(size) / "var"):
        pass


def test_a_command_gets_the_database_and_gives_its_exit_status():
    script = "import os, sys; sys.exit(7 if os.environ['DATABASE_URL'] and os.environ['ENVIRONMENT'] == 'test' else 1)"
    done = subprocess.run(
        [sys.executable, "-m", "franceservices.postgres", "test", "-c", script],
        env=os.environ | {"DATABASE_URL": "postgis:///ailleurs"},
    )

    assert done.returncode == 7
