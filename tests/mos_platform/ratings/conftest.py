"""A study of very short clips behind the real web server, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from services import PASSWORD

QUICK_STUDY = """
study: quick
title: Very short clips
texts:
  welcome: Welcome.
  consent: {version: "1", body: "I agree to watch synthetic clips and to rate them."}
  instructions: Watch and rate.
  debriefing: The clips were synthetic.
methods: [{name: real, reference: true}, {name: soft}]
items: [one, two]
setup: {checks: []}
parts:
  - id: rating
    test_method: ACR-HR
    dummies: 0
    questions: [{id: overall, text: "Overall quality?"}, {id: sync, text: "Lips and voice?"}]
  - id: preference
    test_method: PC
    trials_per_sitting: 1
    attention_checks: 0
    questions: [{id: better, text: "Which is better?"}]
metrics: []
"""


@pytest.fixture(scope="session")
def quick_study(make_clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quick")
    for method in ("real", "soft"):
        for item in ("one", "two"):
            make_clip(folder / "clips" / method / f"{item}.mp4", seconds=0.4, size=64)
    (folder / "study.yaml").write_text(QUICK_STUDY)
    return folder


@pytest.fixture(scope="session")
def slow_study(quick_study: Path, make_clip: Callable[..., Path], tmp_path_factory: Any) -> Path:
    """Of one item and without checks; its clips last longer than a busy machine takes for a few requests."""
    folder = Path(shutil.copytree(quick_study, tmp_path_factory.mktemp("slow") / "study"))
    shutil.rmtree(folder / "clips")
    for method in ("real", "soft"):
        make_clip(folder / "clips" / method / "one.mp4", seconds=4, size=64)
    text = QUICK_STUDY.replace("study: quick", "study: slow").replace("[one, two]", "[one]")
    (folder / "study.yaml").write_text(text.replace("ACR-HR", "ACR-HR\n    attention_checks: 0"))
    return folder


@dataclass
class Server:
    """A platform that can be killed and started again; its address changes when it is."""

    here: Any
    database_url: str = ""
    link: str = ""
    url: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def where(self) -> str:
        return self.url

    def start(self) -> None:
        self.process = self.here.start("-m", "mos_platform", "serve", "--bind", "127.0.0.1:0")
        assert self.process.stdout is not None
        self.url = re.findall(r"http://\S+", self.process.stdout.readline())[0]

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.communicate(timeout=60)

    def kill(self) -> None:
        """As a power cut does: every process at once, in the middle of whatever they do."""
        assert self.process is not None
        for web in _children(self.process.pid):
            os.killpg(web, signal.SIGKILL)
        self.process.kill()
        self.process.communicate(timeout=60)
        self.process = None

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        if not self.database_url:
            return list(self.here.sql(statement))
        with closing(psycopg.connect(self.database_url)) as connection:
            return connection.execute(statement).fetchall()


def _children(parent: int) -> list[int]:
    """Web servers lead a process group of their own."""
    return [child for child, its_parent in _processes() if its_parent == parent]


def _processes() -> Iterator[tuple[int, int]]:
    """Each process and its parent."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            yield int(file.parent.name), int(file.read_text().rpartition(")")[2].split()[1])


def installed(here: Any, study: Path, database_url: str = "") -> Server:
    if database_url:
        here.env["MOS_DATABASE_URL"] = database_url
        done = here.run("migrate", "-v", "0")
        assert done.returncode == 0, done.stderr
    done = here.run("import_study", str(study))
    assert done.returncode == 0, done.stderr
    return Server(here, database_url, link=re.findall(r"/r/\S+", done.stdout)[0])


@pytest.fixture(scope="module")
def study_folder(quick_study: Path) -> Path:
    """What `server` serves; a module may name another."""
    return quick_study


ON_POSTGRES = pytest.param("postgres", marks=[pytest.mark.services, pytest.mark.all])


@pytest.fixture(scope="module", params=["sqlite", ON_POSTGRES])
def server(request: pytest.FixtureRequest, install: Any, study_folder: Path) -> Iterator[Server]:
    """Shared by the tests of a module, each with raters of its own."""
    if not sys.platform.startswith("linux"):
        pytest.skip("server processes are found under /proc")
    database_url = ""
    if request.param == "postgres":
        name = next(request.getfixturevalue("database_names"))
        cluster = request.getfixturevalue("postgres_cluster")
        cluster.admit(PASSWORD, name)
        database_url = cluster.url(PASSWORD, name)
    made = installed(install(request.param), study_folder, database_url)
    made.start()
    yield made
    made.stop()
