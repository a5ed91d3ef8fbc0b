"""One PostgreSQL server on the data of one clone: made, started, found again after a crash, stopped.

Who uses it and when belongs to `franceservices.postgres`.
"""
# ruff: noqa: S603 - every program run here is chosen here

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

OLDEST_VERSION = 15
DATA_ELSEWHERE = Path("/var/lib/portail-france-services")
# A socket's path holds at most 107 bytes, too few for a deep clone or a long TMPDIR.
SOCKETS_PARENT = Path("/tmp")  # noqa: S108 - mkdtemp makes a private folder in it
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "random_page_cost": "1.1",
}
PATIENCE_S = 30


class ClusterError(Exception):
    """There is no cluster to be had. The message, in French, says why and what to do about it."""


class DiskFull(ClusterError):
    """Nothing is wrong but the room left."""

    def __init__(self, folder):
        super().__init__(f"Le disque qui porte {folder} est plein : libérez de la place puis recommencez.")


class Cluster:
    """The cluster of one clone. Callers hold the lock: two `start` at a time would trip over each other."""

    def __init__(self, var_dir):
        self.var_dir = var_dir
        self.data = var_dir / "pg"
        self.log = var_dir / "log" / "postgresql.log"
        if self.data.is_symlink() and not self.data.exists():
            self.data.unlink()  # the data that were elsewhere are gone
        self.account = account_for(self.data)

    def start(self):
        """Start the server unless it runs, on new data if there are none; the folder of its socket."""
        if not (self.data / "PG_VERSION").exists():
            self.create()
        if running := self.socket_dir():
            return running
        self.forget_former_server()
        return self.launch()

    def stop(self):
        if socket_dir := self.socket_dir():
            try:
                self.stop_in("fast")
            except ClusterError:  # after a full disk PostgreSQL 15 can wait for itself for ever
                self.stop_in("immediate")  # nothing is lost: the next start replays the journal
            shutil.rmtree(socket_dir, ignore_errors=True)

    def stop_in(self, mode):
        self.run("pg_ctl", "stop", "-D", self.data.resolve(), "-m", mode, "-s", "-t", PATIENCE_S)

    def create(self):
        """initdb in a folder that gets its real name at the end: an interrupted one is never used."""
        with suppress(OSError):
            self.data.rmdir()
        if self.data.exists():
            raise ClusterError(f"{self.data} ne contient pas de base PostgreSQL : déplacez ou supprimez ce dossier.")
        new = self.new_data_dir()
        try:
            self.own(new)
            self.run(
                *("initdb", "-D", new, "--username=postgres", "--auth=trust", "--encoding=UTF8"),
                *("--locale=C.UTF-8", "--no-instructions"),
            )
            if new.parent == self.var_dir:
                new.rename(self.data)
            else:
                self.data.symlink_to(new)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise

    def new_data_dir(self):
        """An empty folder where the server's account can go. It cannot enter root's home, for one."""
        if self.can_enter(self.var_dir):
            new = self.var_dir / "pg.new"
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(mode=0o700)
            return new
        DATA_ELSEWHERE.mkdir(mode=0o755, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="pg-", dir=DATA_ELSEWHERE))

    def socket_dir(self):
        """The folder of the running server's socket, or None.

        Waits for a server that is starting or stopping, and ends one that is stuck there.
        """
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            pid, socket_dir, status = self.read_pid_file()
            if not self.is_server(pid):
                return None
            if status == "ready":
                return self.checked(socket_dir)
            time.sleep(0.05)
        self.stop_in("immediate")
        return None

    def checked(self, socket_dir):
        """`socket_dir`, sure to be the server's own: /tmp belongs to everybody."""
        found = os.lstat(socket_dir)
        if found.st_uid == self.account.pw_uid and stat.S_IMODE(found.st_mode) == 0o700:
            return socket_dir
        raise ClusterError(f"{socket_dir} a changé de propriétaire ou de droits : la base ne sera pas utilisée.")

    def read_pid_file(self):
        """Process id, folder of the socket and status that the server wrote, or (None, None, None)."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return int(lines[0]), Path(lines[4]), lines[7].strip()
        except FileNotFoundError:
            return None, None, None
        except IndexError:  # the server is still writing it
            return int(lines[0]) if lines else None, None, "starting"

    def is_server(self, pid):
        """Is process `pid` the server of these data, and not one that got its number after a crash?"""
        try:
            return os.readlink(f"/proc/{pid}/cwd") == str(self.data.resolve())
        except OSError:
            return False

    def forget_former_server(self):
        """Clear what a server that was killed has left: its socket, and a pid file that misleads.

        PostgreSQL refuses to start when the number in it now belongs to another living process. When that
        process is dead PostgreSQL decides by itself, with checks that need the file.
        """
        pid, socket_dir, _ = self.read_pid_file()
        if socket_dir:
            with suppress(OSError, ClusterError):
                shutil.rmtree(self.checked(socket_dir))
        if pid and Path(f"/proc/{pid}").exists():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def launch(self):
        socket_dir = Path(tempfile.mkdtemp(prefix="portail-", dir=SOCKETS_PARENT))
        self.own(socket_dir)
        settings = SERVER_OPTIONS | {"unix_socket_directories": str(socket_dir)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self.log.parent.mkdir(exist_ok=True)
        try:
            with open(self.log, "w") as log:
                self.run(
                    *("pg_ctl", "start", "-D", self.data.resolve(), "-o", options, "-s", "-t", PATIENCE_S),
                    output=log,
                )
        except BaseException:
            shutil.rmtree(socket_dir, ignore_errors=True)
            raise
        return socket_dir

    def run(self, program, *arguments, output=None):
        """Run one of PostgreSQL's programs as the server's account.

        What it says goes to `output`, if any, and into the error.
        """
        done = subprocess.run(
            [self.programs() / program, *map(str, arguments)],
            cwd="/",  # the account may have no right to be here
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.PIPE,
            stderr=output or subprocess.STDOUT,
            text=True,
            **self.identity(),
        )
        if done.returncode:
            said = done.stdout if output is None else self.log.read_text(errors="replace")
            raise self.explained(program, said)

    def explained(self, program, said):
        folder = self.data.resolve()
        if "No space left on device" in said or is_full(folder):
            return DiskFull(folder)
        last = next((line for line in reversed(said.splitlines()) if "FATAL" in line or "error" in line), said)
        return ClusterError(f"PostgreSQL ({program}) a échoué : {last.strip()}")

    def programs(self):
        """The folder of the programs to use: those of the version that made the data, or the newest."""
        servers = installed_servers()
        try:
            version = int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            if servers:
                return servers[max(servers)]
            raise ClusterError(
                f"PostgreSQL {OLDEST_VERSION} ou plus récent avec PostGIS 3 manque : installez-le, ou "
                "désignez une base existante par DATABASE_URL."
            ) from None
        if version in servers:
            return servers[version]
        raise ClusterError(
            f"Les données de {self.data} ont été écrites par PostgreSQL {version}, qui n'est pas installé : "
            f"installez postgresql-{version}-postgis-3, ou supprimez ce dossier pour repartir de zéro."
        )

    def identity(self):
        """What makes `subprocess` change user: only root can, and root must."""
        if os.getuid() == self.account.pw_uid:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def own(self, folder):
        os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def can_enter(self, folder):
        return subprocess.run(["/usr/bin/test", "-x", folder], cwd="/", **self.identity()).returncode == 0


def account_for(data):
    """The account that runs the server on `data`: ours, unless we are root, whom PostgreSQL refuses."""
    owner = account(data.stat().st_uid) if data.exists() else None
    if os.getuid() == 0:
        return owner if owner and owner.pw_uid else postgres_account()
    if owner and owner.pw_uid != os.getuid():
        raise ClusterError(
            f"Les données de {data} appartiennent à {owner.pw_name} : relancez la commande comme la "
            "première fois (avec sudo sans doute), ou supprimez ce dossier."
        )
    return account(os.getuid())


def account(uid):
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise ClusterError(f"L'utilisateur numéro {uid} n'a pas de compte sur cette machine.") from None


def postgres_account():
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise ClusterError(
            "PostgreSQL refuse d'être lancé par root et l'utilisateur postgres n'existe pas : "
            "créez-le (useradd --system postgres) ou relancez sans être root."
        ) from None


def installed_servers():
    """{major version: folder of its programs} of this machine's PostgreSQL servers that would do."""
    configs = list(Path("/usr/lib/postgresql").glob("*/bin/pg_config"))
    if on_path := shutil.which("pg_config"):
        configs.append(Path(on_path))
    servers = {}
    for config in configs:
        shown = subprocess.run([config, "--version", "--bindir", "--sharedir"], capture_output=True, text=True)
        version, programs, shared = shown.stdout.splitlines() or ("PostgreSQL 0", "", "")
        major = int("".join(c if c.isdigit() else " " for c in version).split()[0])
        complete = Path(programs, "initdb").exists() and Path(shared, "extension/postgis.control").exists()
        if complete and major >= OLDEST_VERSION:
            servers[major] = Path(programs)
    return servers


def is_full(folder):
    """Less room than PostgreSQL needs for its next journal file."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return shutil.disk_usage(there).free < 17 * 1024**2
