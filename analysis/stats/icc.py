"""Intraclass correlations with stimuli as units, for complete and for incomplete designs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.stats.coefficient import Coefficient, Table, table_of, why_undefined
from analysis.stats.icc_bootstrap import ParametricBootstrap, log_ratio
from analysis.stats.reml import reml_components, within_limits
from analysis.stats.result import Note, check_confidence, finite
from analysis.stats.twoway import REFUSED, Components, crossed_components

SINGLE, AVERAGE = ("ICC(1)", "ICC(A,1)", "ICC(C,1)"), ("ICC(k)", "ICC(A,k)", "ICC(C,k)")
NAMES = (*SINGLE, *AVERAGE, "ICC(Q,k)")
Limits = tuple[float | None, float | None]


def icc_all(
    rater: ArrayLike,
    stimulus: ArrayLike,
    score: ArrayLike,
    *,
    confidence: float = 0.95,
    n_boot: int = 1000,
    rng: np.random.Generator,
) -> list[Coefficient]:
    """All forms of the intraclass correlation: ICC(1), (A,1), (C,1), (k), (A,k), (C,k), (Q,k), in this order.

    rater, stimulus: integer codes, shape (n,); score: shape (n,), any unit, none missing; ratings that were
    never given are simply not there. Complete: mean squares and F intervals (McGraw and Wong 1996, tables
    4 and 7). Incomplete: REML components (moments of Gao and Owen 2017 for large data), ICC(1) and ICC(k)
    from one-way mean squares, k the harmonic mean, ICC(Q,k) after Putka, Le, McCloy and Diaz (2008);
    parametric bootstrap intervals with `n_boot` replicates drawn from `rng`, fewer for very large data.
    Undefined coefficients are None, with a note. Raises ValueError for NaN or where a rater scored a
    stimulus twice.
    """
    check_confidence(confidence)
    table = table_of(rater, stimulus, score)
    reason = why_undefined(table)
    if reason is not None:
        return [table.coefficient(name, None, (None, None), REFUSED, (reason,)) for name in NAMES]
    if table.complete:
        return _complete(table, confidence)
    return _incomplete(table, confidence, n_boot, rng)


def mean_score_reliability(rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike) -> float | None:
    """ICC(Q,k), the reliability of the stimulus means, without an interval.

    rater, stimulus: integer codes, shape (n,); score: shape (n,), in any unit, none missing. The estimator is
    that of `icc_all`; None where that is undefined. Raises ValueError for NaN and duplicates. Source: Putka,
    Le, McCloy and Diaz (2008).
    """
    table = table_of(rater, stimulus, score)
    if why_undefined(table) is not None:
        return None
    if table.complete:
        return {one.coefficient: one.value for one in _complete(table, confidence=0.95)}["ICC(Q,k)"]
    moments = crossed_components(table.stimulus, table.rater, table.score)
    if moments is None:
        return None
    found, _ = _components(table, moments)
    parts = np.array([[found.row], [found.column], [found.residual]])
    signal = log_ratio("Q", np.maximum(parts, 0.0), table.k, 1 / table.k - shared_raters(table))
    return 1 - float(np.exp(-signal[0]))


@dataclass(frozen=True)
class _Squares:
    """Mean squares of a complete table with n stimuli (rows) and k raters (columns)."""

    n: int
    k: int
    stimulus: float
    rater: float
    error: float
    within: float


def _squares(table: Table) -> _Squares:
    y, n, k = table.matrix, table.n_stimuli, table.n_raters
    rows, columns, mean = y.mean(1), y.mean(0), y.mean()
    within = float(((y - rows[:, None]) ** 2).sum())
    between_raters = n * float(((columns - mean) ** 2).sum())
    error = float(((y - rows[:, None] - columns + mean) ** 2).sum())
    free = (n - 1) * (k - 1)
    return _Squares(
        n, k, k * float(rows.var(ddof=1)), between_raters / (k - 1), error / free, within / (n * (k - 1))
    )


def _complete(table: Table, confidence: float) -> list[Coefficient]:
    m, level = _squares(table), (1 + confidence) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        single = {"1": _one_way(m, level), "C,1": _consistency(m, level), "A,1": _agreement(m, level)}
    found: dict[str, tuple[float | None, Limits]] = {}
    for name, values in single.items():
        value, low, high = (finite(v) for v in values)
        found[f"ICC({name})"] = value, (low, high)
        stepped = _stepped_up(value, m.k), (_stepped_up(low, m.k), _stepped_up(high, m.k))
        found[f"ICC({name.replace('1', 'k')})"] = stepped
    found["ICC(Q,k)"] = found["ICC(C,k)"]
    return [_reported(table, name, *found[name]) for name in NAMES]


def _reported(table: Table, name: str, value: float | None, limits: Limits) -> Coefficient:
    text = "raters leave no residual variation, so this coefficient or its interval cannot be estimated."
    notes = (Note("no_residual", text),) if value is None or None in limits else ()
    q = 0.0 if "Q" in name else None
    return table.coefficient(name, value, limits, "ANOVA, F interval", notes, q)


def _stepped_up(value: float | None, k: float) -> float | None:
    """Spearman-Brown: the reliability of the mean of k raters from that of one."""
    if value is None:
        return None
    bottom = 1 + (k - 1) * value
    return k * value / bottom if bottom > 0 else None


def _from_f(f: float, df1: float, df2: float, k: int, level: float) -> tuple[float, float, float]:
    low, high = f / stats.f.ppf(level, df1, df2), f * stats.f.ppf(level, df2, df1)
    values = ((x - 1) / (x + k - 1) if np.isfinite(x) else 1.0 for x in (f, low, high))
    value, ci_low, ci_high = values
    return value, ci_low, ci_high


def _one_way(m: _Squares, level: float) -> tuple[float, float, float]:
    f = float(np.divide(m.stimulus, m.within))
    return _from_f(f, m.n - 1, m.n * (m.k - 1), m.k, level)


def _consistency(m: _Squares, level: float) -> tuple[float, float, float]:
    f = float(np.divide(m.stimulus, m.error))
    return _from_f(f, m.n - 1, (m.n - 1) * (m.k - 1), m.k, level)


def _agreement(m: _Squares, level: float) -> tuple[float, float, float]:
    n, k = m.n, m.k
    value = float(
        np.divide(m.stimulus - m.error, m.stimulus + (k - 1) * m.error + k * (m.rater - m.error) / n)
    )
    a = float(np.divide(k * value, n * (1 - value)))
    b = 1 + a * (n - 1)
    df = float(
        np.divide(
            (a * m.rater + b * m.error) ** 2,
            (a * m.rater) ** 2 / (k - 1) + (b * m.error) ** 2 / ((n - 1) * (k - 1)),
        )
    )
    rest = k * m.rater + (k * n - k - n) * m.error
    lower, upper = stats.f.ppf(level, n - 1, df), stats.f.ppf(level, df, n - 1)
    low = n * (m.stimulus - lower * m.error) / (lower * rest + n * m.stimulus)
    high = n * (upper * m.stimulus - m.error) / (rest + n * upper * m.stimulus)
    return value, float(low), float(high)


def shared_raters(table: Table) -> float:
    """Mean over pairs of stimuli of c / (k k'), where c raters scored both (Putka et al. 2008)."""
    weight = 1 / table.per_stimulus[table.stimulus]
    per_rater = np.bincount(table.rater, weight) ** 2 - np.bincount(table.rater, weight**2)
    return float(per_rater.sum()) / (table.n_stimuli * (table.n_stimuli - 1))


def _incomplete(table: Table, confidence: float, n_boot: int, rng: np.random.Generator) -> list[Coefficient]:
    moments = crossed_components(table.stimulus, table.rater, table.score)
    if moments is None:
        text = "the design does not tell raters from stimuli: each rater or stimulus has a single score."
        note = Note("not_identified", text)
        return [table.coefficient(name, None, (None, None), REFUSED, (note,)) for name in NAMES]
    components, estimator = _components(table, moments)
    q = 1 / table.k - shared_raters(table)
    bootstrap = ParametricBootstrap.draw(table, components, q, n_boot, rng)
    found = []
    for name in NAMES:
        kind, is_single = name[4], name.endswith("1)")
        value, low, high = bootstrap.estimate(kind, confidence, single=is_single)
        words = "one-way ANOVA" if kind in "1k" else estimator
        procedure = f"{words}, parametric bootstrap interval ({bootstrap.n_boot} replicates)"
        found.append(table.coefficient(name, value, (low, high), procedure, q=q if kind == "Q" else None))
    return found


def _components(table: Table, moments: Components) -> tuple[Components, str]:
    floored = Components(*(max(v, 0.0) for v in (moments.row, moments.column, moments.residual)))
    if not within_limits(table.n_stimuli, table.n_raters):
        return floored, "moments (Gao-Owen)"
    fitted = reml_components(table.stimulus, table.rater, table.score, moments)
    return (floored, "moments (Gao-Owen)") if fitted is None else (fitted, "REML")
