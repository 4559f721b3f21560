"""Importing 5,000 one-second clips, beside plain decoding of the same clips by as many processes.

Few distinct clips, each given other bytes by a box at its end, so that every one is decoded and prepared by
itself; then the same import again, killed when half of the clips are decoded, and its second start.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
METHODS, DISTINCT = 10, 20
SIDE, RATE = 128, 25
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
# Imports, and is killed by itself once half of the clips are decoded.
KILLED = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "mos_platform.settings"
import django
django.setup()
from pathlib import Path
from mos_platform.intake import take_in
def step(phase, done, total):
    if phase.startswith("Decoding") and 2 * done >= total:
        os.kill(os.getpid(), signal.SIGKILL)
take_in(Path(sys.argv[1]), progress=step)
"""


def base_clip(target: Path, number: int) -> bytes:
    """One second of moving bars and a tone, as an encoder of talking heads leaves it."""
    sources = [
        f"testsrc2=s={SIDE}x{SIDE}:r={RATE}:d=1,hue=h={18 * number}",
        f"sine=f={300 + 20 * number}:d=1",
    ]
    inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
    codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, *codecs, str(target)], check=True)
    return target.read_bytes()


def make_study(folder: Path, clips: int) -> None:
    items = clips // METHODS
    bases = [base_clip(folder / "base.mp4", number) for number in range(DISTINCT)]
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
    """All pictures and all sound, and nothing done with them."""
    import av

    frames = 0
    for path in paths:
        with av.open(str(path)) as container:
            streams = (*container.streams.video[:1], *container.streams.audio[:1])
            for stream in streams:
                stream.codec_context.thread_count = 1
            frames += sum(len(packet.decode()) for packet in container.demux(*streams))
    return frames


@dataclass(frozen=True)
class Spent:
    """Seconds on the clock, and of processors in all processes; only the latter is the same at any load."""

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


def running(command: list[str], env: dict[str, str]) -> Spent:
    spent: list[Spent] = []
    with measured(spent):
        subprocess.run(command, env=env, check=False, stdout=subprocess.DEVNULL)
    return spent[0]


def platform(var: Path) -> dict[str, str]:
    env = {**os.environ, "MOS_VAR": str(var), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", "mos_platform", "migrate", "-v", "0"], env=env, check=True)
    return env


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=5000, help="a multiple of 10")
    clips = parser.parse_args().clips
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="mos-bench-") as scratch:
        folder = Path(scratch) / "study"
        folder.mkdir()
        make_study(folder, clips)
        paths = sorted(folder.rglob("*.mp4"))
        size_mb = sum(path.stat().st_size for path in paths) / 1e6
        print(f"{clips} clips of 1 s, {SIDE} px, {size_mb:.0f} MB, {workers} processes")
        importing = [sys.executable, "-m", "mos_platform", "import_study", str(folder)]
        plain = decoding(paths, workers)
        tell("plain decoding", plain, plain, clips)
        whole = running(importing, platform(Path(scratch) / "var"))
        tell("import", whole, plain, clips)
        env = platform(Path(scratch) / "again")
        killed = running([sys.executable, "-c", KILLED, str(folder)], env)
        print(f"  {'import, killed at half':<24} {killed.wall_s:7.1f} s")
        rest = running(importing, env)
        tell("started again", rest, plain, clips)
        print(
            f"  the second start needs {100 * rest.wall_s / whole.wall_s:.0f} % of the time of a whole import"
        )


def tell(label: str, spent: Spent, plain: Spent, clips: int) -> None:
    wall, cpu = 1000 * spent.wall_s / clips, 1000 * spent.cpu_s / clips
    share = spent.wall_s / plain.wall_s
    print(
        f"  {label:<24} {spent.wall_s:7.1f} s  {wall:6.2f} ms a clip  × {share:.2f}"
        f"   processors {cpu:6.2f} ms a clip",
        flush=True,
    )


if __name__ == "__main__":
    main()
