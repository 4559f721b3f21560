"""One hand at a time on a study's staging; the lock's file goes when nobody holds it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mos_platform.stimuli.staging import staging_of


def locks(settings: Any) -> list[str]:
    return [file.name for file in (Path(settings.STAGING_ROOT) / "locks").iterdir()]


@pytest.fixture
def staging(settings: Any, tmp_path: Path) -> Any:
    settings.STAGING_ROOT = tmp_path / "staging"
    return settings


def test_no_lock_is_left_by_an_import_that_ends_or_fails(staging: Any) -> None:
    with staging_of("mine"):
        assert locks(staging) == ["mine"]
    assert locks(staging) == []
    with pytest.raises(RuntimeError), staging_of("mine"):
        raise RuntimeError("refused")
    assert locks(staging) == []


def test_those_who_waited_for_a_lock_that_is_gone_still_take_turns(staging: Any) -> None:
    inside, most = 0, 0
    count = threading.Lock()

    def take(_turn: int) -> None:
        nonlocal inside, most
        with staging_of("mine"):
            with count:
                inside += 1
                most = max(most, inside)
            time.sleep(0.002)
            with count:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, range(80)))
    assert (most, locks(staging)) == (1, [])
