"""Intervals of correlations from independent pairs, and comparisons of two overlapping correlations."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

Interval = tuple[float | None, float | None]
NONE: Interval = (None, None)


@dataclass(frozen=True)
class Williams:
    """Williams's t test of two correlations that share a variable."""

    t: float
    df: int
    p: float


def fisher_interval(r: float, n: float, confidence: float) -> Interval:
    """Of Pearson's r from n independent pairs; (None, None) for n ≤ 3 or |r| = 1. Source: Fisher (1921)."""
    return _z_interval(r, 1 / (n - 3) if n > 3 else math.inf, confidence)


def bonett_wright_interval(rho: float, n: float, confidence: float) -> Interval:
    """Of Spearman's rho; (None, None) for n ≤ 3 or |rho| = 1. Source: Bonett & Wright (2000)."""
    return _z_interval(rho, (1 + rho**2 / 2) / (n - 3) if n > 3 else math.inf, confidence)


def fieller_tau_interval(tau: float, n: float, confidence: float) -> Interval:
    """Of Kendall's tau; (None, None) for n ≤ 4 or |tau| = 1. Source: Fieller, Hartley & Pearson (1957)."""
    return _z_interval(tau, 0.437 / (n - 4) if n > 4 else math.inf, confidence)


def williams_test(r_a: float, r_b: float, r_ab: float, n: int) -> Williams | None:
    """Whether two correlations with one common variable differ; None where undefined (n ≤ 3, r_ab = ±1).

    r_a, r_b: correlations with the common variable; r_ab: between the other two; n independent triples.
    Source: Williams (1959), as in Steiger (1980), eq. 7.
    """
    if n <= 3 or abs(r_ab) >= 1:
        return None
    determinant = 1 - r_a**2 - r_b**2 - r_ab**2 + 2 * r_a * r_b * r_ab
    mean = (r_a + r_b) / 2
    below = 2 * (n - 1) / (n - 3) * determinant + mean**2 * (1 - r_ab) ** 3
    if below <= 0:
        return None
    t = (r_a - r_b) * math.sqrt((n - 1) * (1 + r_ab) / below)
    return Williams(t, n - 3, 2 * float(stats.t.sf(abs(t), n - 3)))


def zou_interval(r_a: float, r_b: float, r_ab: float, n: int, confidence: float) -> Interval:
    """Of r_a − r_b, which share a variable; (None, None) where Fisher's intervals are not defined.

    Source: Zou (2007), with the correlation between r_a and r_b of Olkin & Siotani (1976).
    """
    low_a, high_a = fisher_interval(r_a, n, confidence)
    low_b, high_b = fisher_interval(r_b, n, confidence)
    if low_a is None or high_a is None or low_b is None or high_b is None:
        return NONE
    shared = (r_ab - r_a * r_b / 2) * (1 - r_a**2 - r_b**2 - r_ab**2) + r_ab**3
    shared /= (1 - r_a**2) * (1 - r_b**2)
    below = _joint(r_a - low_a, high_b - r_b, shared)
    above = _joint(high_a - r_a, r_b - low_b, shared)
    return r_a - r_b - below, r_a - r_b + above


def _joint(first: float, second: float, shared: float) -> float:
    return math.sqrt(max(0.0, first**2 + second**2 - 2 * shared * first * second))


def _z_interval(value: float, variance: float, confidence: float) -> Interval:
    if not math.isfinite(variance) or abs(value) >= 1:
        return NONE
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * math.sqrt(variance)
    middle = math.atanh(value)
    return math.tanh(middle - half), math.tanh(middle + half)
