"""Which of two metrics follows the mean opinion better, and of every two of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.correlation_intervals import williams_test, zou_interval
from analysis.stats.resampling import (
    FEW_METHODS,
    NO_INTERVAL,
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
from analysis.stats.twoway import REFUSED

__all__ = ["Contest", "Rival", "metric_contest", "metric_contests"]

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
class Rival:
    """A metric in contests: values (n,), whether high or low ones are better, and the levels it enters."""

    values: FloatArray
    direction: Direction
    levels: Sequence[Level] = LEVELS


@dataclass(frozen=True)
class _Field:
    """The units of one level: MOS and direction-aligned metrics of each, and how they are drawn."""

    level: Level
    mos: FloatArray
    metrics: tuple[FloatArray, ...]
    layout: Layout
    draws: Draws
    confidence: float


@dataclass(frozen=True)
class _Follower:
    """One metric at one level, and how well it follows the MOS by one coefficient."""

    metric: FloatArray
    value: float | None
    replicates: FloatArray


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
    rivals = [Rival(metric_a, direction_a, levels), Rival(metric_b, direction_b, levels)]
    (found,) = metric_contests(
        mos, rivals, item, method, pairs=[(0, 1)], confidence=confidence, n_boot=n_boot, rng=rng
    )
    return found


def metric_contests(
    mos: FloatArray,
    rivals: Sequence[Rival],
    item: IntArray,
    method: IntArray,
    *,
    pairs: Sequence[tuple[int, int]],
    confidence: float = 0.95,
    n_boot: int = 2000,
    rng: np.random.Generator,
) -> list[list[Contest]]:
    """`metric_contest` of each pair of rivals, all of them on the same draws; one list per pair.

    Arrays (n,) over stimuli that have a value of every rival, in any units (ValueError on NaN); pairs are
    places in `rivals`, compared at the levels of both. What a pair is told depends on its two metrics and
    the draws alone, whichever others there are.
    Source: Williams (1959); Zou (2007).
    """
    fields = _fields(mos, rivals, item, method, confidence, n_boot, rng)
    meetings = [(a, b, [level for level in rivals[a].levels if level in rivals[b].levels]) for a, b in pairs]
    entered = dict.fromkeys(
        (level, name, metric)
        for a, b, levels in meetings
        for level in levels
        for name in NAMES
        for metric in (a, b)
    )
    known = {one: _follower(fields[one[0]], one[1], one[2]) for one in entered}
    return [
        [
            _contest(fields[level], name, known[level, name, a], known[level, name, b])
            for level in levels
            for name in NAMES
        ]
        for a, b, levels in meetings
    ]


def _fields(
    mos: FloatArray,
    rivals: Sequence[Rival],
    item: IntArray,
    method: IntArray,
    confidence: float,
    n_boot: int,
    rng: np.random.Generator,
) -> dict[Level, _Field]:
    metrics = tuple(_aligned(rival) for rival in rivals)
    if not np.isfinite(np.stack([mos, *metrics])).all():
        raise ValueError("mos and every metric must be finite; leave out stimuli without all values first")
    layout = layout_of(item, method)
    draws = draw(layout, n_boot, rng)
    whole = _Field("stimulus", np.asarray(mos, dtype=float), metrics, layout, draws, confidence)
    return {
        "stimulus": whole,
        "within_item": replace(whole, level="within_item"),
        "method": _over_methods(whole),
    }


def _over_methods(field: _Field) -> _Field:
    """Each method's means over its stimuli, and the same draws of methods."""
    method = field.layout.method
    count = np.bincount(method)
    mos, *metrics = (np.bincount(method, weights=v) / count for v in (field.mos, *field.metrics))
    codes = np.arange(len(count))
    layout = layout_of(np.zeros_like(codes), codes)
    draws = Draws(np.ones((len(field.draws.methods), 1)), field.draws.methods)
    return _Field("method", mos, tuple(metrics), layout, draws, field.confidence)


def _aligned(rival: Rival) -> FloatArray:
    values = np.asarray(rival.values, dtype=float)
    return values if rival.direction == "higher" else -values


def _follower(field: _Field, name: Name, place: int) -> _Follower:
    metric = field.metrics[place]
    value = _point(field, metric, name)
    replicates = np.empty(0) if value is None else _computed(field, metric, name, field.draws)
    return _Follower(metric, value, replicates)


def _contest(field: _Field, name: Name, a: _Follower, b: _Follower) -> Contest:
    difference = low = high = p = williams_p = zou_low = zou_high = None
    if a.value is not None and b.value is not None:
        difference, replicates = a.value - b.value, a.replicates - b.replicates
        if _has_percentiles(field, name):
            low, high, p = _verdict(replicates, field.confidence)
        else:
            low, high, p = _spread_verdict(difference, replicates, field)
        if field.level != "within_item" and name == "PLCC":
            williams_p, (zou_low, zou_high) = _independent(field, a, b, a.value, b.value)
    return Contest(
        level=field.level,
        coefficient=name,
        difference=difference,
        ci_low=low,
        ci_high=high,
        p=p,
        procedure=_procedure(field, name, difference, low),
        williams_p=williams_p,
        zou_low=zou_low,
        zou_high=zou_high,
        notes=(SAME,) if difference is not None and p is None else (),
    )


def _has_percentiles(field: _Field, name: Name) -> bool:
    """Within items, with 4 methods, percentiles leave out a true 0 of ranks in 25 % of studies."""
    fewest = FEWEST_FOR_PLCC if name == "PLCC" else FEW_METHODS
    return field.level == "stimulus" or (field.level == "within_item" and field.layout.n_methods >= fewest)


def _procedure(field: _Field, name: Name, difference: float | None, low: float | None) -> str:
    if low is None:
        return REFUSED if difference is None else NO_INTERVAL
    words = "percentiles" if _has_percentiles(field, name) else "± t(min − 1)·SD"
    return f"{bootstrap_words(field.layout)}, {words}"


def _computed(field: _Field, metric: FloatArray, name: Name, draws: Draws) -> FloatArray:
    compute = within_items if field.level == "within_item" else over_stimuli
    return compute(name, metric, field.mos, field.layout, draws)


def _point(field: _Field, metric: FloatArray, name: Name) -> float | None:
    if len(field.mos) < (FEWEST_METHODS[name] if field.level == "method" else FEWEST_STIMULI):
        return None
    return _one(_computed(field, metric, name, once(field.layout)))


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
    field: _Field, a: _Follower, b: _Follower, value_a: float, value_b: float
) -> tuple[float | None, tuple[float | None, float | None]]:
    n = len(field.mos)
    between = _one(over_stimuli("PLCC", a.metric, b.metric, field.layout, once(field.layout)))
    if between is None:
        return None, (None, None)
    test = williams_test(value_a, value_b, between, n)
    return None if test is None else test.p, zou_interval(value_a, value_b, between, n, field.confidence)
