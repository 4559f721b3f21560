"""Krippendorff's alpha: coincidences of values within stimuli, with a two-way bootstrap interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.stats.alpha_bootstrap import Metric, Units, bootstrap_alpha, plain_alpha
from analysis.stats.arrays import FloatArray
from analysis.stats.coefficient import Coefficient, Table, table_of, why_undefined
from analysis.stats.result import Note, check_confidence, compact
from analysis.stats.twoway import REFUSED

METRICS: tuple[Metric, ...] = ("ordinal", "interval", "nominal")
FEW_STIMULI = 50  # with fewer, percentiles of the bootstrap lie too close together (89-91 % at 20 to 40)
TOO_FEW_STIMULI = 10  # with fewer, every interval tried was too short (78-89 % at 4 to 8)
PERCENTILE = "two-way bootstrap, percentiles"
FISHER = "two-way bootstrap, Fisher z with t"


def alpha(
    rater: ArrayLike,
    stimulus: ArrayLike,
    score: ArrayLike,
    *,
    metric: Metric,
    confidence: float = 0.95,
    n_boot: int = 1000,
    rng: np.random.Generator,
) -> Coefficient:
    """Krippendorff's alpha for one metric; see `alpha_all`, which shares one bootstrap among metrics."""
    return alpha_all(
        rater, stimulus, score, metrics=(metric,), confidence=confidence, n_boot=n_boot, rng=rng
    )[0]


def alpha_all(
    rater: ArrayLike,
    stimulus: ArrayLike,
    score: ArrayLike,
    *,
    metrics: Sequence[Metric] = METRICS,
    confidence: float = 0.95,
    n_boot: int = 1000,
    rng: np.random.Generator,
) -> list[Coefficient]:
    """Krippendorff's alpha (Krippendorff 2019), one per metric: 1 - (n - 1) Σ o δ² / Σ n n δ².

    rater, stimulus: integer codes, shape (n,); score: shape (n,), none missing; ratings never given are not
    there, stimuli with one rating do not count. Interval: raters and stimuli resampled with replacement;
    pairs of copies of one rater are left out, replicates without a stimulus that has two distinct raters,
    or without two values, are drawn again. With few stimuli or raters: Fisher z of alpha ± t(min - 1) ·
    bootstrap sd. Alpha is None, with a note, where all scores are equal or no stimulus has two raters.
    Raises ValueError for NaN, duplicates and unknown metrics.
    """
    check_confidence(confidence)
    if unknown := [m for m in metrics if m not in METRICS]:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}, not {unknown[0]!r}")
    table = table_of(rater, stimulus, score)
    pairable = _pairable(table)
    reason = why_undefined(table) or _without_variation(pairable)
    if reason is not None or pairable is None:
        notes = () if reason is None else (reason,)
        return [table.coefficient(f"alpha_{m}", None, (None, None), REFUSED, notes) for m in metrics]
    units = Units.of(pairable.rater, pairable.stimulus, pairable.score)
    replicates = bootstrap_alpha(units, metrics, n_boot, rng)
    return [_coefficient(table, units, m, replicates[m], confidence) for m in metrics]


def _pairable(table: Table) -> Table | None:
    """The ratings of stimuli with two or more of them."""
    keep = table.per_stimulus[table.stimulus] > 1
    if not keep.any():
        return None
    (rater, n_raters), (stimulus, n_stimuli) = compact(table.rater[keep]), compact(table.stimulus[keep])
    return Table(rater, stimulus, table.score[keep], n_raters, n_stimuli)


def _without_variation(table: Table | None) -> Note | None:
    if table is None or np.ptp(table.score) > 0:
        return None
    return Note("constant_scores", "all scores are equal, so agreement beyond chance is undefined.")


def _coefficient(
    table: Table, units: Units, metric: Metric, replicates: FloatArray, confidence: float
) -> Coefficient:
    name, value = f"alpha_{metric}", plain_alpha(units, metric)
    fewest = min(units.n_units, units.n_raters)
    notes = _warnings(table, units)
    if len(replicates) < 2 or replicates.std() == 0:
        text = "the bootstrap replicates do not vary or could not be formed, so there is no interval."
        return table.coefficient(name, value, (None, None), REFUSED, (*notes, Note("no_interval", text)))
    if units.n_units < FEW_STIMULI:
        return table.coefficient(name, value, _fisher(value, replicates, fewest, confidence), FISHER, notes)
    low, high = np.quantile(replicates, [(1 - confidence) / 2, (1 + confidence) / 2])
    limits = min(float(low), value), max(float(high), value)
    return table.coefficient(name, value, limits, PERCENTILE, notes)


def _fisher(value: float, replicates: FloatArray, fewest: int, confidence: float) -> tuple[float, float]:
    """tanh(atanh(alpha) ± t(fewest - 1) · sd / (1 - alpha²)); on its own scale where undefined."""
    half = float(stats.t.ppf((1 + confidence) / 2, max(fewest - 1, 1)) * replicates.std(ddof=1))
    if abs(value) >= 1:
        return value - half, min(value + half, 1.0)
    centre, reach = np.arctanh(value), half / (1 - value**2)
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach))


def _warnings(table: Table, units: Units) -> tuple[Note, ...]:
    notes = []
    if single := table.n_stimuli - units.n_units:
        text = (
            f"{single} of {table.n_stimuli} stimuli have a single rating, which says nothing about agreement."
        )
        notes.append(Note("unpairable_stimuli", text))
    if units.n_units < TOO_FEW_STIMULI:
        text = f"with {units.n_units} stimuli the interval of alpha covers less than it says."
        notes.append(Note("few_stimuli", text))
    return tuple(notes)
