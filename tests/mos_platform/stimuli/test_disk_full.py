"""A disk that is full while clips are stored: one sentence, nothing left behind, and room for another try."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mos_platform.stimuli.models import Study
from mos_platform.stimuli.services import import_study
from studies.errors import InputError


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """What this process writes beyond `size` bytes of a file is refused by the system."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


@pytest.mark.django_db
def test_a_full_disk_is_told_and_the_next_try_works(clip_study: Path, settings: Any) -> None:
    def fills_up(phase: str, _done: int, _total: int) -> None:
        if phase == "Storing the clips":
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    with files_of_at_most(resource.RLIM_INFINITY), pytest.raises(InputError) as refused:
        import_study(clip_study, progress=fills_up)
    assert str(refused.value) == (
        "the study cannot be stored (File too large); make room for it, and import it again."
    )
    assert not Study.objects.exists()
    assert files(Path(settings.MEDIA_ROOT)) == []
    assert files(Path(settings.STAGING_ROOT) / "studies") == []
    assert import_study(clip_study).created
