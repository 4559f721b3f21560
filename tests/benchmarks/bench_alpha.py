"""How much faster alpha with its two-way bootstrap is than calling the krippendorff package as many times."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd

SETS = ("nflx_public", "bt500_demo", "its4s_agh", "agh_tv2017", "qulab_mos", "vcc2018")
RATINGS = Path(__file__).resolve().parents[3] / "shared" / "ratings"
REPLICATES = 1000
SECONDS = 0.5  # the package is called for about as long as this
TRIES = 7  # of ours the fastest counts, as of the package


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
    table = pd.read_csv(RATINGS / name / "ratings.csv").dropna(subset=["score"])
    if "stimulus" not in table:
        table = table.assign(stimulus=table["item"].astype(str) + "|" + table["method"].astype(str))
    rater, stimulus = (pd.factorize(table[column])[0] for column in ("rater", "stimulus"))
    return Rated(name, rater, stimulus, table["score"].to_numpy(dtype=float))


def fastest(call: Callable[[], object], tries: int) -> float:
    """Seconds; one call beforehand does not count."""
    call()
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def of_the_package(matrix: np.ndarray, metric: str) -> tuple[float, float]:
    """Its value, and the seconds of one call."""
    start = time.perf_counter()
    value = krippendorff.alpha(matrix, level_of_measurement=metric)
    once = time.perf_counter() - start
    tries = int(min(max(SECONDS / once, 2), 500))
    return value, fastest(lambda: krippendorff.alpha(matrix, level_of_measurement=metric), tries)


def measure(rated: Rated) -> None:
    from analysis.stats.alpha import METRICS, alpha_all

    columns, rng = (rated.rater, rated.stimulus, rated.score), np.random.default_rng(1)
    package = {metric: of_the_package(rated.matrix, metric) for metric in METRICS}
    values = {one.coefficient: one.value for one in alpha_all(*columns, n_boot=2, rng=rng)}
    apart = max(abs(values[f"alpha_{metric}"] - package[metric][0]) for metric in METRICS)
    raters, stimuli = rated.matrix.shape
    grades = len(np.unique(rated.score))
    print(f"{rated.name}: {raters} raters, {stimuli} stimuli, {grades} grades; values differ by {apart:.0e}")
    for metrics in [*((metric,) for metric in METRICS), METRICS]:
        theirs = REPLICATES * sum(package[metric][1] for metric in metrics)
        ours = fastest(lambda m=metrics: alpha_all(*columns, metrics=m, n_boot=REPLICATES, rng=rng), TRIES)
        label = metrics[0] if len(metrics) == 1 else "all three"
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
