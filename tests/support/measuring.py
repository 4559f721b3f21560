"""Workers and a broker as processes of their own, and a study of all the real clips."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from native_servers import free_port, redis, redis_answers, redis_url, start, wait_until
from services import PASSWORD, need

from studies.computed import COMPUTED

WORK_UNTIL_DONE = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "mos_platform.settings"
import django
django.setup()
from mos_platform.metrics.models import Measured
from mos_platform.worker import embedded_worker
until = time.monotonic() + 3600
with embedded_worker():
    while Measured.objects.exclude(state="done").exists() and time.monotonic() < until:
        time.sleep(0.1)
"""


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def ended(process: subprocess.Popen[str], seconds: float = 120) -> None:
    _, said = process.communicate(timeout=seconds)
    assert (process.returncode, said) == (0, "")


def celery(here: Any, role: str, *words: str) -> subprocess.Popen[bytes]:
    """Celery's own program on an installation; what it says goes to a file there."""
    command = ["-m", "celery", "--app", "mos_platform.celery:app", role, "--loglevel", "INFO", *words]
    with (here.var / f"{role}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *command],
            env=here.env,
            cwd=here.var.parent,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


@contextmanager
def stopped(*processes: subprocess.Popen[bytes]) -> Iterator[None]:
    """They are stopped when the block is left."""
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Broker:
    """A Redis at an address of its own, which keeps nothing when it stops."""

    def __init__(self) -> None:
        need(("redis-server", "redis-server"))
        self._port = free_port()
        self.url = redis_url(self._port, PASSWORD)
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        with tempfile.TemporaryFile() as log:
            self._child = start(redis(self._port, PASSWORD), log.fileno())
        wait_until(lambda: redis_answers(self._port), self._child, "Redis")

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait(30)
            self._child = None

    def stay_down(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert not redis_answers(self._port)
            time.sleep(0.2)


CLIPS = ("*.mp4", "*.avi")


def shared_studies(shared: Path, folder: Path, seconds: float) -> list[Path]:
    """All the shared clips, asked for every metric: the published methods on their three portraits, and
    the others as so many methods of one item, each served for so many seconds. No reference is real here: one
    clip of each stands for it."""
    portraits = sorted(path for path in (shared / "clips" / "float").iterdir() if path.is_dir())
    published = {clip.stem: {} for clip in portraits[0].glob("*.mp4")}
    for portrait in portraits:
        for clip in portrait.glob("*.mp4"):
            published[clip.stem][portrait.name] = clip
    others: dict[str, dict[str, Path]] = {}
    for place in ("real", "edtalk", "anitalker"):
        for clip in sorted(path for kind in CLIPS for path in (shared / "clips" / place).glob(kind)):
            others[f"{place}-{clip.stem}"] = {"all": clip}
    return [
        _study(folder / "published", published, "FLOAT", seconds),
        _study(folder / "others", others, "real-latentsync_demo1", seconds),
    ]


def _study(folder: Path, clips: dict[str, dict[str, Path]], reference: str, seconds: float) -> Path:
    folder.mkdir(parents=True)
    files: dict[str, dict[str, str]] = {}
    for method, items in clips.items():
        for item, clip in items.items():
            name = f"{method}-{item}{clip.suffix}"
            (folder / name).symlink_to(clip)
            files.setdefault(method, {})[item] = name
    study = {
        "study": folder.name,
        "title": "Real clips",
        "texts": {
            "welcome": "Welcome.",
            "consent": {"version": "1", "body": "I agree to watch clips and to rate them."},
            "instructions": "Watch and rate.",
            "debriefing": "Thank you.",
        },
        "methods": [{"name": name, "reference": name == reference} for name in clips],
        "items": [{"name": name} for name in clips[reference]],
        "stimuli": {"files": files},
        "clips": {"seconds": seconds},
        "parts": [
            {"id": "rating", "test_method": "ACR-HR", "questions": [{"id": "overall", "text": "How good?"}]}
        ],
        "metrics": sorted(COMPUTED),
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study, allow_unicode=True))
    return folder
