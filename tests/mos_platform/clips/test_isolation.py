"""Whatever a task does to its process, the other tasks get their results, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import misbehaving
import pytest

from mos_platform.clips.isolation import Limits, Task, as_done, run_each
from mos_platform.clips.probing import probe
from studies.errors import InputError

GIB = 1 << 30


def tasks(count: int, *more: Any) -> list[Task]:
    return [Task(f"{number}.mp4", (number, *more)) for number in range(count)]


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False


def test_results_come_in_order_with_progress() -> None:
    told: list[tuple[int, int]] = []
    results = run_each(
        misbehaving.behave, tasks(40), workers=3, progress=lambda done, of: told.append((done, of))
    )
    assert [result[0] for result in results if not isinstance(result, InputError)] == list(range(40))
    assert told == [(done, 40) for done in range(1, 41)]
    processes = {result[1] for result in results if not isinstance(result, InputError)}
    assert len(processes) <= 3
    assert os.getpid() not in processes
    assert not any(running(pid) for pid in processes)


def test_no_tasks_no_children() -> None:
    assert run_each(misbehaving.behave, []) == []


def test_outcomes_are_there_as_soon_as_they_are_known() -> None:
    slow_first = [Task("slow.mp4", (0, 5)), Task("fast.mp4", (1, 0))]
    assert list(as_done(misbehaving.dawdle, slow_first, workers=2)) == [(1, 1), (0, 0)]


@pytest.mark.parametrize(
    ("work", "limits", "says"),
    [
        ((misbehaving.crash, 3), Limits(), "makes the decoder crash"),
        ((misbehaving.abort, 3), Limits(), "makes the decoder crash"),
        ((misbehaving.die, 3), Limits(), "ran out of memory"),
        ((misbehaving.hog, 3, 2 * GIB), Limits(memory_bytes=GIB), "needs more than 1 GiB of memory"),
        ((misbehaving.spin, 3), Limits(cpu_s=1), "takes more than 1 s"),
        ((misbehaving.hang, 3), Limits(wall_s=1), "takes more than 1 s"),
    ],
    ids=["segmentation fault", "abort", "killed", "memory", "processor time", "hangs"],
)
def test_one_bad_task_costs_itself_only(work: tuple[Any, ...], limits: Limits, says: str) -> None:
    function, *more = work
    results = run_each(function, tasks(8, *more), limits=limits, workers=2)
    bad = results.pop(3)
    assert isinstance(bad, InputError)
    assert str(bad).startswith(f"3.mp4 {says}" if "ran out" not in says else "3.mp4 ")
    assert says in str(bad)
    assert str(bad).endswith(".")
    assert results == [0, 1, 2, 4, 5, 6, 7]


def test_processor_time_counts_for_each_task_anew() -> None:
    """Four tasks of 0.7 s in one process, under a limit of 1 s for each."""
    work = [Task("a.mp4", (0.7,)) for _ in range(4)]
    assert run_each(misbehaving.burn, work, limits=Limits(cpu_s=1), workers=1) == [0.7] * 4


def test_files_written_are_bounded(tmp_path: Path) -> None:
    limits = Limits(file_bytes=4 << 20)
    work = [Task("big.mp4", (tmp_path / "big", 8 << 20)), Task("small.mp4", (tmp_path / "small", 2 << 20))]
    big, small = run_each(misbehaving.write, work, limits=limits)
    assert isinstance(big, InputError)
    assert str(big).startswith("big.mp4 would grow beyond 0.00391 GiB")
    assert small == 2 << 20
    assert (tmp_path / "big").stat().st_size <= 4 << 20


def test_refusals_are_results() -> None:
    results = run_each(misbehaving.refuse, tasks(3))
    assert [str(one) for one in results] == [f"{number}.mp4 is nothing; mend it." for number in range(3)]
    assert all(isinstance(one, InputError) for one in results)
    (twice,) = run_each(misbehaving.refuse_twice, tasks(1))
    assert isinstance(twice, InputError)
    assert twice.sentences == ("0.mp4 is nothing; mend it.", "0.mp4 is less; mend it.")


def test_our_own_mistakes_are_raised_with_their_traceback() -> None:
    with pytest.raises(KeyError, match="our own mistake") as caught:
        run_each(misbehaving.blunder, tasks(1))
    assert "misbehaving.py" in "".join(caught.value.__notes__)
    with pytest.raises(RuntimeError, match="two numbers"):
        run_each(misbehaving.blunder_badly, tasks(1))


def test_what_libraries_print_does_no_harm(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_each(misbehaving.chatter, tasks(4)) == [0, 1, 2, 3]
    assert capfd.readouterr() == ("", "")


def test_hostile_material_costs_bounded_time() -> None:
    start = time.monotonic()
    results = run_each(misbehaving.hang, [Task("x.mp4", (1, 1))] * 200, limits=Limits(wall_s=0.2), workers=4)
    assert len(results) == 200
    assert all(isinstance(one, InputError) for one in results)
    assert sum("takes more than" in str(one) for one in results) < 15
    assert "not looked at, since" in str(results[-1])
    assert time.monotonic() - start < 30


def test_children_know_nothing_that_they_need_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOS_SECRET_KEY", "secret")
    found = run_each(misbehaving.surroundings, tasks(1))[0]
    assert not isinstance(found, InputError)
    modules, environment, niceness = found
    assert not {"django", "celery", "pandas", "scipy"} & set(modules)
    assert "secret" not in environment.values()
    assert niceness > os.nice(0)


def test_children_start_without_the_models_of_study_files() -> None:
    """A child has them to load anew, which takes longer than all else that it needs."""
    loads = "import sys, mos_platform.clips.preparing, mos_platform.clips.probing; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert not {"pydantic", "yaml", "django", "scipy", "pandas"} & set(told.stdout.split())


def test_leaving_early_ends_the_children(tmp_path: Path) -> None:
    seen = as_done(misbehaving.behave, tasks(100), workers=2)
    _, (_, pid) = next(seen)  # type: ignore[misc]
    assert running(pid)
    seen.close()
    assert not running(pid)


def test_it_works_in_threads_side_by_side() -> None:
    results: dict[int, list[Any]] = {}

    def one(number: int) -> None:
        results[number] = run_each(misbehaving.crash, tasks(4, number), workers=1)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [
        [place for place, one in enumerate(results[n]) if isinstance(one, InputError)] for n in range(4)
    ] == [
        [0],
        [1],
        [2],
        [3],
    ]


PARENT = """
import sys, threading
from pathlib import Path
import misbehaving
from mos_platform.clips.isolation import Task, run_each
work = [Task("a.mp4", (number, Path(sys.argv[1]))) for number in range(2)]
run = lambda: run_each(misbehaving.hold, work, workers=2)
if sys.argv[2] == "thread":
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
else:
    run()
"""


@pytest.mark.parametrize("where", ["main", "thread"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_program_leaves_no_child(
    repo: Path, tmp_path: Path, sent: signal.Signals, where: str
) -> None:
    environment = os.environ | {"PYTHONPATH": f"{repo}:{repo / 'tests' / 'support'}"}
    command = [sys.executable, "-c", PARENT, str(tmp_path), where]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, cwd=repo) as parent:
        assert wait_until(lambda: len(list(tmp_path.glob("*.pid"))) == 2)
        children = [int(path.stem) for path in tmp_path.glob("*.pid")]
        assert all(running(pid) for pid in children)
        parent.send_signal(sent)
        assert parent.wait(20) != 0
    assert wait_until(lambda: not any(running(pid) for pid in children))


def test_clips_good_and_bad_are_told_apart(make_clip: Callable[..., Path], tmp_path: Path) -> None:
    clips = [make_clip(tmp_path / f"{number}.mp4", size=64) for number in range(3)]
    clips[1].write_bytes(clips[1].read_bytes()[:5000])
    first, second, third = run_each(probe, [Task(clip.name, (clip, clip.name)) for clip in clips])
    assert first == third == probe(clips[0], "0.mp4")
    assert isinstance(second, InputError)
    assert str(second).startswith("1.mp4 is cut off")
