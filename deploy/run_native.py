"""Runs the production topology on this machine: gunicorn, a Celery worker and its sweep, Redis, PostgreSQL.

    .venv/bin/python deploy/run_native.py [ENV_FILE]        (default: deploy/.env; see deploy/env.example)

Servers whose URL the env file gives are used, the others are started under MOS_VAR. A process that dies is
started again. SIGTERM or Ctrl-C stops everything in order; what a worker had under way is computed again.
`MOS_VAR/environment` holds the settings for other commands while it runs; logs lie in `MOS_VAR/log`.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from native_servers import (
    Cluster,
    DeployError,
    Program,
    cluster,
    free_port,
    redis,
    redis_answers,
    redis_url,
    start,
    wait_until,
)
from native_settings import Native, native_settings, read_env_file

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_ENV_FILE = ROOT / "deploy" / ".env"
STOP_S = 30.0
RESTART_AFTER_S = 1.0
MOST_DEATHS = 5
DEATHS_WITHIN_S = 60.0


@dataclass
class Running:
    """A child process that is kept running."""

    program: Program
    log: Path
    child: subprocess.Popen[str]
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DEATHS))

    def restart(self) -> None:
        """Start again after a death, with what its group left behind cleared away. Raises DeployError."""
        kill_group(self.child)
        self.deaths.append(time.monotonic())
        if len(self.deaths) == MOST_DEATHS and self.deaths[-1] - self.deaths[0] < DEATHS_WITHIN_S:
            raise DeployError(f"{self.program.name} died {MOST_DEATHS} times in a minute; see {self.log}.")
        say(f"{self.program.name} ended (exit code {self.child.returncode}) and is started again")
        time.sleep(RESTART_AFTER_S)
        self.child = start_logged(self.program, self.log)


class Topology:
    """The processes of one installation, in the order in which they were started."""

    def __init__(self, settings: Native, stopping: threading.Event) -> None:
        self.settings = settings
        self.stopping = stopping
        self.servers: list[Running] = []
        self.workers: list[Running] = []
        self.log = settings.var / "log"
        self.log.mkdir(parents=True, exist_ok=True)
        self.environment = self._given()

    def _given(self) -> dict[str, str]:
        settings = self.settings
        return {
            "MOS_SECRET_KEY": settings.secret_key,
            "MOS_ALLOWED_HOSTS": settings.allowed_hosts,
            "MOS_BASE_URL": settings.base_url,
            "MOS_DATABASE_URL": settings.database_url,
            "MOS_REDIS_URL": settings.redis_url,
            "MOS_VAR": str(settings.var),
            "MOS_DEBUG": settings.debug,
            **settings.optional,
        }

    def run(self) -> None:
        """Start everything and keep it running until told to stop. Raises DeployError."""
        with ExitStack() as stack:
            stack.callback(self.stop)
            self._start_servers()
            for command in (["migrate", "--no-input"], ["collectstatic", "--no-input"]):
                self._manage(command)
            stack.enter_context(environment_file(self.settings.var / "environment", self.environment))
            self._start_platform()
            while not self.stopping.wait(0.2):
                self._revive()

    def _start_servers(self) -> None:
        if not self.settings.redis_url:
            self._start_redis()
        if not self.settings.database_url:
            self._start_postgres()

    def _start_redis(self) -> None:
        port, password = free_port(), secrets.token_urlsafe(24)
        running = self._start(self.servers, redis(port, password))
        self._wait(lambda: redis_answers(port), running)
        self.environment["MOS_REDIS_URL"] = redis_url(port, password)

    def _start_postgres(self) -> None:
        made: Cluster = cluster(self.settings.var / "postgres")
        running = self._start(self.servers, made.program())
        self._wait(made.answers, running)
        made.admit(self.settings.postgres_password)
        self.environment["MOS_DATABASE_URL"] = made.url(self.settings.postgres_password)

    def _start_platform(self) -> None:
        if self.stopping.is_set():
            return
        web = self._start(self.workers, self._web())
        self._start(self.workers, self._celery("worker", "--concurrency", str(self.settings.workers)))
        # An upload or a report is answered at once, however much there is to measure.
        self._start(
            self.workers, self._celery("worker", "-Q", "mos.awaited", "--concurrency", "1", name="awaited")
        )
        self._start(self.workers, self._celery("beat", "--pidfile="))
        self._wait(self._healthy, web)
        say(f"serving at {self.settings.bind}, to be reached as {self.settings.base_url}")

    def _web(self) -> Program:
        command = ["-m", "gunicorn", "--config", "python:mos_platform.gunicorn_settings"]
        command += ["--bind", self.settings.bind, "mos_platform.wsgi:application"]
        return self._python("web", command)

    def _celery(self, role: str, *arguments: str, name: str = "") -> Program:
        command = ["-m", "celery", "--app", "mos_platform.celery:app", role, "--loglevel", "INFO", *arguments]
        if role == "worker":
            command += ["--hostname", f"{name or role}@%h"]
        return self._python(name or role, command)

    def _python(self, name: str, command: list[str]) -> Program:
        return Program(name, [sys.executable, *command], folder=ROOT, environment=dict(self.environment))

    def _manage(self, command: list[str]) -> None:
        if self.stopping.is_set():
            return
        program = self._python(command[0], ["-m", "mos_platform", *command])
        log = self.log / f"{program.name}.log"
        if start_logged(program, log).wait() != 0:
            raise DeployError(f"{program.name} failed ({last_line(log)}); see {log}.")

    def _start(self, group: list[Running], program: Program) -> Running:
        log = self.log / f"{program.name}.log"
        running = Running(program, log, start_logged(program, log))
        group.append(running)
        return running

    def _wait(self, ready: Callable[[], bool], running: Running) -> None:
        what = f"{running.program.name} (log: {running.log})"
        wait_until(lambda: self.stopping.is_set() or ready(), running.child, what)

    def _healthy(self) -> bool:
        request = Request(self.settings.health_url, headers={"Host": self.settings.health_host})  # noqa: S310
        try:
            with urlopen(request, timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _revive(self) -> None:
        for running in [*self.servers, *self.workers]:
            if running.child.poll() is not None:
                running.restart()

    def stop(self) -> None:
        """The platform first, so that nothing is cut off from its database in the middle."""
        for group in (self.workers, self.servers):
            for running in group:
                running.child.send_signal(running.program.stop_signal)
            until = time.monotonic() + STOP_S
            for running in group:
                end(running.child, max(0.1, until - time.monotonic()))


def start_logged(program: Program, log: Path) -> subprocess.Popen[str]:
    with log.open("ab") as output:
        return start(program, output.fileno())


def end(child: subprocess.Popen[str], within_s: float) -> None:
    try:
        child.wait(within_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    kill_group(child)


def kill_group(child: subprocess.Popen[str]) -> None:
    """Every child leads its own group: end what it left behind when it died."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


@contextmanager
def environment_file(file: Path, environment: dict[str, str]) -> Iterator[None]:
    """For other commands: `set -a; . FILE; set +a` gives them the settings of the running installation."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as output:
        output.writelines(f"{name}={shlex.quote(value)}\n" for name, value in environment.items())
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Raises DeployError where another process runs the installation in this folder."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DeployError(f"{var} is in use by a running installation; stop that one first.") from None
        yield


def last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "no message"


def say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Exit status: 0 stopped as told, 2 with one sentence where it cannot start or go on."""
    file = Path(arguments[0]) if arguments else DEFAULT_ENV_FILE
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        settings = native_settings(read_env_file(file), file)
        with only_one(settings.var):
            Topology(settings, stopping).run()
    except DeployError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    say("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
