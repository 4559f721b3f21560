"""What probing a clip costs beyond decoding it, and what the child processes cost beyond that.

Processor time of the fastest of several turns each, by one thread: plain decoding of picture and sound, and
all facts of the clip. Then the time until a child is ready, and what each task costs on its way.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av

from mos_platform.clips.isolation import Task, run_each
from mos_platform.clips.opening import open_clip
from mos_platform.clips.probing import probe

CLIPS = Path(__file__).resolve().parents[3] / "shared" / "clips"
REAL = (
    "real/vexpress_AOC_2997fps.mp4",
    "float/id03/Hallo.mp4",
    "edtalk/demo_EDTalk_A.mp4",
    "real/latentsync_demo1.mp4",
)
TURNS = 5
TASKS = 2000


def decode(path: Path, _name: str) -> None:
    with open_clip(path) as container:
        for packet in container.demux(container.streams.video[0], *container.streams.audio[:1]):
            for _ in packet.decode():
                pass


def seconds(work: Callable[[Path, str], object], clip: Path, repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        work(clip, clip.name)
    return (time.process_time() - start) / repeats


def compare(clip: Path, repeats: int) -> None:
    """In turns, so that a busy machine is busy for both."""
    turns = [(seconds(decode, clip, repeats), seconds(probe, clip, repeats)) for _ in range(TURNS)]
    plain, probed = (min(times) for times in zip(*turns, strict=True))
    facts = probe(clip, clip.name).video
    size = f"{facts.width}×{facts.height}, {facts.pictures} pictures"
    print(f"{clip.name:32} {size:24} {plain * 1e3:9.1f} ms {probed * 1e3:9.1f} ms {probed / plain:7.2f}")


def synthetic(folder: Path, size: int) -> Path:
    clip = folder / f"synthetic {size}.mp4"
    inputs = ["-f", "lavfi", "-i", f"testsrc2=s={size}x{size}:r=25:d=1", "-f", "lavfi", "-i", "sine=d=1"]
    codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run(["ffmpeg", "-v", "error", *inputs, *codecs, str(clip)], check=True)
    return clip


def wall(tasks: list[Task]) -> float:
    start = time.perf_counter()
    run_each(abs, tasks, workers=1)
    return time.perf_counter() - start


def main() -> int:
    print(f"PyAV {av.__version__}\n{'clip':57} {'decoding':>12} {'probing':>12} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for size in (64, 128, 512):
            compare(synthetic(Path(folder), size), repeats=10)
    for name in REAL:
        if (CLIPS / name).exists():
            compare(CLIPS / name, repeats=1)
    one = min(wall([Task("", (1,))]) for _ in range(TURNS))
    many = min(wall([Task("", (number,)) for number in range(TASKS)]) for _ in range(TURNS))
    started = min(wall_of_probing() for _ in range(TURNS))
    print(f"a child is ready after {one * 1e3:.0f} ms, and has imported PyAV after {started * 1e3:.0f} ms")
    print(f"a task costs {(many - one) / TASKS * 1e6:.0f} µs on its way to a child and back")
    return 0


def wall_of_probing() -> float:
    """A child that starts, imports what probing needs, and refuses an empty file."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as empty:
        start = time.perf_counter()
        run_each(probe, [Task("empty", (Path(empty.name), "empty"))], workers=1)
        return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
