"""Celery workers that compute metrics: what a second one brings, and whether memory grows with the clips.

Real Redis, real workers of one process each (no threads in their measuring processes), SQLite. First the same
clips by one worker and by two: seconds from a worker's first finished clip to the last one, so that starting
does not count. Then `--clips` short clips by one worker: memory in use by it and its children, as it goes.

    .venv/bin/python tests/benchmarks/bench_workers.py [--clips 1000] [--busy 16] [--metrics psnr,ssim,cpbd]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import yaml

REPO = Path(__file__).resolve().parents[2]
for folder in ("tests/support", "deploy", ""):
    sys.path.insert(0, str(REPO / folder))

from measuring import Broker, celery, stopped  # noqa: E402

METRICS = "psnr,ssim,cpbd"
ENOUGH = 1.7
MIB = 1 << 20


@dataclass
class Here:
    """An installation of its own."""

    var: Path
    broker: Broker
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = {
            "MOS_VAR": str(self.var),
            "MOS_REDIS_URL": self.broker.url,
            "MOS_SECRET_KEY": "k" * 48,
            "MOS_ALLOWED_HOSTS": "127.0.0.1",
            "PYTHONPATH": str(REPO),
        }
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("MOS_")} | own

    def run(self, *words: str) -> None:
        subprocess.run([sys.executable, "-m", "mos_platform", *words], env=self.env, check=True)

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.var / "mos.sqlite3", timeout=60)) as database, database:
            return database.execute(statement).fetchall()

    def done(self) -> int:
        """Clips of which every row is done."""
        open_rows = "SELECT clip_sha256 FROM metrics_measured WHERE state <> 'done'"
        query = (
            f"SELECT count(DISTINCT clip_sha256) FROM metrics_measured WHERE clip_sha256 NOT IN ({open_rows})"
        )
        return int(str(self.sql(query)[0][0]))

    def finished(self) -> list[datetime]:
        rows = self.sql("SELECT max(finished_at) FROM metrics_measured GROUP BY clip_sha256 ORDER BY 1")
        return [datetime.fromisoformat(str(row[0])) for row in rows]

    def forget(self) -> None:
        self.sql("UPDATE metrics_measured SET state='pending', sent_at=NULL, attempts=0, value=NULL")


def encode(clip: Path, size: int, seconds: float, number: int, saturation: float) -> None:
    """Pictures of its own for each clip: equal ones would be measured once."""
    clip.parent.mkdir(parents=True, exist_ok=True)
    hue, paler = number % 360, number // 360 / 20
    picture = f"testsrc2=s={size}x{size}:r=25:d={seconds},hue=h={hue}:s={saturation - paler}"
    codecs = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-metadata",
        f"title={number}",
    ]
    inputs = ["-f", "lavfi", "-i", picture]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, *codecs, str(clip)], check=True)


def study(folder: Path, clips: int, size: int, seconds: float, metrics: list[str]) -> Path:
    """`clips` clips of one method, and as many references."""
    items = [f"item{number}" for number in range(clips)]
    for number, item in enumerate(items):
        encode(folder / "real" / f"{item}.mp4", size, seconds, number, saturation=2)
        encode(folder / "other" / f"{item}.mp4", size, seconds, number, saturation=1)
    config = {
        "study": folder.name,
        "title": "Clips for a benchmark",
        "texts": {
            "welcome": "Welcome.",
            "consent": {"version": "1", "body": "I agree to watch clips and to rate them."},
            "instructions": "Watch and rate.",
            "debriefing": "Thank you.",
        },
        "methods": [{"name": "real", "reference": True}, {"name": "other"}],
        "items": [{"name": item} for item in items],
        "stimuli": {"pattern": "{method}/{item}.mp4"},
        "parts": [
            {"id": "rating", "test_method": "ACR-HR", "questions": [{"id": "overall", "text": "How good?"}]}
        ],
        "metrics": metrics,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(config))
    return folder


def processes() -> Iterator[tuple[int, int, int]]:
    """Process, its parent, and its memory in use, in bytes."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            pages = int((folder / "statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
        yield int(folder.name), parent, pages * os.sysconf("SC_PAGE_SIZE")


def memory(root: int) -> int:
    """Of a process and everything below it."""
    table = list(processes())
    family = {root}
    while True:
        grown = family | {pid for pid, parent, _ in table if parent in family}
        if grown == family:
            return sum(size for pid, _, size in table if pid in family)
        family = grown


def work(here: Here, workers: int, clips: int) -> list[tuple[int, int]]:
    """Until `clips` clips are done; the first worker's memory (clips done, bytes) as it goes."""
    names = [f"{place}@bench" for place in range(workers)]
    running = [celery(here, "worker", "--concurrency", "1", "-n", name) for name in names]
    seen: list[tuple[int, int]] = []
    with stopped(*running, celery(here, "beat", "--pidfile=")):
        while (done := here.done()) < clips:
            if done and (not seen or done >= seen[-1][0] + clips // 20):
                seen.append((done, memory(running[0].pid)))
            time.sleep(0.5)
    return seen


def seconds_for(here: Here, workers: int, clips: int) -> float:
    """Per clip, once every worker is at work."""
    here.forget()
    work(here, workers, clips)
    times = here.finished()
    return (times[-1] - times[workers - 1]).total_seconds() / (len(times) - workers)


def installed(folder: Path, broker: Broker, source: Path) -> Here:
    here = Here(folder, broker)
    folder.mkdir()
    here.run("migrate", "-v", "0")
    here.run("import_study", str(source))
    return here


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=200, help="short ones, for memory; default: %(default)s")
    parser.add_argument("--busy", type=int, default=16, help="of 512², for speed; default: %(default)s")
    parser.add_argument("--metrics", default=METRICS, help="default: %(default)s")
    asked = parser.parse_args()
    scratch, broker = Path(tempfile.mkdtemp(prefix="bench-")), Broker()
    broker.start()
    try:
        speed(scratch, broker, asked.busy, asked.metrics.split(","))
        growth(scratch, broker, asked.clips, asked.metrics.split(","))
    finally:
        broker.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def speed(scratch: Path, broker: Broker, clips: int, metrics: list[str]) -> None:
    here = installed(scratch / "speed", broker, study(scratch / "busy", clips, 512, 4.0, metrics))
    one, two = (seconds_for(here, workers, 2 * clips) for workers in (1, 2))
    around = f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    print(f"{2 * clips} clips of 512², 4 s, {', '.join(metrics)}; {around}")
    print(
        f"one worker {one:.2f} s a clip, two {two:.2f} s: {one / two:.2f} times the work (wanted: {ENOUGH})"
    )


def growth(scratch: Path, broker: Broker, clips: int, metrics: list[str]) -> None:
    each = max(clips // 2, 1)
    here = installed(scratch / "growth", broker, study(scratch / "short", each, 128, 0.5, metrics))
    seen = work(here, 1, 2 * each)
    for done, used in seen:
        print(f"{done:6} clips done: {used / MIB:6.0f} MiB in use by the worker and its children")
    early = max(used for done, used in seen if done <= max(seen[0][0], each // 2))
    late = max(used for _, used in seen)
    print(f"most in the first quarter {early / MIB:.0f} MiB, most of all {late / MIB:.0f} MiB")


if __name__ == "__main__":
    main()
