"""Importing 5,000 one-second clips: is it bound by decoding? And: killed half-way and started again.

Few distinct clips, each given other bytes by a box at its end, so that every one is decoded and prepared by
itself. Three figures say what binds:

- libav's share of the work in the children: processor time of FFmpeg's libraries alone, called through PyAV
  with nothing done to what they give (open, demux and decode a clip once; open and demux it once more, for
  repacking), over that of probing and preparing it. All in turns, clip by clip, in one process, so that what
  else the machine does weighs on both alike.
- The parent's share: its processor time (hashing, staging, storing, rows) over that of parent and children.
- Wall-clock time of the import over that of plain decoding by as many processes; it takes a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mos_platform.clips.opening import open_clip
from mos_platform.clips.preparing import prepare
from mos_platform.clips.probing import probe

ROOT = Path(__file__).resolve().parents[2]
METHODS, DISTINCT = 10, 20
RATE = 25
SAMPLE = 200  # clips by which the children's work is measured in turns
NICENESS = 10
STUDY = """study: large
title: Many clips
texts:
  welcome: Welcome.
  consent: {{version: "1", body: "I agree to take part in this study."}}
  instructions: Watch and rate.
  debriefing: The clips were synthetic.
methods: [{methods}]
items: [{items}]
parts:
  - {{id: rating, test_method: ACR, questions: [{{id: overall, text: "Overall quality?"}}]}}
"""
# Imports, and says what processor time it took, itself and its children; with a second argument it is killed
# by itself once half of the clips are decoded.
IMPORTING = """
import json, os, signal, sys
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
os.environ["DJANGO_SETTINGS_MODULE"] = "mos_platform.settings"
import django
django.setup()
from pathlib import Path
from mos_platform.intake import take_in
def step(phase, done, total):
    if sys.argv[2:] and phase.startswith("Decoding") and 2 * done >= total:
        os.kill(os.getpid(), signal.SIGKILL)
take_in(Path(sys.argv[1]), progress=step)
print(json.dumps([sum(getrusage(who)[:2]) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]))
"""


def base_clip(target: Path, number: int, side: int) -> bytes:
    """One second of moving bars and a tone, as an encoder of talking heads leaves it."""
    sources = [
        f"testsrc2=s={side}x{side}:r={RATE}:d=1,hue=h={18 * number}",
        f"sine=f={300 + 20 * number}:d=1",
    ]
    inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
    codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, *codecs, str(target)], check=True)
    return target.read_bytes()


def make_study(folder: Path, clips: int, side: int) -> None:
    items = clips // METHODS
    bases = [base_clip(folder / "base.mp4", number, side) for number in range(DISTINCT)]
    (folder / "base.mp4").unlink()
    for place in range(clips):
        method, item = divmod(place, items)
        path = folder / "clips" / f"m{method}" / f"i{item}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        # A box that players pass over makes each file another one.
        path.write_bytes(bases[place % DISTINCT] + b"\0\0\0\x10free" + place.to_bytes(8))
    methods = ", ".join(f"m{number}" for number in range(METHODS))
    (folder / "study.yaml").write_text(
        STUDY.format(methods=methods, items=", ".join(f"i{number}" for number in range(items)))
    )


def decode(paths: list[Path]) -> int:
    """All pictures and all sound, and nothing done with them; how many pieces."""
    return sum(_decoded(path) for path in paths)


def _decoded(path: Path) -> int:
    with open_clip(path) as container:
        streams = (*container.streams.video[:1], *container.streams.audio[:1])
        return sum(len(packet.decode()) for packet in container.demux(*streams))


def _read(path: Path) -> int:
    with open_clip(path) as container:
        return sum(packet.size for packet in container.demux())


def in_turns(paths: list[Path]) -> list[float]:
    """Seconds of the processor a clip: libav decodes it; libav reads it again; probing; preparing."""
    spent = [0.0] * 4
    with tempfile.TemporaryDirectory(prefix="mos-bench-") as scratch:
        for path in paths:
            target = Path(scratch) / f"{path.parent.name}-{path.name}"
            works: list[Callable[[], object]] = [
                partial(_decoded, path),
                partial(_read, path),
                partial(probe, path, path.name),
                partial(prepare, path, target, None, path.name),
            ]
            for place, work in enumerate(works):
                begin = time.process_time()
                work()
                spent[place] += time.process_time() - begin
    return [seconds / len(paths) for seconds in spent]


@dataclass(frozen=True)
class Spent:
    """Seconds on the clock, and of processors in all processes."""

    wall_s: float
    cpu_s: float


@contextmanager
def measured(into: list[Spent]) -> Iterator[None]:
    started, used = time.perf_counter(), _children_s()
    yield
    into.append(Spent(time.perf_counter() - started, _children_s() - used))


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def decoding(paths: list[Path], workers: int) -> Spent:
    """By processes that give way to others as those of the import do."""
    spent: list[Spent] = []
    with measured(spent), ProcessPoolExecutor(workers, initializer=os.nice, initargs=(NICENESS,)) as pool:
        list(pool.map(decode, [paths[first::workers] for first in range(workers)]))
    return spent[0]


def importing(folder: Path, env: dict[str, str], *options: str) -> tuple[float, float, float]:
    """Seconds: on the clock, of the processor in the parent, in its children; 0 where it was killed."""
    started = time.perf_counter()
    command = [sys.executable, "-c", IMPORTING, str(folder), *options]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    if done.returncode != (-signal.SIGKILL if options else 0):
        raise SystemExit(done.stderr)
    parent_s, children_s = json.loads(done.stdout or "[0, 0]")
    return time.perf_counter() - started, parent_s, children_s


def platform(var: Path) -> dict[str, str]:
    env = {**os.environ, "MOS_VAR": str(var), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", "mos_platform", "migrate", "-v", "0"], env=env, check=True)
    return env


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=5000, help="a multiple of 10")
    parser.add_argument("--side", type=int, default=128, help="of the square picture, in pixels")
    asked = parser.parse_args()
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="mos-bench-") as scratch:
        folder = Path(scratch) / "study"
        folder.mkdir()
        make_study(folder, asked.clips, asked.side)
        paths = sorted(folder.rglob("*.mp4"))
        size_mb = sum(path.stat().st_size for path in paths) / 1e6
        print(f"{asked.clips} clips of 1 s, {asked.side} px, {size_mb:.0f} MB, {workers} processes")
        tell_turns(in_turns(paths[:SAMPLE]))
        plain = decoding(paths, workers)
        cpu = 1000 * plain.cpu_s / asked.clips
        print(f"  plain decoding     {plain.wall_s:7.1f} s; {cpu:.2f} ms of processors a clip", flush=True)
        whole = importing(folder, platform(Path(scratch) / "var"))
        tell("import", whole, plain, asked.clips)
        env = platform(Path(scratch) / "again")
        killed, *_ = importing(folder, env, "killed")
        print(f"  killed half-way    {killed:7.1f} s", flush=True)
        rest = importing(folder, env)
        tell("started again", rest, plain, asked.clips)
        print(f"  the second start took {100 * rest[0] / whole[0]:.0f} % of the time of a whole import")


def tell_turns(spent: list[float]) -> None:
    decoded, read, probed, prepared = (1000 * seconds for seconds in spent)
    print(
        f"  in turns, a clip: libav decodes {decoded:.2f} ms, reads again {read:.2f} ms; "
        f"probing {probed:.2f} ms, preparing {prepared:.2f} ms\n"
        f"  libav's share of the children's work: {100 * (decoded + read) / (probed + prepared):.0f} %",
        flush=True,
    )


def tell(label: str, spent: tuple[float, float, float], plain: Spent, clips: int) -> None:
    wall_s, parent_s, children_s = spent
    parent, children = 1000 * parent_s / clips, 1000 * children_s / clips
    print(
        f"  {label:<18} {wall_s:7.1f} s, × {wall_s / plain.wall_s:.2f} of plain decoding; a clip: children "
        f"{children:.2f} ms, parent {parent:.2f} ms ({100 * parent / (parent + children):.0f} % of both)",
        flush=True,
    )


if __name__ == "__main__":
    main()
