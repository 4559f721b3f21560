"""How much faster alpha with its two-way bootstrap is than calling the krippendorff package as many times."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd

SETS = ("nflx_public", "avatar_study2", "bt500_demo", "its4s_agh", "agh_tv2017", "qulab_mos", "vcc2018")
RATINGS = Path(__file__).resolve().parents[3] / "shared" / "ratings"
REPLICATES = 1000
TURNS = 4
SECONDS = 1  # per kind of call; the fastest of each kind counts


@dataclass(frozen=True)
class Rated:
    name: str
    rater: np.ndarray
    stimulus: np.ndarray
    score: np.ndarray

    @property
    def matrix(self) -> np.ndarray:
        found = np.full((self.rater.max() + 1, self.stimulus.max() + 1), np.nan)
        found[self.rater, self.stimulus] = self.score
        return found


def simulated(raters: int, stimuli: int) -> Rated:
    """Five grades; variances: stimulus 0.6, rater 0.2, residual 0.4; every rater rates everything."""
    rng = np.random.default_rng(1)
    opinion = 3 + rng.normal(0, 0.77, (1, stimuli)) + rng.normal(0, 0.45, (raters, 1))
    opinion = opinion + rng.normal(0, 0.63, (raters, stimuli))
    rater, stimulus = (axis.ravel() for axis in np.indices(opinion.shape))
    return Rated(f"simulated {raters} × {stimuli}", rater, stimulus, np.clip(np.rint(opinion), 1, 5).ravel())


def published(name: str) -> Rated:
    """Of several scales the first."""
    table = pd.read_csv(RATINGS / name / "ratings.csv").dropna(subset=["score"])
    if "scale" in table:
        table = table[table["scale"] == table["scale"].iloc[0]]
    if "stimulus" not in table:
        table = table.assign(stimulus=table["item"].astype(str) + "|" + table["method"].astype(str))
    rater, stimulus = (pd.factorize(table[column])[0] for column in ("rater", "stimulus"))
    return Rated(name, rater, stimulus, table["score"].to_numpy(dtype=float))


def fastest(*calls: Callable[[], object]) -> list[float]:
    """Seconds per call, in turns, so that a busy machine is busy for all of them."""
    return np.min([[in_a_row(call) for call in calls] for _ in range(TURNS)], axis=0).tolist()


def in_a_row(call: Callable[[], object]) -> float:
    """Seconds of the fastest of several calls, the first of which does not count."""
    end, times = time.perf_counter() + SECONDS / TURNS, []
    while len(times) < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times[1:])


def measure(rated: Rated) -> None:
    from analysis.stats.alpha import METRICS, alpha_all

    rng, (raters, stimuli) = np.random.default_rng(1), rated.matrix.shape
    package = [partial(krippendorff.alpha, rated.matrix, level_of_measurement=m) for m in METRICS]
    ours = partial(alpha_all, rated.rater, rated.stimulus, rated.score, n_boot=REPLICATES, rng=rng)
    apart = max(abs(one.value - call()) for one, call in zip(ours(), package, strict=True))
    grades = len(np.unique(rated.score))
    print(f"{rated.name}: {raters} raters, {stimuli} stimuli, {grades} grades; values differ by {apart:.0e}")
    for metric, call in zip(METRICS, package, strict=True):
        report(metric, *fastest(partial(ours, metrics=(metric,)), call))
    once, *theirs = fastest(ours, *package)
    report("all three", once, sum(theirs))


def report(label: str, ours: float, package: float) -> None:
    theirs = REPLICATES * package
    times = f"package {1e3 * theirs:9.1f} ms   ours {1e3 * ours:7.2f} ms"
    print(f"  {label:<10} {times}   {theirs / ours:6.0f} ×")


def main() -> None:
    print(f"Krippendorff's alpha: {REPLICATES} calls of the package, and ours with {REPLICATES} replicates")
    measure(simulated(30, 100))
    for name in SETS:
        if (RATINGS / name).exists():
            measure(published(name))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
