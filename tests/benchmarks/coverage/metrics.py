"""Correlation of MOS with a metric whose population correlation is known, and contests of equal metrics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from population import USUAL, Components, seen_of
from tally import Tallies

from analysis.stats.contest import metric_contest
from analysis.stats.correlation import correlation_set

LEVELS = {"stimulus": "over stimuli", "within_item": "within items", "method": "over methods"}


@dataclass(frozen=True)
class Follows:
    """Correlation of a metric's method, item and item × method effects with those of the opinion."""

    method: float = 0.8
    item: float = 0.4
    cell: float = 0.5


@dataclass(frozen=True)
class Correlated:
    """A study of a metric; methods are a sample too, with variance `method`."""

    name: str
    raters: int
    items: int
    methods: int
    raters_per_stimulus: int | None = None
    method: float = 0.5
    follows: Follows = Follows()
    components: Components = USUAL

    @property
    def thinning(self) -> float:
        """Share of a rater's effects that differ between stimuli because each has raters of its own."""
        return 0.0 if self.raters_per_stimulus is None else 1 / self.raters_per_stimulus - 1 / self.raters


@dataclass(frozen=True)
class Sample:
    mos: np.ndarray
    metrics: np.ndarray  # (metrics, stimuli)
    item: np.ndarray
    method: np.ndarray


def draw_sample(design: Correlated, n_metrics: int, rng: np.random.Generator) -> Sample:
    """MOS as means of simulated ratings; metrics with the same effects, correlated with the opinion's."""
    R, J, M = design.raters, design.items, design.methods
    part, follows = design.components, design.follows
    opinion, metrics = np.zeros((J, M)), np.zeros((n_metrics, J, M))
    for shape, variance, rho in (
        ((1, M), design.method, follows.method),
        ((J, 1), part.item, follows.item),
        ((J, M), part.item_method, follows.cell),
    ):
        effect = rng.standard_normal(shape)
        own = rng.standard_normal((n_metrics, *shape))
        opinion = opinion + np.sqrt(variance) * effect
        metrics = metrics + np.sqrt(variance) * (rho * effect + np.sqrt(1 - rho**2) * own)
    score = 3 + opinion + np.sqrt(part.rater) * rng.standard_normal((R, 1, 1))
    score = score + np.sqrt(part.rater_item) * rng.standard_normal((R, J, 1))
    score = score + np.sqrt(part.rater_method) * rng.standard_normal((R, 1, M))
    score = score + np.sqrt(part.residual) * rng.standard_normal((R, J, M))
    seen = seen_of((R, J, M), design.raters_per_stimulus, rng)
    mos = np.where(seen, score, 0.0).sum(axis=0) / seen.sum(axis=0)
    item, method = np.divmod(np.arange(J * M), M)
    return Sample(mos.ravel(), metrics.reshape(n_metrics, J * M), item, method)


def true_correlation(design: Correlated, level: str) -> float:
    """Of metric and MOS (rating noise included) in the population of items and methods, by its variances."""
    part, follows, R = design.components, design.follows, design.raters
    k = design.raters_per_stimulus or R
    thin = design.thinning
    of_method = design.method * np.array([follows.method, 1.0, 1.0]) + [0.0, 0.0, part.rater_method / R]
    of_item = part.item * np.array([follows.item, 1.0, 1.0]) + [0.0, 0.0, part.rater_item / R]
    noise = part.residual / k + thin * (part.rater + part.rater_item + part.rater_method)
    of_cell = part.item_method * np.array([follows.cell, 1.0, 1.0]) + [0.0, 0.0, noise]
    total = of_method + of_cell / (design.items if level == "method" else 1)
    cross, metric, mos = total + of_item if level == "stimulus" else total
    return float(cross / np.sqrt(metric * mos))


def true_coefficient(design: Correlated, level: str, name: str) -> float:
    """PLCC, SROCC or KROCC of bivariate normal values; within items the expectation of M methods' ranks."""
    rho, M = true_correlation(design, level), design.methods
    if name == "PLCC":
        return rho
    tau, spearman = (2 / np.pi * np.arcsin(rho), 6 / np.pi * np.arcsin(rho / 2))
    if name == "KROCC":
        return float(tau)
    if level == "within_item":
        return float((3 * tau + (M - 2) * spearman) / (M + 1))
    return float(spearman)


def run(design: Correlated, replications: int, rng: np.random.Generator) -> Tallies:
    tallies = Tallies()
    for _ in range(replications):
        sample = draw_sample(design, 2, rng)
        _correlations(tallies, design, sample, rng)
        _contests(tallies, design, sample, rng)
    return tallies


def _correlations(tallies: Tallies, design: Correlated, sample: Sample, rng: np.random.Generator) -> None:
    found = correlation_set(sample.mos, sample.metrics[0], sample.item, sample.method, n_boot=500, rng=rng)
    for one in found:
        if one.mapping != "raw":
            continue
        true = [true_coefficient(design, one.level, one.coefficient)]
        part = f"Correlation with a metric {LEVELS[one.level]}"
        tallies.record((part, design.name, one.coefficient), [(one.ci_low, one.ci_high)], true)
        if one.level == "method" or one.independent_ci_low is None:
            continue
        independent = (one.independent_ci_low, one.independent_ci_high)
        tallies.record((part, design.name, one.independent_procedure), [independent], true)


def _contests(tallies: Tallies, design: Correlated, sample: Sample, rng: np.random.Generator) -> None:
    """Both metrics follow the opinion equally well: the true difference is 0."""
    found = metric_contest(
        sample.mos,
        *sample.metrics,
        sample.item,
        sample.method,
        direction_a="higher",
        direction_b="higher",
        n_boot=500,
        rng=rng,
    )
    for one in found:
        part = f"Difference of two metrics' correlations {LEVELS[one.level]}"
        tallies.record((part, design.name, one.coefficient), [(one.ci_low, one.ci_high)], [0.0])
        if one.zou_low is not None:
            tallies.record((part, design.name, "Zou (PLCC)"), [(one.zou_low, one.zou_high)], [0.0])
