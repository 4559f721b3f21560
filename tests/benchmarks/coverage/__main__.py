"""Coverage and width of all intervals, beside the naive ones (`make bench-coverage`)."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the processes share the cores
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from designs import AT_A_TENTH, NO_INTERACTIONS, Task, promises, tasks
from table import markdown, shortfalls
from tally import Tallies

CHUNKS = 8  # of each task, with a seed of its own, whatever the number of processes
PREFACE = Path(__file__).with_name("preface.md")


def main() -> int:
    options = _options()
    started = time.monotonic()
    tallies = simulate(options)
    text = markdown(tallies)
    if not options.only and options.share == 1:
        text = _preface(options, time.monotonic() - started) + "\n" + text
    print(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    if options.only or options.share < 1:
        print("Only the whole table says whether the promises are kept.")
        return 0
    missed = shortfalls(tallies, promises())
    print("\n".join(missed) or "Every two-way interval of means and differences keeps what is promised.")
    return 1 if missed else 0


def simulate(options: argparse.Namespace) -> Tallies:
    """All chunks of all tasks, added in a fixed order."""
    chosen = [
        (number, replace(task, replications=max(1, round(task.replications * options.share / CHUNKS))))
        for number, task in enumerate(tasks())
        if options.only in f"{task.run.__module__}: {task.design.name}"
    ]
    work = [(task, [options.seed, number, chunk]) for number, task in chosen for chunk in range(CHUNKS)]
    tallies = Tallies()
    with ProcessPoolExecutor(options.workers) as pool:
        for found in pool.map(_chunk, *zip(*work, strict=True)):
            tallies.add(found)
    return tallies


def _chunk(task: Task, seed: list[int]) -> Tallies:
    return task.run(task.design, task.replications, np.random.default_rng(seed))


def _preface(options: argparse.Namespace, seconds: float) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    return PREFACE.read_text(encoding="utf-8").format(
        date=datetime.now(UTC).date().isoformat(),
        seed=options.seed,
        minutes=seconds / 60,
        workers=options.workers,
        versions=f"Python {sys.version_info.major}.{sys.version_info.minor}, {versions}",
        tenth=AT_A_TENTH,
        none=NO_INTERACTIONS,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-coverage", description=__doc__)
    parser.add_argument("--write", type=Path, help="also write the tables into this file")
    parser.add_argument("--only", default="", help="designs whose 'module: name' holds this text")
    parser.add_argument("--share", type=float, default=1.0, help="of the replications (default 1)")
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    if options.write and (options.only or options.share < 1):
        parser.error("--write takes the whole table: leave out --only and --share")
    return options


if __name__ == "__main__":
    sys.exit(main())
