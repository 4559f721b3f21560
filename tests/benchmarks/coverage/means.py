"""MOS, differences of methods, and the MOS of one stimulus, beside what tables mostly print."""

from __future__ import annotations

import numpy as np
from population import Design, Study, draw_study, true_means
from scipy import stats
from tally import Tallies

from analysis.stats.differences import MethodScores, difference_estimate
from analysis.stats.mos import mean_estimate

Interval = tuple[float | None, float | None]
OURS, RATINGS, RATERS = "two-way", "t over ratings", "t over rater means"
WELCH, PAIRED = "Welch over ratings", "paired by rater"


def run(design: Design, replications: int, rng: np.random.Generator) -> Tallies:
    tallies, truth = Tallies(), true_means(design)
    for _ in range(replications):
        study = draw_study(design, rng)
        _means(tallies, design, study, truth)
        _differences(tallies, design, study, truth)
    return tallies


def _means(tallies: Tallies, design: Design, study: Study, truth: np.ndarray) -> None:
    columns = [study.of(method) for method in design.watched]
    found = [mean_estimate(*one) for one in columns]
    true = truth[list(design.watched)]
    tallies.record(("mos", design.name, OURS), [(one.ci_low, one.ci_high) for one in found], true)
    naive = [(one.naive_ci_low, one.naive_ci_high) for one in found]
    tallies.record(("mos", design.name, RATINGS), naive, true)
    by_rater = [t_interval(_rater_means(rater, score)) for rater, _, score in columns]
    tallies.record(("mos", design.name, RATERS), by_rater, true)


def _differences(tallies: Tallies, design: Design, study: Study, truth: np.ndarray) -> None:
    sides = [study.of(method) for method in range(design.methods)]
    scores = [MethodScores(*side) for side in sides]
    true = [truth[a] - truth[b] for a, b in design.pairs]
    found = [difference_estimate(scores[a], scores[b]) for a, b in design.pairs]
    ours = [(one.ci_low, one.ci_high) for one in found]
    tallies.record(("differences", design.name, OURS), ours, true)
    welch = [welch_interval(sides[a][2], sides[b][2]) for a, b in design.pairs]
    tallies.record(("differences", design.name, WELCH), welch, true)
    paired = [_paired(study, a, b) for a, b in design.pairs]
    tallies.record(("differences", design.name, PAIRED), paired, true)


def _rater_means(rater: np.ndarray, score: np.ndarray) -> np.ndarray:
    count = np.bincount(rater)
    return np.bincount(rater, score)[count > 0] / count[count > 0]


def _paired(study: Study, a: int, b: int) -> Interval:
    """Of the differences of each rater's own two means."""
    both = study.seen[:, :, [a, b]]
    seen = both.sum(axis=1)
    means = np.where(both, study.score[:, :, [a, b]], 0.0).sum(axis=1) / np.maximum(seen, 1)
    return t_interval((means[:, 0] - means[:, 1])[(seen > 0).all(axis=1)])


def t_interval(values: np.ndarray) -> Interval:
    """Student's; of no width where all values are equal, None of fewer than two."""
    if len(values) < 2:
        return None, None
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def welch_interval(a: np.ndarray, b: np.ndarray) -> Interval:
    parts = np.array([a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)])
    below = parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1)
    df = parts.sum() ** 2 / below if below > 0 else 1.0
    half = stats.t.ppf(0.975, df) * np.sqrt(parts.sum())
    middle = a.mean() - b.mean()
    return float(middle - half), float(middle + half)
