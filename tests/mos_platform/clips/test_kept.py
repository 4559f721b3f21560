"""Children that stay: one task after the other, and whatever happens to one of them is told and mended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import misbehaving
import pytest

from mos_platform.clips.kept import Allowance, Kept, LostError, Stock
from studies.errors import InputError

GIB = 1 << 30
PLENTY = Allowance(wall_s=60, resident_bytes=GIB)


@pytest.fixture
def kept() -> Iterator[Kept]:
    made = Kept()
    yield made
    made.close()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_it_stays_from_task_to_task_and_ends_when_closed(kept: Kept) -> None:
    (_, first), (_, second) = (kept.call(misbehaving.behave, (n,), PLENTY) for n in (1, 2))
    assert first == second != os.getpid()
    kept.close()
    assert not alive(first)
    assert kept.call(misbehaving.behave, (3,), PLENTY)[1] != first


@pytest.mark.parametrize(
    ("work", "arguments", "allowance", "words"),
    [
        (misbehaving.crash, (1, 1), PLENTY, r"makes the decoder or a library crash \(SIGSEGV\)"),
        (misbehaving.abort, (1, 1), PLENTY, r"crash \(SIGABRT\)"),
        (misbehaving.die, (1, 1), PLENTY, "it was killed, as happens when the system runs out of memory"),
        (misbehaving.hang, (1, 1), Allowance(1, GIB), "it took more than 1 s"),
        (misbehaving.hog, (1, 1, GIB), Allowance(60, GIB // 4), "it wants more than 0.25 GiB of memory"),
    ],
)
def test_a_lost_child_is_told_and_the_next_task_gets_another(
    kept: Kept, work: object, arguments: tuple[int, ...], allowance: Allowance, words: str
) -> None:
    with pytest.raises(LostError, match=words):
        kept.call(work, arguments, allowance)  # type: ignore[arg-type]
    assert kept.call(misbehaving.behave, (7,), PLENTY)[0] == 7


def test_what_the_work_raises_is_raised_here_and_the_child_stays(kept: Kept) -> None:
    _, pid = kept.call(misbehaving.behave, (1,), PLENTY)
    with pytest.raises(InputError, match="is nothing; mend it"):
        kept.call(misbehaving.refuse, (1,), PLENTY)
    with pytest.raises(KeyError, match="our own mistake"):
        kept.call(misbehaving.blunder, (1,), PLENTY)
    assert kept.call(misbehaving.behave, (1,), PLENTY)[1] == pid


def test_a_worn_child_is_replaced(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mos_platform.clips.kept.MOST_TASKS", 2)
    pids = [kept.call(misbehaving.behave, (n,), PLENTY)[1] for n in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert not alive(pids[0])


def test_a_stock_lends_one_child_at_a_time_and_ends_idle_ones() -> None:
    stock = Stock(idle_s=0.5)
    with stock.one() as one, stock.one() as other:
        pids = {each.call(misbehaving.behave, (1,), PLENTY)[1] for each in (one, other)}
        assert len(pids) == 2
    with stock.one() as again:
        assert again.call(misbehaving.behave, (1,), PLENTY)[1] in pids
        time.sleep(1)
        assert again.call(misbehaving.behave, (1,), PLENTY)[1] in pids
    until = time.monotonic() + 20
    while any(map(alive, pids)):
        assert time.monotonic() < until
        time.sleep(0.1)


PARENT = """
import misbehaving, os, sys
from mos_platform.clips.kept import Allowance, Kept
kept = Kept()
print(kept.call(misbehaving.behave, (1,), Allowance(60, 1 << 30))[1], flush=True)
kept.call(misbehaving.dawdle, (1, 600), Allowance(600, 1 << 30))
"""


def test_a_child_dies_with_its_parent() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.kill()
    parent.communicate()
    until = time.monotonic() + 20
    while alive(child):
        assert time.monotonic() < until
        time.sleep(0.05)
