"""The embedded worker as its own process: it works off what is pending, and being killed loses nothing."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

WORK_UNTIL_DONE = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "mos_platform.settings"
import django
django.setup()
from mos_platform.metrics.models import MetricValue
from mos_platform.worker import embedded_worker
until = time.monotonic() + 60
with embedded_worker():
    while MetricValue.objects.exclude(state="done").exists() and time.monotonic() < until:
        time.sleep(0.1)
"""
LONG_AGO = "2000-01-01 00:00:00"


def states(here: Any) -> dict[str, int]:
    return dict(here.sql("SELECT state, count(*) FROM metrics_metricvalue GROUP BY state"))


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def ended(process: subprocess.Popen[str]) -> None:
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def test_two_workers_share_the_work_and_do_nothing_twice(installation: Any, clip_study: Path) -> None:
    assert installation.run("import_study", str(clip_study)).returncode == 0
    workers = [installation.start("-c", WORK_UNTIL_DONE) for _ in range(2)]
    for worker in workers:
        ended(worker)
    assert states(installation) == {"done": 14}
    assert installation.sql("SELECT DISTINCT attempts FROM metrics_metricvalue") == [(1,)]
    without = installation.sql("SELECT metric, reason FROM metrics_metricvalue WHERE value IS NULL")
    assert [metric for metric, _ in without] == ["psnr", "psnr"]


@pytest.fixture
def slow_study(own_study: Path, make_clip: Callable[..., Path]) -> Path:
    """The study with clips that take long enough to be killed at."""
    big = make_clip(own_study / "big.mp4", size=256, seconds=2)
    for clip in (own_study / "clips").glob("*/*.mp4"):
        shutil.copy(big, clip)
    return own_study


def test_a_killed_worker_loses_nothing(installation: Any, slow_study: Path) -> None:
    assert installation.run("import_study", str(slow_study)).returncode == 0
    worker = installation.start("-c", WORK_UNTIL_DONE)
    wait_for(lambda: states(installation).get("done", 0) >= 2 and states(installation).get("running", 0) >= 1)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    left = states(installation)
    assert left["running"] >= 1
    assert sum(left.values()) == 14
    interrupted = installation.sql("SELECT id FROM metrics_metricvalue WHERE state = 'running'")
    # The claims expire: what would take half a minute is said to be over.
    installation.sql("UPDATE metrics_metricvalue SET claimed_at = ? WHERE state = 'running'", LONG_AGO)
    ended(installation.start("-c", WORK_UNTIL_DONE))
    assert states(installation) == {"done": 14}
    attempts = dict(installation.sql("SELECT id, attempts FROM metrics_metricvalue"))
    assert {pk for pk, count in attempts.items() if count == 2} == {pk for (pk,) in interrupted}
    not_computed = "SELECT id FROM metrics_metricvalue WHERE reason LIKE 'not computed%'"
    assert installation.sql(not_computed) == []


@pytest.mark.services
def test_two_workers_share_the_work_on_postgresql(
    installation: Any, clip_study: Path, postgres_url: str, tmp_path: Path
) -> None:
    installation.env["MOS_DATABASE_URL"] = postgres_url
    for words in (("migrate", "-v", "0"), ("import_study", str(clip_study))):
        done = installation.run(*words)
        assert (done.returncode, done.stderr) == (0, "")
    for worker in [installation.start("-c", WORK_UNTIL_DONE) for _ in range(2)]:
        ended(worker)
    with psycopg.connect(postgres_url) as connection:
        counts = connection.execute(
            "SELECT state, attempts, count(*), count(value) FROM metrics_metricvalue GROUP BY state, attempts"
        ).fetchall()
    assert counts == [("done", 1, 14, 12)]
    assert installation.run("export", "clips", "--out", str(tmp_path / "bundle")).returncode == 0
    assert (tmp_path / "bundle" / "metrics.csv").read_text().count(",ok,") == 12
