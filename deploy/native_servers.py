"""PostgreSQL and Redis as child processes: found, started on a free port, waited for."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

POSTGRES_ACCOUNT = "postgres"
DATABASE = "mos"
START_S = 30.0
# A socket address holds 107 bytes, of which its name takes up to 16.
LONGEST_SOCKET_FOLDER = 90


class DeployError(Exception):
    """The installation cannot start as it is set up. One sentence: what, where, how to mend."""


@dataclass(frozen=True)
class Program:
    """A child process to be: its command, and the account and input that it needs."""

    name: str
    command: list[str]
    account: str | None = None
    folder: Path | None = None
    stdin: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_program(name: str, package: str) -> str:
    """Path of a program; Debian keeps PostgreSQL's outside PATH. Raises DeployError where there is none."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True
    )
    found = shutil.which(
        name, path=os.pathsep.join([*map(str, versions), os.environ.get("PATH", os.defpath)])
    )
    if found is None:
        raise DeployError(f"{name} was not found; install it with: apt-get install {package}")
    return found


def redis(port: int, password: str) -> Program:
    """Redis without persistence. The settings go through stdin, where no other user sees the password."""
    settings = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        'save ""',
        "appendonly no",
        "maxmemory-policy noeviction",
    ]
    command = [find_program("redis-server", "redis-server"), "-"]
    return Program("redis", command, stdin="\n".join(settings) + "\n")


def redis_url(port: int, password: str) -> str:
    return f"redis://:{quote(password, safe='')}@127.0.0.1:{port}/0"


def redis_answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of our own. Its superuser is the account it runs as, and enters by the socket only."""

    data: Path
    port: int
    account: str | None

    @property
    def superuser(self) -> str:
        return self.account or pwd.getpwuid(os.geteuid()).pw_name

    def url(self, password: str, database: str = DATABASE) -> str:
        return f"postgres://{DATABASE}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def program(self) -> Program:
        """SIGINT is PostgreSQL's fast shutdown."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.data),
        }
        command = [find_program("postgres", "postgresql"), "-D", str(self.data)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program("postgres", command, self.account, self.data, stop_signal=signal.SIGINT)

    def answers(self) -> bool:
        command = [find_program("pg_isready", "postgresql"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return run(Program("pg_isready", command)).returncode == 0

    def admit(self, password: str, database: str = DATABASE) -> None:
        """Give the platform's role this password and its database; both are made where they are missing."""
        command = [find_program("psql", "postgresql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", str(self.data), "-p", str(self.port), "-U", self.superuser, "-d", "postgres"]
        done = run(Program("psql", command, self.account, self.data, stdin=_admission(password, database)))
        if done.returncode != 0:
            raise DeployError(f"PostgreSQL refused to make database '{database}': {_last_line(done.stderr)}")


def cluster(data: Path) -> Cluster:
    """The cluster in this folder, which is made where it is not there yet."""
    made = Cluster(data.resolve(), free_port(), postgres_account())
    if len(str(made.data)) > LONGEST_SOCKET_FOLDER:
        raise DeployError(
            f"{made.data} is too long a path for PostgreSQL's socket; set MOS_VAR to a shorter one."
        )
    if not (made.data / "PG_VERSION").exists():
        _initialise(made)
    return made


def postgres_account() -> str | None:
    """PostgreSQL refuses to run as root; root runs it as Debian's account for it."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(POSTGRES_ACCOUNT)
    except KeyError:
        raise DeployError(
            f"PostgreSQL does not run as root and there is no account '{POSTGRES_ACCOUNT}' here; "
            "start this as another user, or give MOS_DATABASE_URL."
        ) from None
    return POSTGRES_ACCOUNT


def _initialise(made: Cluster) -> None:
    made.data.mkdir(parents=True, exist_ok=True)
    made.data.chmod(0o700)
    if made.account is not None:
        refuse_unreachable(made.data)
        shutil.chown(made.data, made.account, made.account)
    command = [find_program("initdb", "postgresql"), "-D", str(made.data), "-U", made.superuser]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=peer", "--auth-host=scram-sha-256"]
    done = run(Program("initdb", command, made.account, made.data))
    if done.returncode != 0:
        raise DeployError(
            f"initdb could not make {made.data} ({_last_line(done.stderr)}); "
            "empty that folder or set MOS_VAR to another."
        )


def _admission(password: str, database: str) -> str:
    quoted = password.replace("'", "''")
    return f"""
        SET log_statement = 'none';
        SET log_min_error_statement = 'panic';
        SELECT 'CREATE ROLE {DATABASE} LOGIN'
            WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{DATABASE}') \\gexec
        ALTER ROLE {DATABASE} PASSWORD '{quoted}';
        SELECT 'CREATE DATABASE {database} OWNER {DATABASE}'
            WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec
    """  # noqa: S608 - names are our own, the password is quoted


def _last_line(message: str) -> str:
    return (message.strip().splitlines() or ["no message"])[-1]


def refuse_unreachable(folder: Path) -> None:
    """Every folder above must let other accounts through, or PostgreSQL cannot open its own."""
    for parent in folder.resolve().parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            raise DeployError(
                f"{parent} is closed to the account '{POSTGRES_ACCOUNT}'; "
                "set MOS_VAR to a folder that it can reach, such as /var/lib/mos."
            )


def bound_to_parent(program: Program) -> list[str]:
    """The command, told by the kernel to stop when its parent dies, where util-linux can arrange that."""
    setpriv = shutil.which("setpriv")
    bound = [setpriv, "--pdeathsig", program.stop_signal.name.removeprefix("SIG")] if setpriv else []
    return [*bound, *program.command]


def start(program: Program, output: int | None = None) -> subprocess.Popen[str]:
    """Start in a process group of its own, so that signals from the terminal reach only the parent."""
    child = subprocess.Popen(
        bound_to_parent(program),
        cwd=program.folder,
        env={**os.environ, **program.environment},
        stdin=subprocess.PIPE if program.stdin is not None else subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        text=True,
        user=program.account,
        group=program.account,
        extra_groups=[] if program.account else None,
    )
    if child.stdin is not None:
        # A child that died at once is noticed by whoever waits for it.
        with suppress(BrokenPipeError), child.stdin:
            child.stdin.write(program.stdin or "")
    return child


def run(program: Program) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program.command,
        cwd=program.folder,
        env={**os.environ, **program.environment},
        input=program.stdin,
        capture_output=True,
        text=True,
        check=False,
        user=program.account,
        group=program.account,
        extra_groups=[] if program.account else None,
    )


def wait_until(ready: Callable[[], bool], child: subprocess.Popen[str], what: str) -> None:
    """Raises DeployError where the child ends first or START_S seconds pass."""
    until = time.monotonic() + START_S
    while not ready():
        if child.poll() is not None:
            raise DeployError(f"{what} ended while starting (exit code {child.returncode}).")
        if time.monotonic() > until:
            raise DeployError(f"{what} did not answer within {START_S:.0f} s.")
        time.sleep(0.05)
