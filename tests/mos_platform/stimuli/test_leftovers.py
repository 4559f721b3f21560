"""A killed import leaves files; the next import removes them, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from mos_platform.stimuli.leftovers import remove_leftovers
from mos_platform.stimuli.models import Study
from mos_platform.stimuli.services import import_study

pytestmark = pytest.mark.django_db


def left(folder: str, *, hours_ago: float) -> Path:
    """A file as a killed import leaves it."""
    path = Path(default_storage.path(f"{folder}/{'0' * 16}.mp4"))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"clip")
    then = time.time() - hours_ago * 3600
    os.utime(path, (then, then))
    return path


def test_the_next_import_removes_what_a_killed_one_left(own_study: Path) -> None:
    old, fresh = left("a" * 16, hours_ago=2), left("b" * 16, hours_ago=0.5)
    foreign = left("somebody-elses-folder", hours_ago=2)
    study: Study = import_study(own_study).study
    assert not old.parent.exists()
    assert fresh.exists()
    assert foreign.exists()
    for stimulus in study.stimuli.all():
        file = Path(stimulus.file.path)
        then = time.time() - 7200
        os.utime(file, (then, then))
    assert remove_leftovers(default_storage) == 0
    assert all(Path(stimulus.file.path).exists() for stimulus in study.stimuli.all())
