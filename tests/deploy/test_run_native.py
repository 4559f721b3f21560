"""The production topology, started as an administrator starts it: gunicorn, Celery, Redis, PostgreSQL."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest
import yaml
from native_servers import free_port
from services import need, reachable_folder

pytestmark = [pytest.mark.services, pytest.mark.long]

START_S = 90.0
COMPUTE_S = 600.0
ITEMS = 2
PASSWORD = "not-a-secret"


@dataclass
class Installation:
    """One installation in its own folder, run by deploy/run_native.py."""

    repo: Path
    folder: Path
    port: int

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def command(self) -> list[str]:
        return [sys.executable, str(self.repo / "deploy" / "run_native.py"), str(self.folder / "env")]

    def start(self) -> None:
        # Killed processes leave their temporary folders behind: they lie in one that goes with the test.
        env = clean() | {"TMPDIR": str(self.folder / "tmp")}
        with (self.folder / "log").open("w") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, env=env, stdout=output, stderr=subprocess.STDOUT
            )
        wait(lambda: "serving at" in self.log or self.process.poll() is not None, START_S, lambda: self.log)
        assert self.process.poll() is None, self.log

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def environment(self) -> dict[str, str]:
        """What `set -a; . var/environment` gives a shell."""
        lines = shlex.split((self.var / "environment").read_text())
        return clean() | dict(line.split("=", 1) for line in lines)

    def import_study(self, folder: Path) -> None:
        command = [sys.executable, "-m", "mos_platform", "import_study", str(folder)]
        done = subprocess.run(command, cwd=self.repo, env=self.environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def values(self, study: str) -> list[tuple[str, float | None]]:
        """State and value of each of a study's metric values."""
        query = """
            SELECT measured.state, measured.value FROM metrics_metricvalue AS wanted
            JOIN metrics_measured AS measured ON measured.id = wanted.measured_id
            JOIN stimuli_study AS study ON study.id = wanted.study_id
            WHERE study.slug = %s
        """
        with psycopg.connect(self.environment()["MOS_DATABASE_URL"]) as connection:
            return connection.execute(query, [study]).fetchall()

    def age_claims(self) -> None:
        """Rows at work look as they do once their worker has been dead for longer than a claim lasts."""
        with psycopg.connect(self.environment()["MOS_DATABASE_URL"]) as connection:
            aged = "UPDATE metrics_measured SET claimed_at = now() - interval '1 hour'"
            connection.execute(f"{aged} WHERE state = 'running'")

    def states(self, study: str) -> Counter[str]:
        return Counter(state for state, _ in self.values(study))

    def children(self) -> dict[int, str]:
        return {pid: command for pid, parent, command in processes() if parent == self.process.pid}

    def kill(self, part: str) -> None:
        """kill -9 a child and all that it has started."""
        pids = [pid for pid, command in self.children().items() if part in command]
        assert pids, f"no {part} among {self.children()}"
        for pid in pids:
            os.killpg(pid, signal.SIGKILL)


def clean() -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MOS_", "DJANGO_"))}


def processes() -> Iterator[tuple[int, int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, IndexError):
            continue
        yield int(folder.name), parent, command


def wait(condition: Callable[[], bool], seconds: float, message: Callable[[], object]) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, message()
        time.sleep(0.2)


@pytest.fixture(scope="module")
def installation(repo: Path) -> Iterator[Installation]:
    need(("postgres", "postgresql"), ("redis-server", "redis-server"))
    with reachable_folder() as folder:
        (folder / "tmp").mkdir()
        made = Installation(repo, folder, free_port())
        settings = {
            "MOS_SECRET_KEY": "k" * 48,
            "MOS_ALLOWED_HOSTS": "127.0.0.1",
            "MOS_BASE_URL": f"http://127.0.0.1:{made.port}",
            "MOS_POSTGRES_PASSWORD": PASSWORD,
            "MOS_VAR": str(folder / "var"),
            "MOS_BIND": f"127.0.0.1:{made.port}",
            "MOS_WORKERS": "1",
        }
        (folder / "env").write_text("\n".join(f"{name}={value}" for name, value in settings.items()))
        (folder / "env").chmod(0o600)
        made.start()
        try:
            yield made
        finally:
            if made.process.poll() is None:
                made.stop()


def get(installation: Installation, path: str) -> bytes:
    with urlopen(f"http://127.0.0.1:{installation.port}{path}", timeout=30) as answer:
        body: bytes = answer.read()
        return body


def test_it_reaches_its_database_and_its_broker(installation: Installation) -> None:
    assert json.loads(get(installation, "/healthz")) == {"database": "ok", "broker": "ok"}


def test_collected_style_sheets_are_served(installation: Installation) -> None:
    collected = next((installation.var / "static").rglob("*.css"))
    assert get(installation, f"/static/{collected.relative_to(installation.var / 'static')}")


def test_the_settings_for_other_commands_are_private(installation: Installation) -> None:
    assert stat.S_IMODE((installation.var / "environment").stat().st_mode) == 0o600


def test_passwords_stand_in_no_command_line(installation: Installation) -> None:
    assert not [command for command in installation.children().values() if PASSWORD in command]


def test_a_second_start_in_the_same_folder_is_refused(installation: Installation) -> None:
    second = subprocess.run(installation.command(), env=clean(), capture_output=True, text=True)
    assert second.returncode == 2
    assert second.stderr == f"{installation.var} is in use by a running installation; stop that one first.\n"


@pytest.mark.parametrize(
    "killed",
    [("celery:app worker",), pytest.param(("redis-server", "celery:app worker"), marks=pytest.mark.all)],
    ids=["worker", "worker-and-queue"],
)
def test_killing_costs_no_metric_value(installation: Installation, killed: tuple[str, ...]) -> None:
    name = f"killed{len(killed)}"
    installation.import_study(small_demo(installation, name))
    wait(lambda: at_work(installation.states(name)), 60, lambda: installation.states(name))
    for part in killed:
        installation.kill(part)
    if len(killed) == 1:  # the other walk waits until the claims have run out
        installation.age_claims()
    before = installation.states(name)
    assert before["done"] < before.total(), "all was computed before the worker could be killed"
    done = Counter(done=before.total())
    wait(lambda: installation.states(name) == done, COMPUTE_S, lambda: installation.states(name))
    assert None not in [value for _, value in installation.values(name)]


def small_demo(installation: Installation, name: str) -> Path:
    """The demo's clips of its first items as a study of their own."""
    study = shutil.copytree(installation.repo / "studies" / "demo", installation.folder / name)
    config = yaml.safe_load((study / "study.yaml").read_text())
    small = {**config, "study": name, "items": config["items"][:ITEMS]}
    (study / "study.yaml").write_text(yaml.safe_dump(small))
    return study


def alive(children: dict[int, str]) -> dict[int, str]:
    return {pid: command for pid, _, command in processes() if pid in children and command}


def at_work(states: Counter[str]) -> bool:
    return states["done"] > 0 and states["running"] > 0


def test_nothing_outlives_a_killed_supervisor(installation: Installation) -> None:
    children = installation.children()
    installation.process.kill()
    installation.process.wait()
    wait(lambda: not alive(children), 30, lambda: alive(children))
    installation.start()
    assert set(installation.states("killed1")) == {"done"}


def test_it_stops_cleanly_and_finds_its_data_again(installation: Installation) -> None:
    children = installation.children()
    # The web server, two workers, the sweep, Redis and PostgreSQL.
    assert len(children) == 6
    assert installation.stop() == 0
    assert installation.log.endswith("stopped\n")
    assert not alive(children)
    assert not (installation.var / "environment").exists()
    installation.start()
    assert set(installation.states("killed1")) == {"done"}
