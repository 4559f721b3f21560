"""Studies as zips."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return target


@pytest.fixture(scope="session")
def study_zip(clip_study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return zipped(clip_study, tmp_path_factory.mktemp("zips") / "study.zip")


@pytest.fixture(scope="session")
def wait_for() -> Callable[[Callable[[], bool]], None]:
    def wait(condition: Callable[[], bool]) -> None:
        until = time.monotonic() + 90
        while not condition():
            assert time.monotonic() < until, "it did not happen in time"
            time.sleep(0.02)

    return wait
