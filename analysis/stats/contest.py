"""Which of two metrics follows the mean opinion better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.correlation_intervals import williams_test, zou_interval
from analysis.stats.resampling import (
    FEW_METHODS,
    Draws,
    Layout,
    Name,
    bootstrap_words,
    draw,
    layout_of,
    once,
    over_stimuli,
    percentile_interval,
    scarcest,
    within_items,
)
from analysis.stats.result import Note

__all__ = ["Contest", "metric_contest"]

Direction = Literal["higher", "lower"]
Level = Literal["stimulus", "within_item", "method"]
NAMES: tuple[Name, ...] = ("PLCC", "SROCC", "KROCC")
LEVELS: tuple[Level, ...] = ("stimulus", "within_item", "method")
FEWEST_STIMULI = 5
FEWEST_METHODS: dict[Name, int] = {"PLCC": 4, "SROCC": 4, "KROCC": 5}
FEWEST_FOR_PLCC = 4  # methods; with fewer, percentiles of the PLCC within items lie too close together
NO_SPREAD = 1e-9
SAME = Note(
    "contest_undefined",
    "The difference of two metrics has no interval where resamples leave it unchanged or undefined.",
)


@dataclass(frozen=True)
class Contest:
    """Direction-aligned correlation of metric a less that of metric b; above 0: a follows opinion better.

    williams_p, zou_*: for PLCC over stimuli or over methods, as if these were independent. None where not
    defined.
    """

    level: Level
    coefficient: Name
    difference: float | None
    ci_low: float | None
    ci_high: float | None
    p: float | None
    procedure: str
    williams_p: float | None
    zou_low: float | None
    zou_high: float | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Field:
    mos: FloatArray
    metric_a: FloatArray
    metric_b: FloatArray
    layout: Layout
    confidence: float


def metric_contest(
    mos: FloatArray,
    metric_a: FloatArray,
    metric_b: FloatArray,
    item: IntArray,
    method: IntArray,
    *,
    direction_a: Direction,
    direction_b: Direction,
    confidence: float = 0.95,
    n_boot: int = 2000,
    rng: np.random.Generator,
    levels: Sequence[Level] = LEVELS,
) -> list[Contest]:
    """Compare two direction-aligned metrics on the same stimuli by a bootstrap over items and methods.

    Arrays (n,) over stimuli that have both values, in any units (ValueError on NaN); a metric whose direction
    is "lower" is negated, so that a correlation above 0 always means agreement. Over methods, the means of
    each over its stimuli are correlated, of four methods or more (KROCC: five). Intervals are percentiles;
    over methods, and within items with fewer than 6 methods (PLCC: 4), ± t(min − 1) · SD. Williams's test and
    Zou's interval stand beside.
    Source: Williams (1959); Zou (2007).
    """
    aligned_a = _aligned(metric_a, direction_a)
    aligned_b = _aligned(metric_b, direction_b)
    if not np.isfinite(np.stack([mos, aligned_a, aligned_b])).all():
        raise ValueError("mos and both metrics must be finite; leave out stimuli without both values first")
    layout = layout_of(item, method)
    field = _Field(np.asarray(mos, dtype=float), aligned_a, aligned_b, layout, confidence)
    draws = draw(layout, n_boot, rng)
    found = []
    for level in levels:
        units, drawn = _over_methods(field, draws) if level == "method" else (field, draws)
        found += [_contest(units, level, name, drawn) for name in NAMES]
    return found


def _over_methods(field: _Field, draws: Draws) -> tuple[_Field, Draws]:
    """Each method's means over its stimuli, and the same draws of methods."""
    method = field.layout.method
    count = np.bincount(method)
    mos, a, b = (np.bincount(method, weights=v) / count for v in (field.mos, field.metric_a, field.metric_b))
    codes = np.arange(len(count))
    layout = layout_of(np.zeros_like(codes), codes)
    of_methods = Draws(np.ones((len(draws.methods), 1)), draws.methods)
    return _Field(mos, a, b, layout, field.confidence), of_methods


def _aligned(metric: FloatArray, direction: Direction) -> FloatArray:
    values = np.asarray(metric, dtype=float)
    return values if direction == "higher" else -values


def _contest(field: _Field, level: Level, name: Name, draws: Draws) -> Contest:
    value_a = _point(field, field.metric_a, level, name)
    value_b = _point(field, field.metric_b, level, name)
    difference = low = high = p = williams_p = zou_low = zou_high = None
    if value_a is not None and value_b is not None:
        difference = value_a - value_b
        replicates = _replicates(field, level, name, draws)
        if _has_percentiles(field, level, name):
            low, high, p = _verdict(replicates, field.confidence)
        else:
            low, high, p = _spread_verdict(difference, replicates, field)
        if level != "within_item" and name == "PLCC":
            williams_p, (zou_low, zou_high) = _independent(field, value_a, value_b)
    return Contest(
        level=level,
        coefficient=name,
        difference=difference,
        ci_low=low,
        ci_high=high,
        p=p,
        procedure=_procedure(field, level, name),
        williams_p=williams_p,
        zou_low=zou_low,
        zou_high=zou_high,
        notes=(SAME,) if difference is not None and p is None else (),
    )


def _has_percentiles(field: _Field, level: Level, name: Name) -> bool:
    """Within items, with 4 methods, percentiles leave out a true 0 of ranks in 25 % of studies."""
    fewest = FEWEST_FOR_PLCC if name == "PLCC" else FEW_METHODS
    return level == "stimulus" or (level == "within_item" and field.layout.n_methods >= fewest)


def _procedure(field: _Field, level: Level, name: Name) -> str:
    words = "percentiles" if _has_percentiles(field, level, name) else "± t(min − 1)·SD"
    return f"{bootstrap_words(field.layout)}, {words}"


def _replicates(field: _Field, level: Level, name: Name, draws: Draws) -> FloatArray:
    first, second = (
        _computed(field, metric, level, name, draws) for metric in (field.metric_a, field.metric_b)
    )
    return first - second


def _computed(field: _Field, metric: FloatArray, level: Level, name: Name, draws: Draws) -> FloatArray:
    compute = within_items if level == "within_item" else over_stimuli
    return compute(name, metric, field.mos, field.layout, draws)


def _point(field: _Field, metric: FloatArray, level: Level, name: Name) -> float | None:
    if len(field.mos) < (FEWEST_METHODS[name] if level == "method" else FEWEST_STIMULI):
        return None
    return _one(_computed(field, metric, level, name, once(field.layout)))


def _one(values: FloatArray) -> float | None:
    return None if np.isnan(values[0]) else float(values[0])


def _verdict(replicates: FloatArray, confidence: float) -> tuple[float | None, float | None, float | None]:
    """Percentiles, and twice the smaller share of replicates on one side of zero, never exactly 0."""
    low, high = percentile_interval(replicates, confidence)
    defined = replicates[~np.isnan(replicates)]
    if low is None or np.ptp(defined) < NO_SPREAD:
        return None, None, None
    side = 1 + min(np.sum(defined <= 0), np.sum(defined >= 0))
    return low, high, min(1.0, 2 * float(side) / (len(defined) + 1))


def _spread_verdict(
    difference: float, replicates: FloatArray, field: _Field
) -> tuple[float | None, float | None, float | None]:
    """The difference ± t × SD of replicates, and the p of t; df: the scarcer of items and methods, less 1."""
    defined = replicates[~np.isnan(replicates)]
    df = scarcest(field.layout)
    if 2 * len(defined) < len(replicates) or df < 1 or np.ptp(defined) < NO_SPREAD:
        return None, None, None
    sd = float(defined.std(ddof=1))
    half = float(stats.t.ppf(0.5 + field.confidence / 2, df)) * sd
    return difference - half, difference + half, float(2 * stats.t.sf(abs(difference) / sd, df))


def _independent(
    field: _Field, value_a: float, value_b: float
) -> tuple[float | None, tuple[float | None, float | None]]:
    n = len(field.mos)
    between = _one(over_stimuli("PLCC", field.metric_a, field.metric_b, field.layout, once(field.layout)))
    if between is None:
        return None, (None, None)
    test = williams_test(value_a, value_b, between, n)
    return None if test is None else test.p, zou_interval(value_a, value_b, between, n, field.confidence)
