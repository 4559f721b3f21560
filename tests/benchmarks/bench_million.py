"""A million ratings: mos, differences, agreement and screening, next to pandas reading the same file."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

RATERS, METHODS, ITEMS, EACH = 5000, 20, 500, 200  # every rater rates 200 of 10,000 clips: 2 %
FACTOR, SECONDS, MEBIBYTES = 5, 20, 2048
T = TypeVar("T")


def simulated(rng: np.random.Generator) -> pd.DataFrame:
    rater = np.repeat(np.arange(RATERS), EACH)
    clip = np.concatenate([rng.choice(METHODS * ITEMS, EACH, replace=False) for _ in range(RATERS)])
    method, item = np.divmod(clip, ITEMS)
    opinion = 3 + rng.normal(0, 0.4, RATERS)[rater] + np.linspace(-1, 1, METHODS)[method]
    opinion = opinion + rng.normal(0, 0.3, ITEMS)[item] + rng.normal(0, 0.2, METHODS * ITEMS)[clip]
    opinion = opinion + rng.normal(0, 0.7, rater.size)
    names = {"rater": rater, "method": method, "item": item}
    table = {column: np.char.add(column[0], codes.astype(str)) for column, codes in names.items()}
    return pd.DataFrame({**table, "score": np.clip(np.rint(opinion), 1, 5).astype(int)})


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(label: str, call: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    found = call()
    seconds = time.perf_counter() - start
    print(f"  {label:<32} {seconds:6.2f} s   peak {peak():5.0f} MiB", flush=True)
    return found, seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratings.csv"
        simulated(np.random.default_rng(1)).to_csv(path, index=False)
        print(f"{RATERS * EACH} ratings: {RATERS} raters, {METHODS} methods × {ITEMS} items")
        _, pandas = timed("pandas.read_csv", lambda: pd.read_csv(path))
        ours = sum(measure(path))
    allowed = FACTOR * pandas + SECONDS
    print(f"  ours in all {ours:.1f} s, allowed {allowed:.1f} s ({FACTOR} × pandas + {SECONDS} s)")
    print(f"  peak {peak():.0f} MiB, allowed {MEBIBYTES} MiB")


def measure(path: Path) -> list[float]:
    """Seconds of every part."""
    start = time.perf_counter()
    from analysis.lists.agreement import agreement_rows, variance_rows
    from analysis.lists.differences import difference_lists
    from analysis.lists.mos import mos_rows
    from analysis.lists.scope import Scope
    from analysis.lists.stimulus_mos import stimulus_rows
    from analysis.load import load_source
    from analysis.options import Options
    from analysis.screening import screen

    seconds = [time.perf_counter() - start]
    print(f"  {'importing analysis':<32} {seconds[0]:6.2f} s")
    data, took = timed("reading and checking the file", lambda: load_source(str(path)))
    verdicts, screened = timed("screening", lambda: tuple(screen(data)))
    scope = Scope(data, Options(), verdicts)
    seconds += [took, screened]
    for label, rows in (
        ("mos", mos_rows),
        ("mos of every clip", stimulus_rows),
        ("differences", difference_lists),
        ("agreement, 1000 replicates", agreement_rows),
        ("variance components", variance_rows),
    ):
        seconds.append(timed(label, lambda rows=rows: rows(scope))[1])
    return seconds


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
